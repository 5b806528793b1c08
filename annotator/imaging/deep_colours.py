"""Colours of 16 bits that use only a part of their range.

Pillow keeps the high byte of such colours, which suits files that use all 16 bits and leaves those
with 10 or 12 bits black. OpenCV gives the values themselves. What it gives is taken only where its
high bytes are what Pillow made of the file, so that the two agree on what there is to be seen.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from annotator.imaging.depth import Depth, bands, scale_of
from annotator.imaging.exif import apply_orientation
from annotator.imaging.pixels import Decoded
from annotator.imaging.quiet import silent

_MODES = ("RGB", "RGBA", "LA")

_Values = NDArray[np.uint16]


def brightened(
    image: Image.Image, data: bytes, frame: int, depth: Depth, orientation: int
) -> Decoded | None:
    """Return the pixels of colours of 16 bits, or None if Pillow's are right.

    Parameters
    ----------
    image
        As Pillow decoded it.
    data
        The file.
    frame
        Counted from 0.
    depth
        What the file says of its samples.
    orientation
        That the file states; Pillow and OpenCV may have applied it.
    """
    values = _values(data, frame) if image.mode in _MODES and depth.bits == 16 else None
    if values is None:
        return None
    scale = scale_of(values[..., :3], depth)
    if scale.is_full_16_bit:
        return None
    high = np.asarray(image.convert("RGB" if image.mode == "RGB" else "RGBA"))
    for turned in (values, apply_orientation(values, orientation)):
        same = turned[..., : high.shape[2]]
        if same.shape == high.shape and _are_high_bytes(high, same):
            colours = scale.to_8_bit(same[..., :3])
            if same.shape[2] > 3:
                _lay_over_white(colours, same[..., 3:], scale.white)
            return Decoded(colours, note=scale.note)
    return None


def _are_high_bytes(high: NDArray[np.uint8], values: _Values) -> bool:
    return all(np.array_equal(values[rows] >> 8, high[rows]) for rows in bands(values))


def _values(data: bytes, frame: int) -> _Values | None:
    """Return (height, width, 3 or 4) colours and opacity as the file has them."""
    import cv2  # noqa: PLC0415 - slow to import, and hardly any file needs it

    content = np.frombuffer(data, np.uint8)
    try:
        with silent(cv2):
            found, images = cv2.imdecodemulti(
                content, cv2.IMREAD_UNCHANGED, range=(frame, frame + 1)
            )
    except cv2.error:
        return None
    if not found or images[0].dtype != np.uint16 or images[0].ndim != 3:
        return None
    stored: _Values = images[0].astype(np.uint16, copy=False)
    return stored[..., [2, 1, 0, 3][: stored.shape[2]]]


def _lay_over_white(colours: NDArray[np.uint8], opacity: _Values, white: float) -> None:
    """Let white show through colours, in place, where they are not opaque."""
    full = white if opacity.max() <= white else 2**16 - 1
    for rows in bands(colours):
        share = opacity[rows] / full
        colours[rows] = np.rint(colours[rows] * share + 255 * (1 - share))
