"""Boxes as formats write them: (left, top, width, height) in px of the upright image."""

from math import nextafter

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box, bounding_boxes
from annotator.release.number_text import as_json, rows_of_numbers

Box = tuple[float, float, float, float]


def box_of(landmarks: NDArray[np.floating]) -> Box:
    """Return the box of a mesh (n, 3) wherever it lies, in as few digits as float32 needs."""
    left, top, width, height = (_shortest(side) for side in bounding_box(landmarks))
    return left, top, width, height


def boxes_of(landmarks: NDArray[np.float32]) -> list[Box]:
    """Return `box_of` of each of many meshes, (b, n, 3)."""
    sides = bounding_boxes(landmarks).astype(np.float32)
    boxes = (map(float, row.split(b",")) for row in rows_of_numbers(sides, as_json))
    return [(left, top, width, height) for left, top, width, height in boxes]


def clipped(box: Box, size: tuple[int, int]) -> Box:
    """Return what of a box lies in an image of (width, height): 0 wide or high if nothing does.

    Summed up as readers do, no corner lies outside: ``left + width <= size[0]``.
    """
    left, top, width, height = box
    left, width = _within(left, width, size[0])
    top, height = _within(top, height, size[1])
    return left, top, width, height


def area(box: Box) -> float:
    """Return the area of a box, in px."""
    return box[2] * box[3]


def _within(start: float, length: float, end: int) -> tuple[float, float]:
    first = min(max(start, 0.0), float(end))
    if first == start and start + length <= end:
        return start, length
    length = _shortest(max(min(start + length, float(end)) - first, 0.0))
    if first + length > end:  # rounded to float32, it is too long
        length = end - first
    while first + length > end:  # and so by a bit, rounded to float64
        length = nextafter(length, 0.0)
    return first, length


def _shortest(value: float) -> float:
    """Return a number with the fewest digits that give the same float32 back."""
    return float(str(np.float32(value)))
