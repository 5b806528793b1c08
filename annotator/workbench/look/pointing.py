"""What lies under the pointer, in words: the vertex, by name, or where on the photograph it is."""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout

# How near the pointer must be for a vertex to be named: in outer IOD and in pixels of the screen.
_NEAR_IOD = 0.06
_NEAR_ON_SCREEN = 6.0


def pointed_text(
    landmarks: NDArray[np.floating],
    layout: MeshLayout,
    position: tuple[float, float],
    pixel: float,
    hidden: NDArray[np.bool_],
) -> str:
    """Return what a pointer at (x, y) is over.

    Parameters
    ----------
    landmarks : (n, 3)
        As they are seen.
    layout
    position
        In px.
    pixel
        How many px of the image one pixel of the screen covers.
    hidden : (n,) bool
        Vertices that are not shown.
    """
    shown = np.flatnonzero(~hidden)
    if shown.size:
        nearest, distance = nearest_vertex(landmarks[shown], position)
        near = max(_NEAR_IOD * tool_scale(landmarks, layout), _NEAR_ON_SCREEN * pixel)
        if distance <= near:
            return layout.name_of(int(shown[nearest]))
    return f"x {position[0]:.0f}, y {position[1]:.0f}"
