"""Matching a contour with a line that somebody drew, point by point and in order.

The match is the cheapest path through all pairs of a point of the line and a point of the
contour, in which both go on and neither goes back (dynamic time warping: Sakoe and Chiba,
*Dynamic Programming Algorithm Optimization for Spoken Word Recognition*, 1978). Pairs are cheap
where points are near and run in like directions. It may begin anywhere on the contour, and go
round it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import Contour
from annotator.mesh.plane import plane
from annotator.mesh.polyline import Complex, DrawnLine, Floats, Indices, Lengths, directions

# In outer IOD: being so far off costs as much as running off at a right angle does, halved.
_NEAR = 0.22
_TURNED = 2.0
# By how many points the path goes on along the contour for one along the line, and what it
# costs not to go on evenly.
_STEPS = np.arange(4)
_UNEVEN = 0.5
# How finely a line and a contour are sampled: the line in so many points, not nearer than so
# many IOD; to choose a contour, coarsely.
_SAMPLES = 48
_FINEST = 0.012
# What a point may cost on average where any contour may be meant: lines drawn true on meshes that
# are off by a twelfth of an IOD cost 0.35 at the most, half of all random lines 0.97 and more.
_MOST = 0.7
_COARSE_LINE = 24
_COARSE_RING = 48


@dataclass(frozen=True, eq=False)
class Ring:
    """A contour of one face, in the direction in which a line runs along it.

    Attributes
    ----------
    name
        Of the contour.
    vertices : (n,) intp
    corners : (c,) intp
        Places in ``vertices``, in order.
    points : (n,) complex128
        Where the vertices are.
    lengths : (n + 1,) float64
        Along the ring from the first vertex to each, and round to the first again, in px.
    """

    name: str
    vertices: Indices
    corners: Indices
    points: Complex
    lengths: Floats

    @classmethod
    def of(cls, landmarks: NDArray[np.floating], shape: Contour, *, backwards: bool) -> "Ring":
        """Return the ring of a contour on a mesh (n, 3)."""
        step = -1 if backwards else 1
        vertices = shape.vertices[::step]
        corners = (len(vertices) - 1 - shape.corners)[::-1] if backwards else shape.corners
        points = plane(landmarks[vertices])
        return cls(shape.name, vertices, corners, points, _lengths_round(points))

    @property
    def length(self) -> float:
        """All round, in px."""
        return float(self.lengths[-1])

    def at(self, lengths: Lengths) -> Complex:
        """Return the points at these lengths along it, going round."""
        around = np.append(self.points, self.points[0])
        return np.asarray(np.interp(np.mod(lengths, self.length), self.lengths, around))

    def moved(self, moves: Complex) -> "Ring":
        """Return the ring with each vertex displaced."""
        points = self.points + moves
        return replace(self, points=points, lengths=_lengths_round(points))


@dataclass(frozen=True, eq=False)
class Match:
    """Which point of a ring belongs to which point of a line.

    Attributes
    ----------
    on_line, on_ring : (m,) float64
        Lengths along either, in px, neither going back. On the ring they may begin below zero
        or go on beyond its length: it is gone round.
    """

    on_line: Floats
    on_ring: Floats


def meant_ring(
    landmarks: NDArray[np.floating], line: DrawnLine, contours: Sequence[Contour], iod: float
) -> Ring | None:
    """Return the contour that a line fits best along its whole length, in its direction.

    Where several may be meant and the line runs near none of them, it is None.
    """
    count = min(_COARSE_LINE, len(line.points))
    points = line.at(np.linspace(0, line.length, count, endpoint=not line.closed))
    along = directions(points, closed=line.closed)
    rings = [Ring.of(landmarks, contour, backwards=False) for contour in contours]
    samples = [ring.at(np.arange(_COARSE_RING) / _COARSE_RING * ring.length) for ring in rings]
    on_rings = np.concatenate(samples)
    along_rings = np.concatenate([directions(sample, closed=True) for sample in samples])
    best = []
    for sign in (1, -1):
        cost = _costs(points, along, on_rings, sign * along_rings, _NEAR * iod)
        nearest = cost.reshape(count, len(contours), _COARSE_RING).min(axis=2)
        best.append(nearest.mean(axis=0))
    if len(contours) > 1 and np.min(best) > _MOST:
        return None
    sign_index, at = np.unravel_index(int(np.argmin(best)), (2, len(contours)))
    return Ring.of(landmarks, contours[int(at)], backwards=bool(sign_index))


def matched(line: DrawnLine, ring: Ring, iod: float) -> Match:
    """Return the best match of a line with a ring of its direction.

    Parameters
    ----------
    line, ring
    iod
        Outer IOD of the face in px.
    """
    count = max(round(line.length / max(line.length / _SAMPLES, _FINEST * iod)), 1) + 1
    on_line = np.linspace(0, line.length, count)
    points = line.at(on_line)
    along = directions(points[:-1], closed=True) if line.closed else directions(points)
    along = np.append(along, along[0]) if line.closed else along

    parts = max(round(ring.length / (line.length / (count - 1))), 8)
    step = ring.length / parts
    on_ring = ring.at(np.arange(parts) * step)
    along_ring = directions(on_ring, closed=True)
    path = _cheapest_path(_costs(points, along, on_ring, along_ring, _NEAR * iod))

    # Between two samples of the ring, each point belongs where it is nearest.
    at = path % parts
    aside = ((points - on_ring[at]) * along_ring[at].conj()).real
    lengths = path * step + aside.clip(-step / 2, step / 2)
    return Match(on_line, np.maximum.accumulate(lengths))


def _costs(
    points: Complex, along: Complex, on_rings: Complex, along_rings: Complex, near: float
) -> Floats:
    """Return what each pair of a point of the line and one of the ring costs, (m, n)."""
    offsets = points[:, None] - on_rings
    likeness = (along[:, None] * along_rings.conj()).real
    return np.asarray(
        (offsets.real**2 + offsets.imag**2) / near**2 + _TURNED * (1 - likeness), np.float64
    )


def _cheapest_path(costs: Floats) -> Indices:
    """Return the column of each row on the cheapest path, (m,), counted on when going round."""
    count = costs.shape[1]
    come_from = (np.arange(count) - _STEPS[:, None]) % count
    uneven = (_UNEVEN * (_STEPS - 1) ** 2)[:, None]
    total, taken = costs[0], np.zeros(costs.shape, np.intp)
    for row in range(1, len(costs)):
        options = total[come_from] + uneven
        taken[row] = options.argmin(axis=0)
        total = options.min(axis=0) + costs[row]
    path = np.empty(len(costs), np.intp)
    path[-1] = total.argmin()
    for row in range(len(costs) - 1, 0, -1):
        path[row - 1] = path[row] - taken[row, path[row] % count]
    return path


def _lengths_round(points: Complex) -> Floats:
    edges = np.abs(np.roll(points, -1) - points)
    # Vertices on one spot keep their order.
    edges = np.maximum(edges, 1e-3 * edges.mean() + 1e-9)
    return np.append(0.0, np.cumsum(edges))
