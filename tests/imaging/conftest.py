"""A picture to encode in every way: smooth, coloured, and different in each corner."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def picture() -> NDArray[np.uint8]:
    """(48, 64, 3): red grows to the right, green downwards; the upper left corner is blue."""
    rows, columns = np.mgrid[0:48, 0:64]
    blue = np.where((rows < 16) & (columns < 16), 255, 0)
    return np.dstack([columns * 4, rows * 5, blue]).astype(np.uint8)


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Encode an array or a Pillow image into the content of a file."""

    def save(image: Image.Image | NDArray[Any], format_name: str, **options: Any) -> bytes:
        pillow = image if isinstance(image, Image.Image) else Image.fromarray(image)
        stream = io.BytesIO()
        pillow.save(stream, format_name, **options)
        return stream.getvalue()

    return save
