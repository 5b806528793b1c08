"""How near the pointer must be to a vertex for a press to mean it."""

import numpy as np

from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.tools.base import MeshState, Position

# A press farther than this from the nearest vertex moves the photograph, whatever the radius:
# nobody means to grab the chin from the other side of the room.
_REACH_IOD = 0.25
# Small faces need a reach that a hand can hit, in pixels of the screen.
_REACH_ON_SCREEN = 10
# Shorter ways of the pointer are a click, in pixels of the screen.
CLICK = 3.0


def reach(state: MeshState, pixel: float) -> float:
    """Return how far from a vertex a press still means it, in px of the image.

    Parameters
    ----------
    state
    pixel
        How many px of the image one pixel of the screen covers.
    """
    scale = tool_scale(state.landmarks, state.layout)
    return max(_REACH_IOD * scale, _REACH_ON_SCREEN * pixel)


def within_reach(state: MeshState, position: Position, pixel: float) -> bool:
    """Return whether any vertex is near enough to the pointer, see `reach`."""
    return nearest_vertex(state.landmarks, position)[1] <= reach(state, pixel)


def nearest_in_reach(
    state: MeshState, position: Position, pixel: float, *, pinned: bool = False
) -> int | None:
    """Return the nearest vertex that a press here could mean, or None if none is in reach.

    Hidden vertices are passed over: the pointer cannot mean what is not to be seen.

    Parameters
    ----------
    state
    position
        Of the pointer.
    pixel
        How many px of the image one pixel of the screen covers.
    pinned
        Whether pinned vertices count. Tools that move the vertex under the pointer pass them
        over as well; a brush may be centred on one.
    """
    eligible = np.flatnonzero(~(state.hidden if pinned else state.still))
    if not eligible.size:
        return None
    nearest, distance = nearest_vertex(state.landmarks[eligible], position)
    return int(eligible[nearest]) if distance <= reach(state, pixel) else None
