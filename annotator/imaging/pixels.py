"""Any kind of pixel to 8-bit RGB."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from annotator.imaging.depth import Depth, scale_of

_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
# What Pillow turns straight into no other mode than these.
_BY_WAY_OF = {"La": "LA", "RGBa": "RGBA"}


@dataclass(frozen=True)
class Decoded:
    """Pixels, and what is to be known of them.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    upright
        Whether the orientation has been applied.
    note
        What a person is told of how they came about; empty where nothing is unusual.
    """

    pixels: NDArray[np.uint8]
    upright: bool = False
    note: str = ""


def to_rgb(image: Image.Image, depth: Depth | None = None) -> Decoded:
    """Convert a decoded Pillow image to 8-bit RGB.

    Transparency is laid over white. Colour profiles are not applied, as elsewhere in computer
    vision (OpenCV, MediaPipe). What becomes of grey values deeper than 8 bits is said in
    `annotator.imaging.depth`; colours of 16 bits have become 8 in Pillow already.
    """
    if image.mode in _DEEP_MODES:
        return _deep_grey(image, depth)
    if image.has_transparency_data:
        coloured = image.convert(_BY_WAY_OF.get(image.mode)).convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        image = Image.alpha_composite(white, coloured)
    return Decoded(np.array(image.convert("RGB")))


def _deep_grey(image: Image.Image, depth: Depth | None) -> Decoded:
    values = np.asarray(image)
    if depth is None:
        depth = Depth(16 if values.dtype.itemsize == 2 else 32)
    if values.dtype == np.int32 and depth.bits == 32 and not depth.signed:
        values = values.view(np.uint32)  # Pillow has no such mode
    scale = scale_of(values, depth)
    grey = scale.to_8_bit(values)
    if depth.inverted:
        grey = 255 - grey
    return Decoded(np.repeat(grey[:, :, None], 3, axis=2), note=scale.note)
