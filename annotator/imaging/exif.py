"""Which way up a file says that it is to be shown: read it, apply it.

Orientation is the only field of EXIF and XMP that changes what an image shows. It is parsed
here, in a few lines that cannot fail, because cameras write much else that trips full parsers.
What counts where a file contradicts itself is what counts for Pillow's ``exif_transpose``, which
most readers of a data set use: EXIF before XMP, and in either only what Pillow understands.
"""

import re
import struct
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Sample = TypeVar("_Sample", bound=np.generic)

UPRIGHT = 1
_ORIENTATION_TAG = 0x0112
# SHORT is right; the others are seen in the wild, and Pillow understands them.
_FIELD_FORMATS = {3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}
_XMP = re.compile(rb'tiff:Orientation(="|>)([0-9])')


def orientation_of(exif: bytes | None, xmp: bytes | None) -> int:
    """Return the orientation 1..8 that a file states, 1 when it states none.

    Parameters
    ----------
    exif
        As `parse_orientation` takes it; None where the file has none.
    xmp
        A packet, which counts only where the EXIF data says nothing.
    """
    stated = parse_orientation(exif) if exif else None
    if stated is None:
        found = _XMP.search(xmp or b"")
        stated = int(found[2]) if found else UPRIGHT
    return stated if 1 <= stated <= 8 else UPRIGHT


def parse_orientation(block: bytes) -> int | None:
    r"""Return the orientation that an EXIF block states, whatever number; None if it has none.

    Parameters
    ----------
    block
        The EXIF data, with or without its leading ``Exif\0\0``. Damaged data counts as
        stating no orientation.
    """
    block = re.sub(b"^(Exif\x00\x00){1,2}", b"", block)
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return None
    (start,) = struct.unpack_from(order + "I", block, 4)
    if start + 2 > len(block):
        return None
    (count,) = struct.unpack_from(order + "H", block, start)
    last = min(start + 2 + 12 * count, len(block) - 11)
    stated: int | None = None
    for offset in range(start + 2, last, 12):
        tag, kind = struct.unpack_from(order + "HH", block, offset)
        if tag == _ORIENTATION_TAG:  # the last one counts
            form = _FIELD_FORMATS.get(kind)
            (stated,) = struct.unpack_from(order + form, block, offset + 8) if form else (UPRIGHT,)
    return stated


def swaps_sides(orientation: int) -> bool:
    """Whether applying `orientation` exchanges width and height."""
    return orientation >= 5


def apply_orientation(pixels: NDArray[_Sample], orientation: int) -> NDArray[_Sample]:
    """Turn stored pixels (height, width, ...) upright; the result is C-contiguous."""
    if orientation in (5, 7):  # mirrored along one of the diagonals
        pixels = pixels.swapaxes(0, 1)
        pixels = pixels[::-1, ::-1] if orientation == 7 else pixels
    elif orientation in (6, 8):  # needs a quarter turn clockwise / anticlockwise
        pixels = np.rot90(pixels, -1 if orientation == 6 else 1)
    elif orientation in (2, 3, 4):  # mirrored / upside down / both
        pixels = {2: pixels[:, ::-1], 3: pixels[::-1, ::-1], 4: pixels[::-1]}[orientation]
    return np.ascontiguousarray(pixels)
