"""The fold guard: an edit may bend the mesh, but not turn a triangle over.

A drag is guarded by *carrying along*: where a triangle would turn over, its slower corners are
taken along by its fastest one, just as far as it needs. Displacements only grow towards the
pivot's, and the pivot keeps its own, so that a drag does what the hand asks. Tools without a
pivot are guarded by *holding back*: corners of such triangles move less.

Triangles that are turned over before the edit - a face seen in perspective has some - may stay
so; what counts is a change of orientation. ``docs/mesh-tools.md`` has the mathematics.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.geometry import newly_flipped
from annotator.mesh.plane import Complex, cross, doubled_areas, plane, with_plane

Floats = NDArray[np.float32]
Triangles = NDArray[np.integer]

# A stroke thins a triangle to this share of its area at the most. Many strokes could thin one
# until the rounding of float32 positions turns it over; one so thin keeps nearly all it has.
_THINNEST = 0.05
_ROUNDED = 0.98
_ROUNDINGS = 8
# A triangle that would be thinner gets a little more, so that few passes are needed.
_SPARE = 1.6
_PASSES = 40
# Displacements below this share of the largest are the rounding of float32 positions.
_STILL = 1e-6


def guard_drag(
    before: Floats,
    after: Floats,
    pivot: int,
    triangles: Triangles,
    *,
    held: Collection[int] = (),
    placed: Collection[int] = (),
) -> Floats:
    """Return the dragged mesh, changed where it would fold.

    The pivot stays where ``after`` has it, and vertices of a face that does not fold do too.

    Parameters
    ----------
    before, after : (n, 3) float32
        The mesh at the press and as a tool would have it; both are left alone.
    pivot
        The vertex under the hand.
    triangles : (t, 3)
        What must not fold: as a rule the opened mesh. With all triangles of the topology lips
        and lids push one another when they touch.
    held
        Vertices that must stay where ``after`` has them. They are obstacles: where the mesh
        cannot pass them without folding, the whole drag stops short of them.
    placed
        Vertices that somebody put where they are: they are not carried along, and a triangle
        with two of them, or with one and the pivot, may be turned over, since that is what the
        hand asks for. `newly_flipped` tells of it.
    """
    start = plane(before)
    moves = plane(after) - start
    held_indices = np.array(sorted({pivot, *held, *placed}))
    if placed:
        by_hand = np.isin(triangles, [pivot, *placed])
        triangles = triangles[by_hand.sum(axis=1) < 2]
    carried = _carried_along(start, moves, pivot, held_indices, triangles)
    result = after if carried is moves else with_plane(after, start + carried)
    if placed:
        triangles = triangles[~np.isin(triangles, list(placed)).any(axis=1)]
    if newly_flipped(before, result, triangles).any():
        share = _unfolded_share(start, carried, triangles)
        result = with_plane(after, start + share * carried)
    return result


def guard_edit(before: Floats, after: Floats, triangles: Triangles) -> Floats:
    """Return the edited mesh with vertices held back, towards ``before``, where it would fold.

    Parameters
    ----------
    before, after : (n, 3) float32
        The mesh before the edit and as a tool would have it; both are left alone.
    triangles : (t, 3)
        What must not fold: as a rule the opened mesh.
    """
    start = plane(before)
    moves = plane(after) - start
    result, shares = after, np.ones(len(before))
    for _ in range(_PASSES):
        folded = newly_flipped(before, result, triangles)
        if not folded.any():
            return result
        # Halving ends at rest within a few passes, where nothing is folded.
        corners = np.unique(triangles[folded])
        shares[corners] *= np.where(shares[corners] > 1 / 16, 0.5, 0.0)
        result = with_plane(after, start + shares * moves)
    return before


def _carried_along(
    start: Complex, moves: Complex, pivot: int, held: NDArray[np.intp], triangles: Triangles
) -> Complex:
    """Return displacements without folds, or with those that held vertices force.

    They are the very array ``moves`` if nothing needed to change.
    """
    drag = moves[pivot]
    if drag == 0:
        return moves
    areas = doubled_areas(start, triangles)
    signs, areas = np.sign(areas), np.abs(areas)
    least = least_areas(start, areas, triangles)
    carried = moves
    for _ in range(_PASSES):
        # Areas count as positive where the orientation is that before the edit.
        now = doubled_areas(start + carried, triangles) * signs
        thin = np.flatnonzero(now < least)
        if not thin.size:
            break
        own = carried[triangles[thin]]
        change = _AreaChange.of(own, areas[thin], now[thin], signs[thin])
        wanted = _less_sheared(own, drag, change.until(least[thin] * _SPARE))
        before = carried
        carried = _faster(carried, wanted.ravel(), triangles[thin].ravel(), drag, held)
        if carried is before:
            break
    return carried


@dataclass(frozen=True, eq=False)
class _AreaChange:
    """The area of triangles, each (k,), as the differences of their displacements grow.

    With the differences scaled by s it is ``area + b s + c s^2``.
    """

    area: NDArray[np.float64]
    b: NDArray[np.float64]
    c: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        moves: Complex,
        area: NDArray[np.float64],
        now: NDArray[np.float64],
        signs: NDArray[np.float64],
    ) -> "_AreaChange":
        """Return it for displacements (k, 3) that take ``area``, at s = 0, to ``now``, at 1."""
        c = cross(moves[:, 1] - moves[:, 0], moves[:, 2] - moves[:, 0]) * signs
        return cls(area, now - area - c, c)

    def until(self, left: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the smallest positive s at which so much area is left, or infinity."""
        spare = np.maximum(self.area - left, 0)
        under_root = self.b**2 - 4 * self.c * spare
        # This form of the quadratic's root is the nearest positive one, also for c = 0.
        divisor = np.sqrt(np.maximum(under_root, 0)) - self.b
        meets = (under_root >= 0) & (divisor > 0)
        return np.where(meets, 2 * spare / np.where(meets, divisor, 1), np.inf)


def _less_sheared(moves: Complex, drag: complex, until: NDArray[np.float64]) -> Complex:
    """Return the displacements (k, 3) with which thin triangles keep enough of their area.

    Each corner takes as much as is needed, and no more, of the fastest one's displacement.
    """
    fastest = moves[np.arange(len(moves)), (moves * drag.conjugate()).real.argmax(axis=1)]
    share = np.minimum(until, 1)[:, None]
    return np.asarray(fastest[:, None] + share * (moves - fastest[:, None]))


def _faster(
    moves: Complex, wanted: Complex, vertices: Triangles, drag: complex, held: NDArray[np.intp]
) -> Complex:
    """Return the displacements with each vertex taking the fastest that is wanted of it."""
    speed, wanted_speed = (moves * drag.conjugate()).real, (wanted * drag.conjugate()).real
    faster = wanted_speed > speed[vertices] + _STILL * abs(drag) ** 2
    faster &= ~np.isin(vertices, held)
    if not faster.any():
        return moves
    # The last of several values written to one place stays: the fastest.
    order = np.flatnonzero(faster)
    order = order[np.argsort(wanted_speed[order], kind="stable")]
    result = moves.copy()
    result[vertices[order]] = wanted[order]
    return result


def _unfolded_share(start: Complex, moves: Complex, triangles: Triangles) -> float:
    """Return the largest share of all displacements, up to 1, at which nothing is folded."""
    areas = doubled_areas(start, triangles)
    signs = np.sign(areas)
    now = doubled_areas(start + moves, triangles) * signs
    change = _AreaChange.of(moves[triangles], np.abs(areas), now, signs)
    first = change.until(least_areas(start, np.abs(areas), triangles))[signs != 0].min(
        initial=np.inf
    )
    return min(1.0, float(first))


def least_areas(
    start: Complex, areas: NDArray[np.float64], triangles: Triangles
) -> NDArray[np.float64]:
    """Return twice the area that an edit leaves each triangle, (t,).

    Parameters
    ----------
    start : (n,) complex128
        Where the vertices are before it.
    areas : (t,)
        Twice the areas of the triangles there, none negative.
    triangles : (t, 3)
    """
    corners = start[triangles]
    longest = np.abs(corners - corners[:, [1, 2, 0]]).max(axis=1)
    rounding = float(np.spacing(np.float32(np.abs(start).max())))
    lost_to_rounding = _ROUNDINGS * rounding * longest
    return np.asarray(np.maximum(_THINNEST * areas, np.minimum(_ROUNDED * areas, lost_to_rounding)))
