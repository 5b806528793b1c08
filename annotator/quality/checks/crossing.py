"""Two rows of a ring, as lids and lips are, of which one lies beyond the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import Contour
from annotator.mesh.plane import Complex, plane
from annotator.quality.checks.definition import Subject

# The ends of a ring that is seen from the side lie so near to one another, in outer IOD, that
# nobody can say which of its rows is beyond which.
_NARROW = 0.06
_ENDS = 0.1  # of the ring's width, at either end: the corners, where the rows meet


@dataclass(frozen=True)
class Crossed:
    """How far one row of a ring lies beyond the other.

    Attributes
    ----------
    depth
        In outer IOD in space; 0 or less where it does not.
    pixels
        The same in px.
    vertices
        Of both rows, where they are crossed.
    """

    depth: float
    pixels: float
    vertices: tuple[int, ...]


def crossed(subject: Subject, contour: Contour) -> Crossed:
    """Return how far the rows of a ring have crossed, measured across it."""
    one, other = contour.halves[0], contour.halves[1][::-1]
    points = plane(subject.landmarks)
    width = abs(points[one[-1]] - points[one[0]])
    if width < _NARROW * subject.scale:
        return Crossed(0.0, 0.0, ())
    upright = subject.layout.topology.vertices * (1, -1, -1)
    side = np.sign(_gaps(plane(upright), one, other, one).sum())
    rows = [row[_between(points, one, row)] for row in (one, other)]
    gaps = [side * _gaps(points, one, other, row) for row in rows]
    beyond = np.concatenate([row[gap < 0] for row, gap in zip(rows, gaps, strict=True)])
    deepest = -min((float(gap.min()) for gap in gaps if gap.size), default=0.0)
    vertices = tuple(sorted({*beyond.tolist()}))
    return Crossed(deepest / subject.scale, max(deepest, 0.0), vertices)


def _along(points: Complex, one: NDArray[np.intp], row: NDArray[np.intp]) -> Complex:
    """Return where a row lies: along the line between the ring's ends, and across it."""
    way = points[one[-1]] - points[one[0]]
    return np.asarray((points[row] - points[one[0]]) * (way.conjugate() / max(abs(way), 1e-12)))


def _between(points: Complex, one: NDArray[np.intp], row: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which vertices of a row lie between the corners of its ring."""
    width = abs(points[one[-1]] - points[one[0]])
    along = _along(points, one, row).real
    return np.asarray((along > _ENDS * width) & (along < (1 - _ENDS) * width))


def _gaps(
    points: Complex, one: NDArray[np.intp], other: NDArray[np.intp], at: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return how far the first row lies from the second, beside some vertices, in px."""
    where = _along(points, one, at).real
    rows = []
    for row in (one, other):
        places = _along(points, one, row)
        order = np.argsort(places.real)
        rows.append(np.interp(where, places.real[order], places.imag[order]))
    return np.asarray(rows[0] - rows[1])
