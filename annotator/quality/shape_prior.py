"""Which shapes faces have, learned from meshes that people accepted; how far off a mesh is.

Shapes are compared once place, size and pose (the turn in space) are taken out. What is left of a
face against the mean face is taken for normally distributed, with a covariance shrunk from that of
the accepted meshes towards one that only says that neighbours go together. ``docs/quality.md`` has
the mathematics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, solve_triangular

from annotator.mesh.covariance import DEFAULT_PRIOR, prior_covariance
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout

Floats = NDArray[np.float64]

LEAST_MESHES = 20
"""Of fewer accepted meshes nothing is learned."""
# How many meshes the neighbours' covariance is worth, and what it keeps however many there are.
_PRIOR_MESHES = 50.0
_LEAST_WEIGHT = 0.2
# A mesh that is off by more than others, in squares and their median, counts as one so far off.
_LARGEST = 4.0
_ROUNDS = 3  # of aligning to the mean and taking it anew; more change nothing
_UPRIGHT = np.array([1.0, -1.0, -1.0])  # the canonical face as the image has its axes
# What the neighbours' variance is on a canonical face: faces differ from it by more than
# predictions of one face do (`DEFAULT_PRIOR`).
_SPREAD_OF_FACES = 6.0


@dataclass(frozen=True, eq=False)
class ShapePrior:
    """What shapes are usual.

    Attributes
    ----------
    layout : MeshLayout
    count : int
        Of the meshes that it was learned from; 0 of the default.
    mean : (n, 3) float64
        The mean face: centred, upright, in outer IOD in space.
    factor : (3 n, 3 n) float64
        The upper Cholesky factor of the covariance, x, y, z of each vertex after one another.
    """

    layout: MeshLayout
    count: int
    mean: Floats
    factor: Floats


def shape_distance(landmarks: NDArray[np.floating], prior: ShapePrior) -> float:
    """Return how unusual a mesh's shape is: the root of the Mahalanobis distance's mean square.

    It is divided by the degrees of freedom (3 n), so that meshes as they were learned from have
    about 1.

    Parameters
    ----------
    landmarks : (n, 3)
        In px.
    prior

    Raises
    ------
    ValueError
        If the mesh has another number of vertices than the prior's.
    """
    count = prior.layout.count
    if landmarks.shape != (count, 3):
        raise ValueError(f"expected landmarks of shape ({count}, 3), but got {landmarks.shape}")
    rest = (_aligned(_in_iod(landmarks, prior.layout), prior.mean) - prior.mean).ravel()
    whitened = solve_triangular(prior.factor, rest, trans="T", check_finite=False)
    return float(np.sqrt((whitened**2).mean()))


@cache
def default_prior(layout: MeshLayout) -> ShapePrior:
    """Return what is usual before anything was accepted: shapes about the canonical face."""
    mean = _in_iod(layout.topology.vertices * _UPRIGHT, layout)
    return _prior(layout, 0, mean, _SPREAD_OF_FACES * _of_neighbours(layout))


def fitted_prior(meshes: Sequence[NDArray[np.floating]], layout: MeshLayout) -> ShapePrior:
    """Return what is usual where these meshes were accepted; of too few of them, the default.

    Meshes of another shape, or with numbers that are not finite, are left out. Each counts
    together with its mirror image, and those that are off by far more than most are scaled down.

    Parameters
    ----------
    meshes : k of (n, 3)
        In px. A few thousand are as good as all of them.
    layout
    """
    sound = [m for m in meshes if m.shape == (layout.count, 3) and np.isfinite(m).all()]
    if len(sound) < LEAST_MESHES:
        return default_prior(layout)
    shapes = np.array([_in_iod(mesh, layout) for mesh in sound])
    shapes = np.concatenate([shapes, shapes[:, layout.mirror] * (-1, 1, 1)])
    mean = default_prior(layout).mean
    for _ in range(_ROUNDS):
        shapes = np.array([_aligned(shape, mean) for shape in shapes])
        mean = np.median(shapes, axis=0)
        mean -= mean.mean(axis=0)
    rests = (np.array([_aligned(shape, mean) for shape in shapes]) - mean).reshape(len(shapes), -1)
    return _prior(layout, len(sound), mean, _shrunk(rests, len(sound), layout))


def _shrunk(rests: Floats, count: int, layout: MeshLayout) -> Floats:
    """Return the covariance of what is left of shapes, (k, 3 n), blended with the neighbours'."""
    energy = (rests**2).mean(axis=1)
    within = np.sqrt(np.minimum(1.0, _LARGEST * np.median(energy) / np.maximum(energy, 1e-30)))
    rests = rests * within[:, None]
    moments, expected = rests.T @ rests / len(rests), _of_neighbours(layout)
    expected = expected * max(float(np.trace(moments) / np.trace(expected)), 1e-6)
    weight = max(_LEAST_WEIGHT, _PRIOR_MESHES / (_PRIOR_MESHES + count))
    return np.asarray(weight * expected + (1 - weight) * moments)


def _prior(layout: MeshLayout, count: int, mean: Floats, covariance: Floats) -> ShapePrior:
    # A floor under the variances: no mesh is known to the last of its digits.
    floor = 1e-4 * float(np.trace(covariance)) / len(covariance)
    factor, _ = cho_factor(covariance + floor * np.eye(len(covariance)), check_finite=False)
    for array in (mean, factor):
        array.flags.writeable = False
    return ShapePrior(layout, count, mean, factor)


@cache
def _of_neighbours(layout: MeshLayout) -> Floats:
    """Return the covariance of neighbours alone, (3 n, 3 n), alike in x, y and z."""
    matrix = prior_covariance(DEFAULT_PRIOR, layout).matrix.real
    return np.asarray(np.kron(matrix, np.eye(3)))


def _in_iod(landmarks: NDArray[np.floating], layout: MeshLayout) -> Floats:
    points = landmarks.astype(np.float64) / tool_scale(landmarks, layout)
    return np.asarray(points - points.mean(axis=0))


def _aligned(points: Floats, goal: Floats) -> Floats:
    """Return centred points turned and scaled to lie nearest to others (Kabsch; Umeyama 1991)."""
    left, sizes, right = np.linalg.svd(points.T @ goal)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
    scale = float((sizes * signs).sum()) / max(float((points**2).sum()), 1e-30)
    return np.asarray(scale * points @ (left * signs) @ right)
