"""Whether a face goes on from one frame to the next, or another one begins."""

import math

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box

# In seconds. A face that was away for longer is met as a new one, as MediaPipe does it with a
# face that it lost.
_LONGEST_GAP = 0.5
# A head moves so far in a frame and in a second, in sides of its mesh. What went farther is another
# face, or another shot: half a side from one frame to the next at 30 frames a second.
_FARTHEST, _FASTEST = 0.25, 10.0
_SMALLEST_SIDE = 1e-6  # px; MediaPipe filters nothing that is smaller


def mean_side(landmarks: NDArray[np.floating]) -> float:
    """Return the mean of width and height of a mesh in the image, in px: MediaPipe's unit."""
    _, _, width, height = bounding_box(landmarks)
    return (width + height) / 2


def has_extent(landmarks: NDArray[np.floating]) -> bool:
    """Return whether a mesh is large enough for its speed to be told."""
    return mean_side(landmarks) >= _SMALLEST_SIDE


def goes_on(step: float) -> bool:
    """Return whether a frame so many seconds after another one continues it."""
    return 0 < step <= _LONGEST_GAP


def jumps(before: NDArray[np.floating], after: NDArray[np.floating], step: float) -> bool:
    """Return whether a mesh lies farther from the one before than a head can go.

    Told is the root mean square distance of the vertices in the image plane.

    Parameters
    ----------
    before, after : (n, 3)
        In px.
    step
        From one to the other, in seconds.
    """
    moved = np.subtract(after[:, :2], before[:, :2], dtype=np.float64)
    distance = math.sqrt(float((moved**2).sum(axis=1).mean()))
    return distance > (_FARTHEST + _FASTEST * step) * mean_side(after)
