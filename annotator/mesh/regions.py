"""The parts of a face by name, each with all the vertices that belong to it.

They are what is pinned, hidden, marked or transformed as a whole. Left is the subject's left.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.contours import nearest_contour
from annotator.mesh.landmarks import LANDMARK_COUNT, tool_scale
from annotator.mesh.plane import plane
from annotator.mesh.polyline import is_inside
from annotator.mesh.topology import load_topology

Indices = NDArray[np.intp]

REGION_TITLES = {
    "face_oval": "Face oval",
    "lips": "Lips",
    "left_eye": "Left eye",
    "right_eye": "Right eye",
    "left_eyebrow": "Left eyebrow",
    "right_eyebrow": "Right eyebrow",
    "nose": "Nose",
    "face": "Whole face",
}
REGION_NAMES = tuple(REGION_TITLES)
_WHOLE = "face"
# Regions with vertices inside of which the pointer may be far from all of them.
_OUTLINES = {
    "lips": "lips_outer",
    "left_eye": "left_eye",
    "right_eye": "right_eye",
    "left_eyebrow": "left_eyebrow",
    "right_eyebrow": "right_eyebrow",
}
# How near a region the pointer must be, in outer IOD: on the face, and beside it.
_NEAR = 0.1
_BESIDE = 0.25


@cache
def region_vertices(name: str) -> Indices:
    """Return the vertices of a region, (k,), ascending and read-only.

    The lips reach from the outer line to the inner one, an eye from its lids to the ring of
    vertices around them; the nose is what MediaPipe's nose lines enclose. The regions overlap
    in the whole face alone.

    Raises
    ------
    ValueError
        If there is no region of that name.
    """
    if name not in REGION_TITLES:
        raise ValueError(f"expected one of {', '.join(REGION_NAMES)}, but got {name!r}")
    if name == _WHOLE:
        vertices = np.arange(LANDMARK_COUNT)
    else:
        vertices = np.unique(load_topology().regions[name])
        if name.endswith("_eye"):
            vertices = _with_neighbours(vertices)
    vertices = vertices.astype(np.intp)
    vertices.flags.writeable = False
    return vertices


def region_at(landmarks: NDArray[np.floating], position: tuple[float, float]) -> str | None:
    """Return the region that a pointer at (x, y) means, or None off the face.

    Parameters
    ----------
    landmarks : (468, 3)
    position
        In px.
    """
    points = plane(landmarks)
    pointer, iod = np.array([complex(*position)]), tool_scale(landmarks)
    rings = load_topology().regions
    for name, ring in _OUTLINES.items():
        if is_inside(pointer, points[rings[ring]])[0]:
            return name
    on_face = bool(is_inside(pointer, points[rings["face_oval"]])[0])
    away = np.abs(points - pointer)
    distances = {name: away[region_vertices(name)].min() for name in REGION_NAMES[:-1]}
    contour, distance = nearest_contour(landmarks, position)
    if contour == "face_oval":
        distances["face_oval"] = distance
    nearest = min(distances, key=lambda name: distances[name])
    if distances[nearest] <= (_NEAR if on_face else _BESIDE) * iod:
        return nearest
    return _WHOLE if on_face else None


def _with_neighbours(vertices: Indices) -> Indices:
    """Return the vertices and those that an edge joins to them."""
    edges = load_topology().opened_edges
    touched = np.isin(edges, vertices).any(axis=1)
    return np.union1d(vertices, edges[touched])
