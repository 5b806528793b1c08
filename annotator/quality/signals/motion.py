"""How a mesh trembles where samples follow one another, as the frames of a video do."""

import math

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex, plane
from annotator.mesh.units import error_unit


def jitter_of(
    before: NDArray[np.floating] | None,
    landmarks: NDArray[np.floating],
    after: NDArray[np.floating] | None,
    layout: MeshLayout,
) -> float:
    """Return how far a mesh is off from between its neighbours in time, in outer IOD.

    The neighbours are moved, turned and scaled onto the mesh first (least squares), so that a
    head that moves does not count; what is left of the mesh against their mean is averaged over
    the vertices. With one neighbour it is half of the distance from it.

    Parameters
    ----------
    before, after : (n, 3) or None
        Of the same face a moment before and after, in px; None where there is none.
    landmarks : (n, 3)
    layout

    Returns
    -------
    float
        NaN without a neighbour.
    """
    neighbours = [mesh for mesh in (before, after) if mesh is not None]
    if not neighbours:
        return math.nan
    here = plane(landmarks)
    fitted = [_moved_onto(plane(mesh), here) for mesh in neighbours]
    between = np.mean([*fitted, here] if len(fitted) == 1 else fitted, axis=0)
    return float(np.abs(here - between).mean()) / error_unit(landmarks, layout)


def _moved_onto(points: Complex, goal: Complex) -> Complex:
    """Return points moved, turned and scaled to lie nearest to others."""
    centred = points - points.mean()
    length = max(float((np.abs(centred) ** 2).sum()), 1e-30)
    factor = (centred.conj() * (goal - goal.mean())).sum() / length
    return np.asarray(factor * centred + goal.mean())
