"""The one place where image coordinates become napari's, and back.

Landmarks are (x, y) in pixels measured from the photograph's top left *corner*: the centre of
the first pixel lies at (0.5, 0.5), as MediaPipe has it. napari counts (row, column) from the
*centre* of the first pixel. So row = y - 0.5 and column = x - 0.5.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_HALF_PIXEL = np.float32(0.5)


def to_napari(xy: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return (row, column) for (x, y); shape (..., 2 or more), further columns are dropped."""
    return np.asarray(xy[..., 1::-1] - _HALF_PIXEL, dtype=np.float32)


def to_pixel_centres(xy: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return (x, y) counted from the centre of the first pixel, as vispy draws over a layer."""
    return np.asarray(xy[..., :2] - _HALF_PIXEL, dtype=np.float32)


def from_napari(row_column: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return (x, y) for (row, column), the inverse of `to_napari`; shape (..., 2)."""
    return np.asarray(row_column[..., ::-1] + _HALF_PIXEL, dtype=np.float32)


def position_from_napari(position: Sequence[float]) -> tuple[float, float]:
    """Return (x, y) of a napari data position whose last two entries are (row, column)."""
    row, column = position[-2], position[-1]
    return float(column) + 0.5, float(row) + 0.5


def position_to_napari(xy: tuple[float, float]) -> tuple[float, float]:
    """Return (row, column) of an image position (x, y)."""
    return xy[1] - 0.5, xy[0] - 0.5
