"""EXIF orientation: read it, apply it.

Orientation is the only EXIF field that changes what an image shows. It is parsed here, in a
few lines that cannot fail, because cameras write much else in EXIF that trips full parsers.
"""

import struct

import numpy as np
from numpy.typing import NDArray

UPRIGHT = 1
_ORIENTATION_TAG = 0x0112
_FIELD_FORMATS = {1: "B", 3: "H", 4: "I"}  # BYTE and LONG are wrong but seen in the wild


def parse_orientation(block: bytes) -> int:
    r"""Return the orientation 1..8 that an EXIF block states, 1 when it states none.

    Parameters
    ----------
    block
        The EXIF data, with or without its leading ``Exif\0\0``. Damaged data counts as
        stating no orientation.
    """
    block = block.removeprefix(b"Exif\x00\x00")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return UPRIGHT
    (start,) = struct.unpack_from(order + "I", block, 4)
    if start + 2 > len(block):
        return UPRIGHT
    (count,) = struct.unpack_from(order + "H", block, start)
    last = min(start + 2 + 12 * count, len(block) - 11)
    for offset in range(start + 2, last, 12):
        tag, kind = struct.unpack_from(order + "HH", block, offset)
        if tag == _ORIENTATION_TAG and kind in _FIELD_FORMATS:
            (value,) = struct.unpack_from(order + _FIELD_FORMATS[kind], block, offset + 8)
            return value if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def swaps_sides(orientation: int) -> bool:
    """Whether applying `orientation` exchanges width and height."""
    return orientation >= 5


def apply_orientation(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn stored pixels (height, width, 3) upright; the result is C-contiguous."""
    if orientation in (5, 7):  # mirrored along one of the diagonals
        pixels = pixels.swapaxes(0, 1)
        pixels = pixels[::-1, ::-1] if orientation == 7 else pixels
    elif orientation in (6, 8):  # needs a quarter turn clockwise / anticlockwise
        pixels = np.rot90(pixels, -1 if orientation == 6 else 1)
    elif orientation in (2, 3, 4):  # mirrored / upside down / both
        pixels = {2: pixels[:, ::-1], 3: pixels[::-1, ::-1], 4: pixels[::-1]}[orientation]
    return np.ascontiguousarray(pixels)
