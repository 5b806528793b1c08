"""Finding the contours of a face mesh: by name, near a point, and as lines along the face."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import Contour, MeshLayout
from annotator.mesh.plane import plane

Indices = NDArray[np.intp]


def contour(layout: MeshLayout, name: str) -> Contour:
    """Return a contour of a layout by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in layout.contours:
        raise ValueError(f"expected one of {', '.join(layout.contours)}, but got {name!r}")
    return layout.contours[name]


@cache
def contour_chains(layout: MeshLayout) -> tuple[Indices, ...]:
    """Return the contours, each from one fixed end to the other, in order along the face.

    Oval, lips and lids come in two halves that share their ends; each brow in two rows.
    """
    return tuple(half for contour in layout.contours.values() for half in contour.halves)


def nearest_contour(
    landmarks: NDArray[np.floating], layout: MeshLayout, position: tuple[float, float]
) -> tuple[str, float]:
    """Return the contour whose line passes nearest to (x, y), and its distance in px."""
    contours = list(layout.contours.values())
    distances = [_distance(landmarks[contour.vertices, :2], position) for contour in contours]
    nearest = int(np.argmin(distances))
    return contours[nearest].name, distances[nearest]


def _distance(ring: NDArray[np.floating], position: tuple[float, float]) -> float:
    """Return how far a point lies from a closed line (k, 2), in px."""
    corners = plane(ring) - complex(*position)
    edges = np.roll(corners, -1) - corners
    squared = np.maximum(np.abs(edges) ** 2, 1e-12)
    share = (-(corners * edges.conj()).real / squared).clip(0, 1)
    return float(np.abs(corners + share * edges).min())
