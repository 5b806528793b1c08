"""What the points of a guide say of a mesh's errors, as a Gaussian process takes it.

All lengths are in outer IOD.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex
from annotator.mesh.sparse.scheme import Curve, Scheme
from annotator.mesh.sparse.silhouette import outline_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Standard deviations with which a point's place is known, in outer IOD, table and label together.
ANCHOR = 0.02
ACROSS = 0.02  # the line that a point was put along
ALONG = 0.06
OUTLINE = 0.06
VERTEX = 0.003  # a vertex that was labelled as itself
# Before the curves are known a point of them, and of the outline, is a vague anchor.
_VAGUE, _VAGUE_OUTLINE = 0.05, 0.15

_FINE = 8  # places of a curve from one of its points to the next


@dataclass(frozen=True, eq=False)
class Labels:
    """The points of a guide, k of them, and what they are on a mesh.

    Attributes
    ----------
    scheme, layout
    rows : (k, n) float64
        Which mean of vertices each is.
    goals : (k,) complex128
        Where somebody put them, x + iy; NaN where nobody did.
    """

    scheme: Scheme
    layout: MeshLayout
    rows: Floats
    goals: Complex


@dataclass(frozen=True, eq=False)
class Observations:
    """Places on a mesh, and what is known of them in one direction each; m of them.

    Attributes
    ----------
    points : (m,) intp
        Of the guide; -1 for what was not said by one.
    rows : (m, n) float64
        Which mean of vertices a place is.
    directions : (m,) complex128
        Of magnitude 1: in which the place is known.
    goals : (m,) complex128
        Where it belongs, x + iy.
    variances : (m,) float64
    """

    points: NDArray[np.intp]
    rows: Floats
    directions: Complex
    goals: Complex
    variances: Floats

    @classmethod
    def holding(
        cls, vertices: NDArray[np.intp], before: Complex, variance: float
    ) -> "Observations":
        """Return what says that vertices stay where they are."""
        rows = np.zeros((len(vertices), len(before)))
        rows[np.arange(len(vertices)), vertices] = 1
        points = np.full(len(vertices), -1)
        return _both_ways(points, rows, before[vertices], np.full(len(vertices), variance))

    def of(self, kept: Bools) -> "Observations":
        """Return those of some of the guide's points, (k,), and all that no point said."""
        return self._some(kept[self.points] | (self.points < 0))

    def and_(self, other: "Observations") -> "Observations":
        """Return these and others."""
        return Observations(
            np.concatenate([self.points, other.points]),
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.directions, other.directions]),
            np.concatenate([self.goals, other.goals]),
            np.concatenate([self.variances, other.variances]),
        )

    def _some(self, which: Bools) -> "Observations":
        return Observations(
            self.points[which],
            self.rows[which],
            self.directions[which],
            self.goals[which],
            self.variances[which],
        )


def at_points(labels: Labels, known: Bools) -> Observations:
    """Return what the known points say if each of them is a place of its own, some vaguely."""
    scheme, rows, goals = labels.scheme, labels.rows, labels.goals
    deviations = np.full(scheme.count, _VAGUE)
    deviations[list(scheme.anchors)] = VERTEX if scheme.is_of_vertices else ANCHOR
    if scheme.outline is not None:
        deviations[list(scheme.outline.points)] = _VAGUE_OUTLINE
    points = np.flatnonzero(known)
    return _both_ways(points, rows[points], goals[points], deviations[points] ** 2)


def at_curves(labels: Labels, known: Bools, mesh: Complex) -> Observations:
    """Return what the known points say of a mesh that lies about where it belongs, (n,).

    Anchors are places of their own. A point of a curve is known across it where it passes nearest,
    and vaguely along it; of the outline across it alone.
    """
    scheme, rows, goals = labels.scheme, labels.rows, labels.goals
    anchors = known.copy()
    anchors[[point for line in scheme.lines for point in line.points]] = False
    anchors[list(scheme.anchors)] = known[list(scheme.anchors)]
    found = at_points(labels, anchors)
    for curve in scheme.curves:
        points = _on(curve, known, scheme.anchors)
        if not points.size:
            continue
        along = _spline(curve, rows)
        places, tangents = _nearest(along @ mesh, goals[points], closed=curve.closed)
        size = len(points)
        found = found.and_(
            Observations(
                np.tile(points, 2),
                np.concatenate([along[places], rows[points]]),
                np.concatenate([1j * tangents, tangents]),
                np.tile(goals[points], 2),
                np.repeat([ACROSS**2, ALONG**2], size),
            )
        )
    return _with_outline(found, labels, known, mesh)


def _with_outline(found: Observations, labels: Labels, known: Bools, mesh: Complex) -> Observations:
    scheme, goals = labels.scheme, labels.goals
    points = _on(scheme.outline, known, frozenset()) if scheme.outline else np.zeros(0, np.intp)
    outline = outline_of(mesh, labels.layout) if points.size else None
    if outline is None:
        return found
    places, tangents = _nearest(outline.points, goals[points], closed=False)
    of_edge = np.zeros((len(points), len(mesh)))
    for at, share in enumerate(outline.shares[places].tolist()):
        of_edge[at, outline.edges[places[at]]] += (1 - share, share)
    variances = np.full(len(points), OUTLINE**2)
    return found.and_(Observations(points, of_edge, 1j * tangents, goals[points], variances))


def _both_ways(
    points: NDArray[np.intp], rows: Floats, goals: Complex, variances: Floats
) -> Observations:
    directions = np.repeat([1.0 + 0j, 1j], len(points))
    return Observations(
        np.tile(points, 2),
        np.tile(rows, (2, 1)),
        directions,
        np.tile(goals, 2),
        np.tile(variances, 2),
    )


def _on(curve: Curve, known: Bools, anchors: frozenset[int]) -> NDArray[np.intp]:
    return np.array([at for at in curve.points if known[at] and at not in anchors], np.intp)


def _spline(curve: Curve, rows: Floats) -> Floats:
    """Return which means of vertices the places of a curve are, (s, n).

    They are those of a Catmull-Rom spline through its points, whose weights are linear in them
    (E. Catmull, R. Rom, "A class of local interpolating splines", 1974).
    """
    knots = rows[list(curve.points)]
    if curve.closed:
        knots = np.concatenate([knots[-1:], knots, knots[:2]])
    else:  # as if it went straight on
        first, last = 2 * knots[0] - knots[1], 2 * knots[-1] - knots[-2]
        knots = np.concatenate([first[None], knots, last[None]])
    t = np.arange(_FINE)[:, None] / _FINE
    weights = np.concatenate(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2],
        axis=1,
    )
    parts = [weights / 2 @ knots[at : at + 4] for at in range(len(knots) - 3)]
    return np.concatenate([*parts, knots[-2:-1]])


def _nearest(line: Complex, goals: Complex, *, closed: bool) -> tuple[NDArray[np.intp], Complex]:
    """Return which place of a line (s,) is nearest to each goal, and the direction there."""
    places = np.abs(line - goals[:, None]).argmin(axis=1)
    after = np.minimum(places + 1, len(line) - 1)
    before = np.maximum(places - 1, 0)
    if closed:  # the last place is the first one again
        after = np.where(places == len(line) - 1, 1, after)
        before = np.where(places == 0, len(line) - 2, before)
    ways = line[after] - line[before]
    lengths = np.abs(ways)
    return places, np.where(lengths > 0, ways / np.maximum(lengths, 1e-12), 1.0)
