"""The one seam of live capture: whatever gives frames as time goes by.

A window asks a `Camera` for frames and knows nothing of where they come from, so a file or one of
FFmpeg's test sources does for a camera where there is none.
"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.clip import Clip, open_clip
from annotator.imaging.clips.devices import Address, opened_device
from annotator.imaging.clips.errors import CameraError, ClipError
from annotator.imaging.clips.library import pyav
from annotator.imaging.clips.upright import Turn, turn_of

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

_WAIT = 5.0  # seconds without a frame
_LOOK_AGAIN = 0.005
_LATE = 0.25  # seconds: a clip that is later than that goes on from where it is
_LETTING_GO = 1.0
_DAMAGED_IN_A_ROW = 300

Reading = tuple[NDArray[np.uint8], float]


class Camera(Protocol):
    """Gives frames as they come; read and closed by one thread, or closed by another."""

    def read(self) -> Reading | None:
        """Return the next frame and when it was taken, or None at the end.

        The frame is (H, W, 3) uint8 RGB, upright; the time is in seconds of `time.monotonic`. It
        waits for the frame, but never for ever.

        Raises
        ------
        CameraError
            If no frame comes any more, though it is not the end.
        """
        ...

    def close(self) -> None:
        """Let the camera go; `read` then returns None."""
        ...


def open_camera(source: str, *, paced: bool = True, wait: float = _WAIT) -> Camera:
    """Open a camera, or what stands for one.

    Parameters
    ----------
    source
        ``"0"`` to ``"99"``, the index of a camera; ``"/dev/video0"``; the address of a stream,
        ``"rtsp://..."`` or ``"http://..."``; ``"lavfi:testsrc2=..."``, a source that FFmpeg draws;
        or a video or a folder of frames.
    paced
        Whether files and drawn sources give their frames no faster than they are shown; otherwise
        as fast as they are asked, with the times that they would have had.
    wait
        So many seconds without an answer or a frame, and a camera or stream is taken for gone.

    Raises
    ------
    CameraError
        If it cannot be opened: one line, with what to do. It is raised at once, of an address
        that does not answer after the wait.
    """
    address = Address.of(source)
    if address is None:
        try:
            return _Film(_Frames(open_clip(Path(source))), paced)
        except ClipError as error:
            raise CameraError(f"{source}: {error}") from error
    container = opened_device(address, wait)
    live = address.kind != "drawn"
    return _Device(container, address, wait) if live else _Film(_Drawn(container), paced)


class _Device:
    """A camera or a stream from elsewhere: frames have the time at which they arrive."""

    def __init__(self, container: "InputContainer", address: Address, wait: float) -> None:
        self._container = container
        self._wait = wait
        self._address = address
        self._turn: Turn | None = None
        self._frames = self._decoded()
        self._closed = threading.Event()
        self._lock = threading.Lock()

    def read(self) -> Reading | None:
        with self._lock:
            if self._closed.is_set():
                self._container.close()
                return None
            frame = next(self._frames, None)
            now = time.monotonic()
            if frame is None:
                return None
            self._turn = self._turn or turn_of(self._container.streams.video[0], frame)
            return self._turn.upright(frame), now

    def close(self) -> None:
        self._closed.set()
        if self._lock.acquire(timeout=_LETTING_GO):
            try:
                self._container.close()
            finally:
                self._lock.release()

    def _decoded(self) -> "Iterator[VideoFrame]":
        av = pyav()
        until, damaged = time.monotonic() + self._wait, 0
        while not self._closed.is_set():
            try:
                for packet in self._container.demux(video=0):
                    for frame in packet.decode():
                        yield frame
                        until, damaged = time.monotonic() + self._wait, 0
            except av.error.BlockingIOError:  # nothing yet
                time.sleep(_LOOK_AGAIN)
            except av.error.InvalidDataError:
                damaged += 1
            except (av.error.FFmpegError, OSError) as error:
                raise CameraError(self._address.lost(error)) from error
            else:
                return
            if time.monotonic() > until or damaged > _DAMAGED_IN_A_ROW:
                raise CameraError(self._address.lost(None))


class _Source(Protocol):
    """Frames of which each has its time, in seconds from the first."""

    def frames(self) -> Iterator[Reading]: ...

    def close(self) -> None: ...


class _Frames:
    """Those of a clip."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    def frames(self) -> Iterator[Reading]:
        times = self._clip.info.times
        for number, image in self._clip.frames():
            yield image, float(times[number])

    def close(self) -> None:
        self._clip.close()


class _Drawn:
    """Those that FFmpeg draws."""

    def __init__(self, container: "InputContainer") -> None:
        self._container = container

    def frames(self) -> Iterator[Reading]:
        stream = self._container.streams.video[0]
        turn: Turn | None = None
        for frame in self._container.decode(stream):
            turn = turn or turn_of(stream, frame)
            yield turn.upright(frame), float(frame.time)

    def close(self) -> None:
        self._container.close()


class _Film:
    """Frames that are there already, given as if they were taken now."""

    def __init__(self, source: _Source, paced: bool) -> None:
        self._source = source
        self._frames = source.frames()
        self._paced = paced
        self._began: float | None = None
        self._closed = threading.Event()
        self._lock = threading.Lock()

    def read(self) -> Reading | None:
        with self._lock:
            if self._closed.is_set():
                return None
            found = next(self._frames, None)
            if found is None:
                return None
            image, at = found
            due = self._due(at)
            if self._paced and self._closed.wait(max(0.0, due - time.monotonic())):
                return None
            return image, due

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            close = getattr(self._frames, "close", None)
            if close is not None:
                close()
            self._source.close()

    def _due(self, at: float) -> float:
        """Return when a frame is to be shown; a clip that is late is not hurried."""
        now = time.monotonic()
        if self._began is None or (self._paced and now - (self._began + at) > _LATE):
            self._began = now - at
        return self._began + at
