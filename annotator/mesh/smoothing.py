"""Smooth and Relax: brushes that take out bumps and uneven spacing.

A face is not smooth: lids, nostrils and lips are what it is about. Both tools therefore compare
the mesh with a reference - a face turned and stretched to lie on the mesh as well as it can,
the canonical one or, as the brushes do it, the prediction - and even out the *deviation* from
it, each vertex towards its neighbours'. A mesh that deviates by a shift, a turn or a stretch is
left alone, so nothing shrinks.

Smooth moves every vertex under the brush. Relax slides vertices that lie on a contour (oval,
lips, lids, brows) along that contour, towards the spacing of the reference, and never off it.

Neither moves z. Neither guards against folds: see `annotator.mesh.folding.guard_edit`.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.sparse import csr_array

from annotator.mesh.contours import contour_chains
from annotator.mesh.geometry import edge_lengths
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex, plane, with_plane

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Weights = NDArray[np.float64]

_PASSES = 6


def smooth(
    landmarks: Floats,
    layout: MeshLayout,
    weights: Weights,
    *,
    reference: NDArray[np.floating] | None = None,
    passes: int = _PASSES,
) -> Floats:
    """Return the mesh with its deviations from the reference evened out under the brush.

    Parameters
    ----------
    landmarks : (n, 3) float32
    layout
    weights : (n,)
        How much of each pass a vertex takes, in [0, 1]; 0 keeps it still.
    reference : (n, 2) or (n, 3), optional
        What is smooth by definition: the prediction fitted to the mesh, to smooth what was done
        to it; by default the canonical face, see `fitted_reference` for both.
    passes
        More reach further: a bump of n edges needs about n squared.

    Raises
    ------
    ValueError
        If a weight lies outside [0, 1], or their shape is another.
    """
    _check(weights, len(landmarks))
    base = _base(landmarks, layout, reference)
    points = base + _evened(plane(landmarks) - base, layout, weights, passes)
    return with_plane(landmarks, points, weights > 0)


def relax(
    landmarks: Floats,
    layout: MeshLayout,
    weights: Weights,
    *,
    reference: NDArray[np.floating] | None = None,
    passes: int = _PASSES,
) -> Floats:
    """Return the mesh with vertices slid towards even spacing under the brush.

    Spacing is even where it is that of the reference: the mesh is finer at the corners of the
    eyes and the mouth, and shall stay so.

    Parameters
    ----------
    landmarks : (n, 3) float32
    layout
    weights : (n,)
        How much of each pass a vertex takes, in [0, 1]; 0 keeps it still.
    reference, passes
        As for `smooth`.

    Raises
    ------
    ValueError
        If a weight lies outside [0, 1], or their shape is another.
    """
    _check(weights, len(landmarks))
    base, points = _base(landmarks, layout, reference), plane(landmarks)
    inside = weights.copy()
    for chain in contour_chains(layout):
        inside[chain] = 0
        if weights[chain[1:-1]].any():
            points[chain] = _slid(points[chain], base[chain], weights[chain], passes)
    points = base + _evened(points - base, layout, inside, passes)
    return with_plane(landmarks, points, weights > 0)


def fitted_reference(landmarks: NDArray[np.floating], shape: NDArray[np.floating]) -> Points:
    """Return a face as an affine camera would see it in the mesh's place, (n, 2).

    Parameters
    ----------
    landmarks : (n, 3)
        The mesh that it is fitted to, by least squares.
    shape : (n, 3)
        The face: a prediction, whose own expression stays in it, or the canonical one.
    """
    model = np.column_stack([shape.astype(np.float64), np.ones(len(shape))])
    camera, *_ = np.linalg.lstsq(model, landmarks[:, :2].astype(np.float64), rcond=None)
    return np.asarray(model @ camera)


@cache
def _averaging(layout: MeshLayout) -> csr_array:
    """Return the matrix that gives each vertex the mean of its neighbours, nearer ones first."""
    topology = layout.topology
    i, j = topology.opened_edges.T
    # A vertex that no edge joins to others keeps what it has.
    alone = np.setdiff1d(np.arange(layout.count), topology.opened_edges)
    nearness = 1 / edge_lengths(topology.vertices, topology.opened_edges)
    values = np.concatenate([nearness, nearness, np.ones(len(alone))])
    places = np.concatenate([i, j, alone]), np.concatenate([j, i, alone])
    matrix = csr_array((values, places), shape=(layout.count, layout.count))
    return csr_array(matrix.multiply(1 / matrix.sum(axis=1)[:, None]))


def _evened(deviation: Complex, layout: MeshLayout, weights: Weights, passes: int) -> Complex:
    """Return deviations (n,), each moved towards its neighbours' mean."""
    # Half a step a pass: whole ones make neighbours swap their values.
    step = 0.5 * weights
    averaging = _averaging(layout)
    for _ in range(passes):
        deviation = deviation + step * (np.asarray(averaging @ deviation) - deviation)
    return deviation


def _slid(points: Complex, base: Complex, weights: Weights, passes: int) -> Complex:
    """Return the vertices of a chain (k,) slid along the smooth curve through them."""
    lengths = np.abs(np.diff(points))
    if not lengths.all():  # no curve goes through two vertices on one spot
        return points
    at = np.append(0.0, np.cumsum(lengths))
    curve = CubicSpline(at, points)
    wanted = np.abs(np.diff(base))
    share = wanted[:-1] / np.maximum(wanted[:-1] + wanted[1:], 1e-12)
    # Half a step a pass keeps the vertices in their order.
    step = 0.5 * weights[1:-1]
    for _ in range(passes):
        goal = at[:-2] + share * (at[2:] - at[:-2])
        at[1:-1] += step * (goal - at[1:-1])
    return np.asarray(curve(at))


def _base(landmarks: Floats, layout: MeshLayout, reference: NDArray[np.floating] | None) -> Complex:
    if reference is None:
        reference = fitted_reference(landmarks, layout.topology.vertices)
    return plane(reference)


def _check(weights: Weights, count: int) -> None:
    if weights.shape != (count,):
        raise ValueError(f"expected weights of shape ({count},), but got {weights.shape}")
    if not ((weights >= 0) & (weights <= 1)).all():
        raise ValueError("expected weights from 0 to 1, but some lie outside")
