"""One video, open: any of its frames, exactly, and fast near the one read last."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.ahead import ahead
from annotator.imaging.clips.decoding import Decoder, decoded
from annotator.imaging.clips.index import ClipIndex, index_of
from annotator.imaging.clips.info import ClipInfo, checked_number
from annotator.imaging.picture import Picture
from annotator.system.closing import Closing

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_HELD_BYTES = 64 << 20
_FEWEST_HELD, _MOST_HELD = 2, 64


class VideoClip(Closing):
    """A video whose frames are read; use as a context manager. Threads may share it.

    Parameters
    ----------
    path
        Of the file.

    Raises
    ------
    ClipError
        If it is no video that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index: ClipIndex = index_of(path)
        self.info: ClipInfo = self._index.info
        self._decoder = Decoder(path, self._index)
        self._held: OrderedDict[int, VideoFrame] = OrderedDict()
        turn = self._index.turn
        fitting = _HELD_BYTES // max(1, 2 * turn.width * turn.height)
        self._most_held = max(_FEWEST_HELD, min(_MOST_HELD, fitting))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many frames there are."""
        return len(self.info)

    def close(self) -> None:
        """Let the file go; frames can be read no more."""
        with self._lock:
            self._held.clear()
            self._decoder.close()

    def picture(self, frame: int) -> Picture:
        """Return the picture that a frame is; raises ClipError if there is no such frame."""
        return Picture(self.path, checked_number(frame, len(self)))

    def read(self, frame: int) -> NDArray[np.uint8]:
        """Return a frame, (H, W, 3) uint8 RGB, upright.

        The last ones decoded are held, so a step back costs nothing most of the time.

        Raises
        ------
        ClipError
            If there is no such frame, or it is damaged.
        """
        checked_number(frame, len(self))
        with self._lock:
            found = self._held.get(frame)
            if found is None:
                found = self._decoded(frame)
            return self._index.turn.upright(found)

    def frames(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield numbers and frames in order, decoded ahead on a thread of their own.

        Damaged frames are left out. The video is opened once more for it: `read` is not disturbed.

        Parameters
        ----------
        start, stop
            As of a range; None is the end.
        """
        end = len(self) if stop is None else min(stop, len(self))
        return ahead(self._in_order(start, end))

    def _in_order(self, start: int, stop: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        if start >= stop:
            return
        decoder = Decoder(self.path, self._index, beside=True)
        try:
            following = start
            for number, frame in decoder.from_frame(start):
                if number >= stop:
                    return
                if number >= following:
                    following = number + 1
                    yield number, self._index.turn.upright(frame)
        finally:
            decoder.close()

    def _decoded(self, wanted: int) -> "VideoFrame":
        for number, frame in decoded(self._decoder, wanted):
            self._held[number] = frame
            self._held.move_to_end(number)
            while len(self._held) > self._most_held:
                self._held.popitem(last=False)
        return self._held[wanted]
