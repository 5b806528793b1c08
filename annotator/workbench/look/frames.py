"""Where the camera looks: a face or a part of it, framed or as large as the one before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box

# What is framed fills this share of the canvas, so that its surroundings show.
_FACE_SHARE = 0.72
_REGION_SHARE = 0.5


@dataclass(frozen=True)
class Frame:
    """Where the camera looks.

    Attributes
    ----------
    centre : (x, y)
        In px of the image.
    zoom : float
        Pixels of the canvas for one of the image.
    """

    centre: tuple[float, float]
    zoom: float


def face_frame(points: NDArray[np.floating], canvas: tuple[int, int]) -> Frame:
    """Return the frame of a whole face; points (n, 2 or 3), the canvas (height, width)."""
    return _frame(points, canvas, _FACE_SHARE)


def region_frame(
    points: NDArray[np.floating], vertices: NDArray[np.integer], canvas: tuple[int, int]
) -> Frame:
    """Return the frame of some vertices of a face."""
    return _frame(points[vertices], canvas, _REGION_SHARE)


def kept_frame(points: NDArray[np.floating], before: NDArray[np.floating], zoom: float) -> Frame:
    """Return the frame that shows a face as large on the screen as the one before.

    Parameters
    ----------
    points, before : (n, 2 or 3)
        This face, and the one that was shown with this zoom.
    zoom : float
    """
    return Frame(_centre(points), zoom * _size(before) / _size(points))


def followed_centre(
    points: NDArray[np.floating],
    centre: tuple[float, float],
    zoom: float,
    canvas: tuple[int, int],
) -> tuple[float, float]:
    """Return where to look so that a face that moves is seen whole, with the least move there.

    Along a side on which it is larger than the canvas nothing moves: one looks at a part of it.

    Parameters
    ----------
    points : (n, 2 or 3)
        In px of the image.
    centre : (x, y)
        Where the camera looks by now.
    zoom : float
        Pixels of the canvas for one of the image.
    canvas : (height, width)
    """
    left, top, width, height = bounding_box(points)
    x = _followed(left, width, centre[0], canvas[1] / zoom)
    return x, _followed(top, height, centre[1], canvas[0] / zoom)


def _followed(start: float, length: float, centre: float, room: float) -> float:
    if length > room:
        return centre
    low, high = start + length - room / 2, start + room / 2
    return float(min(max(centre, low), high))


def _frame(points: NDArray[np.floating], canvas: tuple[int, int], share: float) -> Frame:
    height, width = canvas
    _, _, face_width, face_height = bounding_box(points)
    zoom = share * min(width / max(face_width, 1.0), height / max(face_height, 1.0))
    return Frame(_centre(points), zoom)


def _centre(points: NDArray[np.floating]) -> tuple[float, float]:
    left, top, width, height = bounding_box(points)
    return left + width / 2, top + height / 2


def _size(points: NDArray[np.floating]) -> float:
    _, _, width, height = bounding_box(points)
    return max(width, height, 1.0)
