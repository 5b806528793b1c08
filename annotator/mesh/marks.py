"""Marks: what people said about single vertices, besides where they are.

One byte a vertex: its visibility in the photograph, which is exported, and whether it is
pinned, which keeps the tools from moving it.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Marks = NDArray[np.uint8]
Vertices = Sequence[int] | NDArray[np.integer]

_VISIBILITY_BITS = 0b011
_PINNED_BIT = 0b100
_EXACT = 1 << 24  # up to which float32 has all whole numbers


class Visibility(IntEnum):
    """How a vertex shows in the photograph."""

    VISIBLE = 0
    OCCLUDED = 1
    OUT_OF_FRAME = 2


def no_marks(count: int) -> Marks:
    """Return the marks of an untouched sample, (count,) uint8: all visible, none pinned."""
    return np.zeros(count, np.uint8)


def as_marks(values: ArrayLike) -> Marks:
    """Return a fresh uint8 array of marks, (n,).

    Raises
    ------
    ValueError
        If the array is not flat or holds a byte that means nothing.
    """
    marks = np.array(values, dtype=np.uint8)
    if marks.ndim != 1:
        raise ValueError(f"expected marks of shape (n,), but got {marks.shape}")
    if not are_marks(marks):
        raise ValueError("expected marks made of a visibility and a pin, but some are neither")
    return marks


def are_marks(values: NDArray[np.uint8]) -> bool:
    """Return whether every byte of an array of any shape is a mark."""
    unknown = (values & ~np.uint8(_VISIBILITY_BITS | _PINNED_BIT)).any()
    return not (unknown or (visibility_of(values) > Visibility.OUT_OF_FRAME).any())


def visibility_of(marks: Marks) -> NDArray[np.uint8]:
    """Return what people said of each vertex, (n,): visible where nobody said anything."""
    return np.asarray(marks & _VISIBILITY_BITS, np.uint8)


def visibility_in_frame(
    marks: Marks, landmarks: NDArray[np.floating], size: tuple[int, int] | NDArray[np.integer]
) -> NDArray[np.uint8]:
    """Return the `Visibility` of each vertex in its photograph, (..., n).

    A vertex that is marked occluded or out of frame is what it is marked as. Any other one is out
    of frame where it lies outside the photograph, and visible within, the edges included.

    Parameters
    ----------
    marks : (..., n) uint8
    landmarks : (..., n, 3) or (..., n, 2)
        x and y in px of the upright image.
    size : (2,) or (..., 2)
        Width and height of the upright image in px.
    """
    said, ends = visibility_of(marks), np.asarray(size)[..., None, :]
    # Axis by axis, and without making float64 of all places, in a quarter of the time.
    ends = ends.astype(np.float32 if ends.max(initial=0) <= _EXACT else np.float64)
    outside = np.zeros(said.shape, np.bool_)
    for axis, end in enumerate(np.moveaxis(ends, -1, 0)):
        places = landmarks[..., axis]
        outside |= (places < 0) | (places > end)
    said[outside & (said == Visibility.VISIBLE)] = Visibility.OUT_OF_FRAME
    return said


def is_pinned(marks: Marks) -> NDArray[np.bool_]:
    """Return which vertices are pinned, (n,)."""
    return np.asarray((marks & _PINNED_BIT) != 0)


def with_visibility(marks: Marks, vertices: Vertices, visibility: Visibility) -> Marks:
    """Return the marks with another visibility of these vertices."""
    result = marks.copy()
    result[vertices] = (result[vertices] & ~np.uint8(_VISIBILITY_BITS)) | np.uint8(visibility)
    return result


def with_pins(marks: Marks, vertices: Vertices, *, pinned: bool) -> Marks:
    """Return the marks with these vertices pinned, or free to move."""
    result = marks.copy()
    free = result[vertices] & ~np.uint8(_PINNED_BIT)
    result[vertices] = free | np.uint8(_PINNED_BIT if pinned else 0)
    return result
