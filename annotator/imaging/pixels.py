"""Any kind of pixel to 8-bit RGB."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Convert a decoded Pillow image to 8-bit RGB.

    Transparency is laid over white. Colour profiles are not applied, as elsewhere in computer
    vision (OpenCV, MediaPipe). For grey values deeper than 8 bits see `to_8_bit`.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
    """
    if image.mode in _DEEP_MODES:
        grey = to_8_bit(np.asarray(image))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        image = Image.alpha_composite(white, coloured)
    return np.array(image.convert("RGB"))


def to_8_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale deeper values to 0..255 by the range that their type and extent suggest.

    Integers up to 255 are taken as they are, integers up to 65535 as 16-bit (divided by 257),
    real numbers within 0..1 times 255 and within 0..255 as they are. Anything else
    is stretched from its smallest to its largest value. NaN becomes 0, infinities the ends of
    the finite range.
    """
    numbers = values.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    numbers = np.nan_to_num(numbers, nan=low, posinf=high, neginf=low)
    whole = np.issubdtype(values.dtype, np.integer)
    if values.dtype == np.uint16 or (whole and low >= 0 and 255 < high <= 65535):
        scale, offset = 1 / 257, 0.0
    elif low >= 0 and high <= 1 and not whole:
        scale, offset = 255.0, 0.0
    elif low >= 0 and high <= 255:
        scale, offset = 1.0, 0.0
    else:
        scale, offset = 255 / (high - low) if high > low else 0.0, low
    return np.clip(np.rint((numbers - offset) * scale), 0, 255).astype(np.uint8)
