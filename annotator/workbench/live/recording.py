"""Live pictures into a file, as they came: without meshes, unmirrored."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import Any

from annotator.imaging.clips.library import pyav
from annotator.workbench.live.live_frame import LiveFrame

# What a kill leaves can be played up to the last second: a Matroska cluster, or a fragment of an
# MP4 file, is complete in itself.
_CONTAINERS: dict[str, tuple[str, dict[str, str]]] = {
    ".mkv": ("matroska", {"cluster_time_limit": "1000", "flush_packets": "1"}),
    ".mp4": ("mp4", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
}
SUFFIXES = tuple(_CONTAINERS)
_TICKS = 90_000  # a second
_KEY_EVERY = 30  # frames
_WAITING = 60  # frames at most, which memory has to hold
# Hardly to be told from the original, and made in a few milliseconds a frame.
_QUALITY = {"crf": "18", "preset": "ultrafast", "tune": "zerolatency"}


class RecordingError(OSError):
    """A file that cannot be recorded to; the message is one line."""


class Recorder:
    """Writes frames to a file on a thread of its own; those that come faster it drops, and counts.

    Parameters
    ----------
    path : Path
        Ends with ``.mkv`` or ``.mp4``; must not be there.
    tell : callable
        Called with a sentence, on the thread, if it has to end early.

    Raises
    ------
    RecordingError
        If the file cannot be made.
    ClipError
        If PyAV is not installed.

    Attributes
    ----------
    written, dropped : int
        Frames.
    """

    def __init__(self, path: Path, tell: Callable[[str], object]) -> None:
        av = pyav()
        self.path = path
        self.written, self.dropped = 0, 0
        self._tell = tell
        self._frames: Queue[LiveFrame | None] = Queue(_WAITING)
        self._container = _created(path)
        self._stream: Any = None
        self._first = 0.0
        self._last_tick = -1
        self._has_failed = False
        self._errors: tuple[type[Exception], ...] = (av.FFmpegError, OSError, ValueError)
        self._thread = Thread(target=self._run, name="live-record", daemon=True)
        self._thread.start()

    def take(self, frame: LiveFrame) -> None:
        """Have a frame written; never waits."""
        try:
            self._frames.put_nowait(frame)
        except Full:
            self.dropped += 1

    def close(self) -> None:
        """Return when all frames are in the file and it is complete."""
        self._frames.put(None)
        self._thread.join()

    def text(self) -> str:
        """Return what was recorded, in words."""
        dropped = f", {self.dropped} dropped as they came too fast" if self.dropped else ""
        return f"recorded {self.written} frames to {self.path.name}{dropped}"

    def _run(self) -> None:
        while (frame := self._frames.get()) is not None:
            if self._has_failed:
                continue
            try:
                self._write(frame)
            except self._errors as error:
                self._has_failed = True
                self._tell(f"recording ended early: {error}")
        try:
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
        except self._errors as error:
            if not self._has_failed:
                self._tell(f"the recording could not be completed: {error}")

    def _write(self, frame: LiveFrame) -> None:
        av = pyav()
        if self._stream is None:
            self._begin(frame)
        tick = max(round((frame.time - self._first) * _TICKS), self._last_tick + 1)
        picture = av.VideoFrame.from_ndarray(frame.pixels, format="rgb24")
        picture.pts, picture.time_base = tick, Fraction(1, _TICKS)
        self._container.mux(self._stream.encode(picture))
        self._last_tick = tick
        self.written += 1

    def _begin(self, frame: LiveFrame) -> None:
        height, width = frame.pixels.shape[:2]
        stream = self._container.add_stream("libx264", rate=30, options=_QUALITY)
        stream.width, stream.height = width, height
        # Half the colours need sides that can be halved.
        stream.pix_fmt = "yuv420p" if width % 2 == height % 2 == 0 else "yuv444p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.gop_size = _KEY_EVERY
        self._stream, self._first = stream, frame.time


def check_recordable(path: Path) -> None:
    """Refuse what no recording can be called, before anything is opened; raises RecordingError."""
    if path.suffix.lower() not in _CONTAINERS:
        raise RecordingError(f"a recording ends with {' or '.join(SUFFIXES)}: {path.name}")
    if path.exists() or path.is_symlink():
        raise RecordingError(f"{path} is there already: name another file")
    if not path.absolute().parent.is_dir():
        raise RecordingError(f"there is no folder {path.absolute().parent}")


def _created(path: Path) -> Any:
    check_recordable(path)
    kind, options = _CONTAINERS[path.suffix.lower()]
    try:
        path.open("xb").close()  # nobody else's, from here on
        return pyav().open(str(path), "w", format=kind, options=options)
    except (OSError, pyav().FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RecordingError(f"{path} cannot be written: {reason}") from error
