"""The fold guard of edits that place many vertices at once.

The placed vertices stay where they were put. Where a triangle would turn over or become too
thin, its other corners are moved by as little as gives it back enough area: the least sum of
squares over all vertices, of the area linearised, again and again (Gauss-Newton).
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.folding import least_areas
from annotator.mesh.landmarks import LANDMARK_COUNT
from annotator.mesh.topology import load_topology

Complex = NDArray[np.complex128]
Floats = NDArray[np.float32]
Triangles = NDArray[np.integer]

_PASSES = 30
# A triangle that would be too thin gets a little more, so that few passes are needed.
_SPARE = 1.6
# Where triangles ask for what cannot be had together, the least squares are kept from
# overreaching: this share of the largest square is added to each.
_DAMPING = 1e-2


def guard_placement(
    before: Floats,
    after: Floats,
    fixed: Collection[int],
    *,
    triangles: Triangles | None = None,
) -> Floats:
    """Return the edited mesh with vertices beside the placed ones moved where it would fold.

    Parameters
    ----------
    before, after : (468, 3) float32
        The mesh before the edit and as a tool would have it; both are left alone.
    fixed
        Vertices that stay where ``after`` has them: the placed ones, and those that must not
        move. A triangle of them alone may be turned over, and so may one that they leave no
        room; `annotator.mesh.geometry.newly_flipped` tells of it.
    triangles : (n, 3), optional
        What must not fold; by default the opened mesh.
    """
    triangles = load_topology().opened_triangles if triangles is None else triangles
    free = np.ones(LANDMARK_COUNT, np.bool_)
    free[list(fixed)] = False
    triangles = triangles[free[triangles].any(axis=1)]
    start, points = _plane(before), _plane(after)
    signs = np.sign(_areas(start, triangles))
    least = least_areas(start, np.abs(_areas(start, triangles)), triangles)
    moved = False
    for _ in range(_PASSES):
        lacking = least - _areas(points, triangles) * signs
        thin = np.flatnonzero((lacking > 0) & (signs != 0))
        if not thin.size:
            break
        wanted = lacking[thin] + (_SPARE - 1) * least[thin]
        points = points + _smallest_moves(points, triangles[thin], signs[thin], wanted, free)
        moved = True
    return _with_plane(after, points, free) if moved else after


def _smallest_moves(
    points: Complex,
    triangles: Triangles,
    signs: NDArray[np.float64],
    wanted: NDArray[np.float64],
    free: NDArray[np.bool_],
) -> Complex:
    """Return the smallest displacements of free vertices that add so much area, about, (468,)."""
    corners = points[triangles]
    # The area changes by the product of a corner's way with the opposite side turned by a right
    # angle towards it.
    towards = 1j * (corners[:, [2, 0, 1]] - corners[:, [1, 2, 0]]) * signs[:, None]
    towards = np.where(free[triangles], towards, 0)
    vertices, columns = np.unique(triangles, return_inverse=True)
    jacobian = np.zeros((len(triangles), len(vertices)), np.complex128)
    jacobian[np.arange(len(triangles))[:, None], columns.reshape(triangles.shape)] = towards
    # J J^T of the real problem, x and y side by side, is the real part of the complex product.
    among = (jacobian @ jacobian.conj().T).real
    largest = among.diagonal().max()
    if largest == 0:
        return np.zeros(len(points), np.complex128)
    among[np.diag_indices(len(among))] += _DAMPING * largest
    moves = np.zeros(len(points), np.complex128)
    moves[vertices] = jacobian.T @ np.linalg.solve(among, wanted)
    return moves


def _areas(points: Complex, triangles: Triangles) -> NDArray[np.float64]:
    first = points[triangles[:, 0]]
    one, other = points[triangles[:, 1]] - first, points[triangles[:, 2]] - first
    return np.asarray(one.real * other.imag - one.imag * other.real)


def _plane(landmarks: Floats) -> Complex:
    return np.asarray(landmarks[:, 0].astype(np.float64) + 1j * landmarks[:, 1])


def _with_plane(after: Floats, points: Complex, free: NDArray[np.bool_]) -> Floats:
    """Return ``after`` with these positions in the plane of its free vertices."""
    result = after.copy()
    result[free, 0] = points[free].real
    result[free, 1] = points[free].imag
    return result
