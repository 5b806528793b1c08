"""What is known of a clip before any of its frames is decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.errors import ClipError

MAX_CLIP_PIXELS = 1 << 26
"""Frames with more pixels are refused, 8192 x 8192: a decoder holds many of them at once."""

MAX_FRAMES = 10_000_000
"""Clips of more frames are refused: two days at 60 a second."""


@dataclass(frozen=True, eq=False)
class ClipInfo:
    """What is known of a clip without decoding it.

    Attributes
    ----------
    width, height
        Of the upright frames in square pixels, as a player shows them.
    times : ndarray of float64, shape (n,)
        When each frame is shown, in seconds from the first, ascending.
    rotation
        By how many degrees stored frames are turned anticlockwise to be upright: 0, 90, 180 or 270.
    codec
        How the frames are coded, such as ``"h264"``; ``"images"`` of a folder.
    note
        What a person is told of it: that the file is cut off, say. Empty where nothing is unusual.
    """

    width: int
    height: int
    times: NDArray[np.float64]
    rotation: int
    codec: str
    note: str = ""

    def __len__(self) -> int:
        """Return how many frames there are, those that turn out to be damaged too."""
        return len(self.times)


def checked_number(frame: int, count: int) -> int:
    """Return the number of a frame if a clip of so many frames has it; raises ClipError."""
    if 0 <= frame < count:
        return frame
    raise ClipError(f"there is no frame {frame}: the clip has {count}, counted from 0")
