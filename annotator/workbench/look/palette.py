"""The colours of the mesh, its marks and its ramps."""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.marks import Visibility

Colour = tuple[float, float, float, float]

EDGE_COLOUR: Colour = (0.45, 0.85, 1.0, 0.5)
CONTOUR_COLOUR: Colour = (0.45, 0.95, 1.0, 0.85)
# Of no skin and no lip, in light or in shade, whatever kind of colour vision looks at it; and none
# of the mesh's own. The light rim is what it is seen by in the dark.
INFLUENCE_COLOUR: Colour = (0.56, 0.24, 1.0, 1.0)
INFLUENCE_RIM_COLOUR: Colour = (1.0, 1.0, 1.0, 1.0)
INFLUENCE_LINE_RIM_COLOUR: Colour = (1.0, 1.0, 1.0, 0.5)
VERTEX_COLOUR: Colour = (1.0, 1.0, 1.0, 1.0)
VERTEX_RIM_COLOUR: Colour = (0.11, 0.36, 0.45, 1.0)
LINE_RIM_COLOUR: Colour = (0.0, 0.05, 0.1, 0.22)
CIRCLE_COLOUR: Colour = (1.0, 1.0, 1.0, 0.9)
PINNED_COLOUR: Colour = (0.16, 0.42, 1.0, 1.0)
PINNED_RIM_COLOUR: Colour = (1.0, 1.0, 1.0, 1.0)
ANCHOR_COLOUR: Colour = (0.55, 1.0, 0.3, 1.0)
ANCHOR_RIM_COLOUR: Colour = (0.05, 0.25, 0.0, 1.0)
# What checks point at: of no skin, and with a rim that lips do not have.
POINTED_COLOUR: Colour = (1.0, 0.16, 0.1, 1.0)
POINTED_RIM_COLOUR: Colour = (1.0, 1.0, 0.85, 1.0)
GHOST_COLOUR: Colour = (1.0, 0.55, 0.95, 0.95)
GUIDE_COLOUR: Colour = (1.0, 0.62, 0.12, 1.0)
FLIPPED_COLOUR: Colour = (1.0, 0.0, 0.75, 0.6)
AIM_RIM_COLOUR: Colour = (0.0, 0.05, 0.1, 0.8)
LINE_COLOUR: Colour = (1.0, 0.95, 0.4, 1.0)
HANDLE_COLOUR: Colour = (1.0, 0.95, 0.4, 1.0)

# Told apart with any kind of colour vision.
VISIBILITY_COLOURS: dict[Visibility, Colour] = {
    Visibility.VISIBLE: (0.25, 0.95, 0.75, 1.0),
    Visibility.OCCLUDED: (1.0, 0.6, 0.0, 1.0),
    Visibility.OUT_OF_FRAME: (0.85, 0.45, 0.95, 1.0),
}

# From dark blue over green to yellow, in even steps of lightness: more is lighter, also to
# those who see no colours, and none of it is a colour of skin.
_SCALE = np.array(
    [
        [0.25, 0.27, 0.62],
        [0.18, 0.43, 0.66],
        [0.12, 0.58, 0.62],
        [0.24, 0.73, 0.48],
        [0.60, 0.85, 0.27],
        [0.99, 0.95, 0.25],
    ]
)


def from_hex(text: str) -> Colour:
    """Return the opaque colour that a text like ``#3fb56b`` names."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, 1.0


def scale_colours(shares: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return RGBA for shares of a scale, in [0, 1] or cut to it; (n, 4)."""
    steps = np.linspace(0, 1, len(_SCALE))
    channels = [np.interp(shares, steps, channel) for channel in _SCALE.T]
    return np.stack([*channels, np.ones(len(shares))], axis=1).astype(np.float32)
