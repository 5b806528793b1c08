"""The fold guard of edits that place many vertices at once.

The placed vertices stay where they were put. Where a triangle would turn over or become too
thin, its other corners are moved by as little as gives it back enough area, the area being
linearised, again and again (Gauss-Newton). What is little is measured so that neighbours move
together: otherwise what one ring of triangles gains the next one loses.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.folding import least_areas
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex, doubled_areas, plane, with_plane

Floats = NDArray[np.float32]
Triangles = NDArray[np.integer]

_PASSES = 30
# In so many stages, if it cannot be had in one go.
_STAGES = 8
# By how much a vertex's neighbours move with it; twice over, so that theirs do too.
_TOGETHER = 0.2
# A triangle that would be too thin gets a little more, so that few passes are needed.
_SPARE = 1.6
# Where triangles ask for what cannot be had together, the least squares are kept from
# overreaching: this share of the largest square is added to each.
_DAMPING = 1e-2


def guard_placement(
    before: Floats,
    after: Floats,
    fixed: Collection[int],
    layout: MeshLayout,
) -> Floats:
    """Return the edited mesh with vertices beside the placed ones moved where it would fold.

    Parameters
    ----------
    before, after : (n, 3) float32
        The mesh before the edit and as a tool would have it; both are left alone.
    fixed
        Vertices that stay where ``after`` has them: the placed ones, and those that must not
        move. A triangle of them alone may be turned over, and so may one that they leave no
        room; `annotator.mesh.geometry.newly_flipped` tells of it.
    layout
        Whose opened mesh must not fold.
    """
    triangles = layout.topology.opened_triangles
    free = np.ones(len(before), np.bool_)
    free[list(fixed)] = False
    start, end = plane(before), plane(after)
    constraint = _Constraint.of(start, triangles[free[triangles].any(axis=1)], free, layout)
    points = constraint.met_near(end)
    if points is end:
        return after
    at_once = with_plane(after, points, free)
    folded = np.count_nonzero(newly_flipped(before, at_once, constraint.triangles))
    if not folded:
        return at_once
    # What is hopelessly folded in one go may unfold if it is pushed there bit by bit.
    points = start
    for _ in range(_STAGES):
        points = constraint.met_near(points + (end - start) / _STAGES)
    bit_by_bit = with_plane(after, points, free)
    still = np.count_nonzero(newly_flipped(before, bit_by_bit, constraint.triangles))
    return bit_by_bit if still < folded else at_once


@dataclass(frozen=True, eq=False)
class _Constraint:
    """What area each triangle shall keep, of the orientation it has before the edit."""

    triangles: Triangles
    signs: NDArray[np.float64]
    least: NDArray[np.float64]
    free: NDArray[np.bool_]
    layout: MeshLayout

    @classmethod
    def of(
        cls,
        start: Complex,
        triangles: Triangles,
        free: NDArray[np.bool_],
        layout: MeshLayout,
    ) -> "_Constraint":
        areas = doubled_areas(start, triangles)
        least = least_areas(start, np.abs(areas), triangles)
        has_area = areas != 0
        return cls(triangles[has_area], np.sign(areas)[has_area], least[has_area], free, layout)

    def met_near(self, points: Complex) -> Complex:
        """Return points near these with the areas, as far as there is room for them.

        They are the very array ``points`` if nothing needed to change.
        """
        for _ in range(_PASSES):
            lacking = self.least - doubled_areas(points, self.triangles) * self.signs
            thin = np.flatnonzero(lacking > 0)
            if not thin.size:
                break
            wanted = lacking[thin] + (_SPARE - 1) * self.least[thin]
            points = points + self._smallest_moves(points, thin, wanted)
        return points

    def _smallest_moves(
        self, points: Complex, thin: NDArray[np.intp], wanted: NDArray[np.float64]
    ) -> Complex:
        """Return the smallest moves (n,) of free vertices that add about so much area."""
        triangles, signs, free = self.triangles[thin], self.signs[thin], self.free
        corners = points[triangles]
        # The area changes by the product of a corner's way with the opposite side turned by a right
        # angle towards it.
        towards = 1j * (corners[:, [2, 0, 1]] - corners[:, [1, 2, 0]]) * signs[:, None]
        towards = np.where(free[triangles], towards, 0)
        vertices, columns = np.unique(triangles, return_inverse=True)
        jacobian = np.zeros((len(triangles), len(vertices)), np.complex128)
        jacobian[np.arange(len(triangles))[:, None], columns.reshape(triangles.shape)] = towards
        # J M J^T of the real problem, x and y side by side, is the real part of the complex
        # product.
        metric = _metric(self.layout)[:, vertices]
        among = (jacobian @ metric[vertices] @ jacobian.conj().T).real
        largest = among.diagonal().max()
        if largest == 0:
            return np.zeros(len(points), np.complex128)
        among[np.diag_indices(len(among))] += _DAMPING * largest
        moves = metric @ (jacobian.T @ np.linalg.solve(among, wanted))
        return np.where(free, moves, 0)


@cache
def _metric(layout: MeshLayout) -> NDArray[np.float64]:
    """Return how vertices move together, (n, n): positive definite, zero beyond four edges."""
    i, j = layout.topology.opened_edges.T
    spread = np.eye(layout.count)
    spread[i, j] = spread[j, i] = _TOGETHER
    twice = spread @ spread
    return np.asarray(twice @ twice)
