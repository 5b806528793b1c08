"""One frame of a video, as a picture is read: known before it is decoded, or small."""

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.decoding import Decoder, decoded
from annotator.imaging.clips.index import ClipIndex, index_of
from annotator.imaging.clips.info import checked_number
from annotator.imaging.clips.source import begins_like_a_video
from annotator.imaging.reader import ImageInfo


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One frame of a video of which the index is known. Made by `load_frame`."""

    path: Path
    frame: int
    index: ClipIndex

    @property
    def pixels(self) -> int:
        """How many pixels `decode` returns."""
        return self.index.info.width * self.index.info.height

    @property
    def format(self) -> str:
        """How the video is coded, such as ``"h264"``."""
        return self.index.info.codec

    def info(self) -> ImageInfo:
        """Return what is known of the upright frame, which has no orientation of its own."""
        info = self.index.info
        return ImageInfo(info.width, info.height, info.codec, 1, info.note)

    def decode(self) -> NDArray[np.uint8]:
        """Return the frame, (H, W, 3) uint8 RGB, upright; raises ClipError if it is damaged."""
        return self._decoded(self.index)

    def decode_noted(self) -> tuple[NDArray[np.uint8], str]:
        """Return the same, and what a person is told of the clip."""
        return self.decode(), self.index.info.note

    def halved(self) -> NDArray[np.uint8] | None:
        """Return None: no video is decoded at half its size for less."""
        return None

    def thumbnail(self, size: int) -> NDArray[np.uint8]:
        """Return the frame with at most `size` pixels a side; it is not enlarged."""
        if size < 1:
            raise ValueError(f"expected a thumbnail size of at least 1 pixel, but got {size}")
        turn = self.index.turn
        scale = min(1.0, size / max(turn.width, turn.height))
        width, height = (max(1, round(side * scale)) for side in (turn.width, turn.height))
        return self._decoded(replace(self.index, turn=replace(turn, width=width, height=height)))

    def _decoded(self, index: ClipIndex) -> NDArray[np.uint8]:
        decoder = Decoder(self.path, index)
        try:
            (_, found) = deque(decoded(decoder, self.frame), maxlen=1)[0]
            return index.turn.upright(found)
        finally:
            decoder.close()


def load_frame(path: Path, frame: int) -> EncodedFrame | None:
    """Return one frame of a video, not yet decoded, or None if the file is no video.

    Raises
    ------
    ClipError
        If the video cannot be read, or has no such frame.
    """
    if not begins_like_a_video(path):
        return None
    index = index_of(path)
    checked_number(frame, len(index.pts))
    return EncodedFrame(path, frame, index)
