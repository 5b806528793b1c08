"""Frames of a clip, decoded on a thread: the newest asked for, or ahead of what plays.

The window never waits for a frame. What was decoded is kept, as much of it as memory is given.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.system.hashing import FileStamp, file_stamp

Pixels = NDArray[np.uint8]

# 70 frames of 720p, 30 of 1080p.
_KEPT_BYTES = 200_000_000
# So much is decoded ahead of what plays.
_AHEAD_BYTES = 48_000_000
# Going back one by one, decoding begins so many frames earlier: the next steps back are there then.
_BACK = 12


@dataclass(frozen=True, eq=False, slots=True)
class FrameRead:
    """What came of reading a frame.

    Attributes
    ----------
    frame : int
    pixels : (H, W, 3) uint8 or None
        RGB, upright; None if it could not be read.
    stamp : FileStamp or None
        Of the clip from before it was read; None for a folder, and where there is no file.
    problem : str
        Why it could not be read.
    is_damaged : bool
        Whether that is this frame's alone, and others can be read.
    """

    frame: int
    pixels: Pixels | None
    stamp: FileStamp | None = None
    problem: str = ""
    is_damaged: bool = False


class ReadableClip(Protocol):
    """What is needed of a clip; `annotator.imaging.clips.Clip` has it."""

    def __len__(self) -> int:
        """Return how many frames it has."""

    def read(self, frame: int) -> Pixels:
        """Return a frame."""

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Pixels]]:
        """Yield frames in order, without those that are damaged."""

    def close(self) -> None:
        """Let go of its file."""


class FrameSource:
    """Decodes frames of one clip on a thread of its own.

    Parameters
    ----------
    path : Path
        Of the clip.
    opens : callable
        Opens it; called on the thread, and again after that failed.
    deliver : callable
        Is handed each `FrameRead` that was asked for, on that thread.
    kept_bytes : int
        How much of what was decoded is kept.
    """

    def __init__(
        self,
        path: Path,
        opens: Callable[[], ReadableClip],
        deliver: Callable[[FrameRead], None],
        *,
        kept_bytes: int = _KEPT_BYTES,
    ) -> None:
        self._path, self._opens, self._deliver = path, opens, deliver
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[int, FrameRead] = OrderedDict()
        self._changed = Condition()
        self._wanted: int | None = None
        self._plays_from: int | None = None
        self._playing = 0  # how often playing began: what was decoded for another time is dropped
        self._ahead: deque[FrameRead] = deque()
        self._is_at_end = self._is_over = False
        self._last = 0
        self._thread = Thread(target=self._run, name="clip frames", daemon=True)
        self._thread.start()

    def ask(self, frame: int) -> None:
        """Have a frame delivered; what was asked for before it and has not begun is dropped."""
        with self._changed:
            self._wanted, self._plays_from = frame, None
            self._changed.notify_all()

    def get(self, frame: int) -> FrameRead | None:
        """Return a frame that is kept, or None."""
        with self._changed:
            read = self._kept.get(frame)
        return read if read is not None and read.stamp == self._stamp() else None

    def play(self, frame: int) -> None:
        """Decode ahead from a frame on, for `due`."""
        with self._changed:
            self._wanted, self._plays_from = None, frame
            self._playing += 1
            self._ahead.clear()
            self._is_at_end = False
            self._changed.notify_all()

    def due(self, frame: int) -> FrameRead | None:
        """Return the newest frame up to one that is due, and drop those before it; or None."""
        newest = None
        with self._changed:
            while self._ahead and self._ahead[0].frame <= frame:
                newest = self._ahead.popleft()
            if newest is not None:
                self._keep(newest)
                self._changed.notify_all()
        return newest

    @property
    def is_at_end(self) -> bool:
        """Whether what plays has been handed out to its end."""
        with self._changed:
            return self._is_at_end and not self._ahead

    def stop(self) -> None:
        """Decode ahead no longer."""
        with self._changed:
            self._plays_from = None
            self._ahead.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop the thread, and forget what was decoded."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join()
        self._kept.clear()

    @property
    def kept_bytes(self) -> int:
        """How much is kept."""
        with self._changed:
            return _size(self._kept.values())

    def _run(self) -> None:
        clip: ReadableClip | None = None
        opened: FileStamp | None = None
        try:
            while (task := self._next_task()) is not None:
                frame, playing = task
                stamp = self._stamp()
                try:
                    if clip is None or stamp != opened:  # never what another file held before
                        _close(clip)
                        clip, opened = self._opens(), stamp
                    if playing is None:
                        self._hand_over(self._read(clip, frame, stamp))
                    else:
                        self._decode_ahead(clip, frame, stamp, playing)
                except (OSError, ValueError, ImportError) as error:
                    _close(clip)
                    clip = None
                    self.stop()
                    self._hand_over(FrameRead(frame, None, stamp, str(error)))
        finally:
            _close(clip)

    def _next_task(self) -> tuple[int, int | None] | None:
        """Wait for what is asked; return the frame, and which time it plays, if it does."""
        with self._changed:
            while not self._is_over:
                if self._wanted is not None:
                    frame, self._wanted = self._wanted, None
                    return frame, None
                if self._plays_from is not None and not self._is_at_end:
                    return self._plays_from, self._playing
                self._changed.wait()
        return None

    def _read(self, clip: ReadableClip, frame: int, stamp: FileStamp | None) -> FrameRead:
        kept = self._kept.get(frame)
        if kept is not None and kept.stamp == stamp:
            return kept
        start = max(frame - _BACK, 0) if 0 < self._last - frame <= _BACK else frame
        found = None
        if start < frame:
            for number, pixels in _each(clip.frames(start, frame + 1)):
                found = self._remember(FrameRead(number, pixels, stamp))
        if found is None or found.frame != frame:
            try:
                found = self._remember(FrameRead(frame, clip.read(frame), stamp))
            except ValueError as error:
                if self._stamp() != stamp or stamp is None:
                    raise
                return FrameRead(frame, None, stamp, str(error), is_damaged=True)
        return found

    def _decode_ahead(
        self, clip: ReadableClip, start: int, stamp: FileStamp | None, playing: int
    ) -> None:
        for number, pixels in _each(clip.frames(start)):
            read = FrameRead(number, pixels, stamp)
            with self._changed:
                while self._goes_on(playing) and _size(self._ahead) > _AHEAD_BYTES:
                    self._changed.wait()
                if not self._goes_on(playing):
                    return
                self._ahead.append(read)
        with self._changed:
            self._is_at_end = self._goes_on(playing)

    def _goes_on(self, playing: int) -> bool:
        is_asked = self._plays_from is not None and self._playing == playing
        return is_asked and not self._is_over and self._wanted is None

    def _remember(self, read: FrameRead) -> FrameRead:
        with self._changed:
            self._keep(read)
        return read

    def _keep(self, read: FrameRead) -> None:
        self._kept[read.frame] = read
        self._kept.move_to_end(read.frame)
        while len(self._kept) > 1 and _size(self._kept.values()) > self._kept_bytes:
            self._kept.popitem(last=False)

    def _hand_over(self, read: FrameRead) -> None:
        self._last = read.frame
        self._deliver(read)

    def _stamp(self) -> FileStamp | None:
        try:
            return file_stamp(self._path)
        except OSError:
            return None


def _each(frames: Iterator[tuple[int, Pixels]]) -> Iterator[tuple[int, Pixels]]:
    """Yield what a generator yields, and close it whatever happens."""
    try:
        yield from frames
    finally:
        if isinstance(frames, Generator):
            frames.close()


def _close(clip: ReadableClip | None) -> None:
    if clip is not None:
        clip.close()


def _size(reads: Iterable[FrameRead]) -> int:
    return sum(read.pixels.nbytes for read in reads if read.pixels is not None)
