"""Fitting a contour to a line that somebody drew: which of its vertices go where.

The line is matched with the contour, the contour is moved towards it as the errors of a face are
expected to be, and matched again: a mouth that lies too far left is not mistaken for one that is
drawn too far right. The match says which stretch of the contour the line covers. Where the line
turns sharply near a corner of the contour, the corner belongs there. Between such knots vertices
keep the spacing that they have along the contour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Covariance
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import Contour, MeshLayout
from annotator.mesh.matching import Match, Ring, matched, meant_ring
from annotator.mesh.plane import pairs
from annotator.mesh.polyline import Complex, DrawnLine, Floats, Indices, Lengths

# In outer IOD: how far from a corner's place a turn of the line may be the corner, and how near
# a corner a line must end to end there.
_CORNER_WINDOW = 0.12
_SNAP = 0.05
# Lines that end where they began but are shorter than this share of the contour go round nothing.
_ROUND = 0.4
# Variance, in squared outer IOD, with which a first match says where a vertex belongs. So vague,
# it moves contours as a whole.
_VAGUE = 0.05**2


@dataclass(frozen=True, eq=False)
class Outline:
    """Where the vertices of a contour belong.

    Attributes
    ----------
    contour : str
    vertices : (k,) intp
        Of the stretch that the line covers, in the order of the line.
    targets : (k, 2) float64
        Their places on the line, (x, y) in px.
    beside : tuple of int
        The vertices of the contour next to the stretch, at most one at each end.
    """

    contour: str
    vertices: Indices
    targets: Floats
    beside: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Knots:
    """Lengths on a ring and on a line that belong together, both increasing, (k,)."""

    on_ring: Floats
    on_line: Floats

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]]) -> "_Knots":
        """Return the pairs in order, without those that would go back."""
        kept: list[tuple[float, float]] = []
        for pair in sorted(pairs):
            if not kept or (pair[0] > kept[-1][0] and pair[1] > kept[-1][1]):
                kept.append(pair)
        on_ring, on_line = np.array(kept).T
        return cls(on_ring, on_line)


def outline(
    landmarks: NDArray[np.floating],
    layout: MeshLayout,
    line: DrawnLine,
    covariance: Covariance,
    contours: Sequence[Contour],
) -> Outline | None:
    """Return where a drawn line puts the vertices of the contour that it fits best.

    Parameters
    ----------
    landmarks : (n, 3)
        The mesh, at any angle and of any size.
    layout
    line
        It may cover a part of a contour or all of it, in either direction.
    covariance
        How the contour may be expected to be off.
    contours
        Of the layout: those that may be meant.

    Returns
    -------
    The outline, or None if the line lies between two vertices, or near none of several contours.
    """
    iod = tool_scale(landmarks, layout)
    ring = meant_ring(landmarks, line, contours, iod)
    if ring is None:
        return None
    if line.closed and line.length < _ROUND * ring.length:
        line = replace(line, closed=False)
    places, targets = _placed(line, ring, iod)
    moves = _expected_moves(ring, places, targets, covariance)
    places, targets = _placed(line, ring.moved(moves), iod)
    if not places.size:
        return None
    vertices = ring.vertices[places]
    next_to = ring.vertices[[places[0] - 1, (places[-1] + 1) % len(ring.vertices)]]
    beside = tuple(int(vertex) for vertex in next_to if vertex not in vertices)
    return Outline(ring.name, vertices, pairs(targets), beside)


def _placed(line: DrawnLine, ring: Ring, iod: float) -> tuple[Indices, Complex]:
    """Return which vertices of a ring a line covers, in its order, and where they go."""
    match = matched(line, ring, iod)
    knots = (_knots_round if line.closed else _knots_between)(line, ring, match, iod)
    # Each vertex is looked for on the round that begins at the first knot.
    lengths, first = ring.lengths[:-1], knots.on_ring[0]
    rounding = 1e-6 * ring.length
    along = first + np.mod(lengths - first + rounding, ring.length) - rounding
    last = min(knots.on_ring[-1], first + ring.length - 2 * rounding)
    covered = np.flatnonzero(along <= last + rounding)
    covered = covered[np.argsort(along[covered])]
    return covered, line.at(np.interp(along[covered], knots.on_ring, knots.on_line))


def _expected_moves(
    ring: Ring, places: Indices, targets: Complex, covariance: Covariance
) -> Complex:
    """Return how a ring moves, (n,), if some of its vertices belong about there."""
    placed = ring.vertices[places]
    among = covariance.matrix[np.ix_(placed, placed)]
    among[np.diag_indices(len(placed))] += _VAGUE
    known = np.linalg.solve(among, targets - ring.points[places])
    return np.asarray(covariance.matrix[np.ix_(ring.vertices, placed)] @ known)


def _knots_round(line: DrawnLine, ring: Ring, match: Match, iod: float) -> _Knots:
    """Return the knots of a line that goes all round: the corners, or one in the mean place."""
    scale = line.length / ring.length
    # How far the line is behind the ring is the same all round, but for whole turns.
    behind = 2j * np.pi * (match.on_ring * scale - match.on_line)[:-1] / line.length
    offset = float(np.angle(np.exp(behind).mean())) * line.length / (2 * np.pi)
    turns = line.corners * line.spacing
    pairs = []
    for at in ring.lengths[ring.corners].tolist():
        expected = at * scale - offset
        turn = _nearest(turns, expected, _CORNER_WINDOW * iod, line.length)
        if turn is not None:
            pairs.append((at, turn))
    pairs = pairs or [(0.0, -offset)]
    on_ring, on_line = min(pairs)
    return _Knots.of([*pairs, (on_ring + ring.length, on_line + line.length)])


def _knots_between(line: DrawnLine, ring: Ring, match: Match, iod: float) -> _Knots:
    """Return the knots of a line with two ends: these, and the corners between."""
    start, stop = float(match.on_ring[0]), float(match.on_ring[-1])
    snap, turns = _SNAP * iod, line.corners * line.spacing
    rounds = np.arange(np.floor(start / ring.length) - 1, np.ceil(stop / ring.length) + 1)
    corners = (ring.lengths[ring.corners] + rounds[:, None] * ring.length).ravel()
    pairs = []
    for at in corners[(corners >= start - snap) & (corners <= stop + snap)].tolist():
        expected = float(np.interp(at, match.on_ring, match.on_line))
        turn = _nearest(turns, expected, _CORNER_WINDOW * iod)
        is_end = at <= start + snap or at >= stop - snap
        if turn is not None or is_end:
            pairs.append((at, expected if turn is None else turn))
    ends = []
    if not any(at <= start + snap for at, _ in pairs):
        ends.append((start, 0.0))
    if not any(at >= stop - snap for at, _ in pairs):
        ends.append((stop, line.length))
    return _Knots.of([*ends, *pairs])


def _nearest(
    turns: Lengths, expected: float, window: float, length: float | None = None
) -> float | None:
    """Return the turn nearest to a place on a line, unless it lies outside the window.

    On a closed line, of that length, it comes out as the one just before or behind the place.
    """
    if not turns.size:
        return None
    offsets = turns - expected
    if length is not None:
        offsets = np.mod(offsets + length / 2, length) - length / 2
    offset = float(offsets[np.abs(offsets).argmin()])
    return expected + offset if abs(offset) < window else None
