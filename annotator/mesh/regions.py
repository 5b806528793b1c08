"""The regions of a face: by name, and the one that a pointer means."""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.contours import nearest_contour
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import plane
from annotator.mesh.polyline import is_inside

Indices = NDArray[np.intp]

# How near a region the pointer must be, in outer IOD: on the face, and beside it.
_NEAR = 0.1
_BESIDE = 0.25


def region_vertices(layout: MeshLayout, name: str) -> Indices:
    """Return the vertices of a region of a layout, (k,), ascending and read-only.

    Raises
    ------
    ValueError
        If there is no region of that name.
    """
    if name not in layout.regions:
        raise ValueError(f"expected one of {', '.join(layout.regions)}, but got {name!r}")
    return layout.regions[name].vertices


def region_at(
    landmarks: NDArray[np.floating], layout: MeshLayout, position: tuple[float, float]
) -> str | None:
    """Return the region that a pointer at (x, y) means, or None off the face.

    Parameters
    ----------
    landmarks : (n, 3)
    layout
    position
        In px.
    """
    points, regions = plane(landmarks), layout.regions.values()
    pointer, iod = np.array([complex(*position)]), tool_scale(landmarks, layout)
    for region in regions:
        if region.outline is not None and is_inside(pointer, points[region.outline])[0]:
            return region.name
    boundary = layout.boundary
    on_face = bool(is_inside(pointer, points[layout.contours[boundary].vertices])[0])
    away = np.abs(points - pointer)
    parts = [region for region in regions if not region.is_whole]
    distances = {part.name: away[part.vertices].min() for part in parts}
    contour, distance = nearest_contour(landmarks, layout, position)
    if contour == boundary:
        distances[boundary] = distance
    nearest = min(distances, key=lambda name: distances[name])
    if distances[nearest] <= (_NEAR if on_face else _BESIDE) * iod:
        return nearest
    whole = [region.name for region in regions if region.is_whole]
    return whole[0] if on_face and whole else None
