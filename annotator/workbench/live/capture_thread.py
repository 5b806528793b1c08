"""Reads a camera on a thread of its own, so that nothing that follows makes it wait."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread
from time import monotonic

from annotator.imaging.clips.capture import Camera
from annotator.imaging.clips.errors import CameraError
from annotator.workbench.live.live_frame import LiveFrame
from annotator.workbench.live.source import Source

# Seconds before a lost source is tried again, and again; the last holds for all further tries.
_WAITS = (1.0, 2.0, 4.0, 8.0)
_LEAST_STEP = 1e-4  # seconds from a frame to the next
_BEGINS_AGAIN = 1 / 25  # seconds from the last frame of a source that loops to its first one


class Ending(StrEnum):
    """Why no more frames come."""

    END = "the source has ended"
    LOST = "the source was lost"
    LIMIT = "as many as were asked for"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Limit:
    """When to end by itself: after so many frames, or so many seconds since the first.

    None is no limit.
    """

    frames: int | None = None
    seconds: float | None = None

    def is_reached(self, frames: int, seconds: float) -> bool:
        """Return whether so many frames in so many seconds are enough."""
        enough = self.frames is not None and frames >= self.frames
        return enough or (self.seconds is not None and seconds >= self.seconds)


NO_LIMIT = Limit()


class CaptureThread:
    """Hands on the frames of a source until it ends or is stopped.

    Parameters
    ----------
    source : Source
        Where to open a camera again that was lost, or that loops.
    camera : Camera
        The first one, open already; closed by the thread.
    take : callable
        Called with each frame, on the thread; must not take long.
    tell : callable
        Called with a sentence, on the thread.
    ended : callable
        Called once, on the thread, when no more will come.
    limit : Limit
    """

    def __init__(
        self,
        source: Source,
        camera: Camera,
        *,
        take: Callable[[LiveFrame], object],
        tell: Callable[[str], object],
        ended: Callable[[Ending], object],
        limit: Limit = NO_LIMIT,
    ) -> None:
        self._source = source
        self._camera = camera
        self._take = take
        self._tell = tell
        self._ended = ended
        self._limit = limit
        self._stopping = Event()
        self._count = 0
        self._time = 0.0
        self._began_at: float | None = None
        self._thread = Thread(target=self._run, name="live-capture", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading, and return when the camera is closed."""
        self._stopping.set()
        self._camera.close()  # whoever waits for a frame waits no longer
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        ending = Ending.STOPPED
        try:
            while True:
                with closing(self._camera) as camera:
                    ending = self._read(camera)
                again = self._opened_again(ending)
                if again is None:
                    break
                self._camera = again
        finally:
            self._ended(Ending.STOPPED if self._stopping.is_set() else ending)

    def _read(self, camera: Camera) -> Ending:
        """Hand on all frames of a camera; return why there are no more."""
        first: float | None = None
        base = self._time
        while not self._stopping.is_set():
            try:
                read = camera.read()
            except CameraError as error:
                self._tell(str(error))
                return Ending.LOST
            if read is None:
                return Ending.LOST if self._source.is_network else Ending.END
            pixels, time = read
            first = time if first is None else first
            self._time = self._later(base + time - first)
            if self._is_last(LiveFrame(self._count, pixels, self._time, monotonic())):
                return Ending.LIMIT
        return Ending.STOPPED

    def _later(self, time: float) -> float:
        """Return a time after the last: a clock that goes back would make speeds infinite."""
        return time if self._count == 0 else max(time, self._time + _LEAST_STEP)

    def _is_last(self, frame: LiveFrame) -> bool:
        """Hand on a frame; return whether no more are wanted."""
        self._began_at = frame.captured_at if self._began_at is None else self._began_at
        self._take(frame)
        self._count += 1
        return self._limit.is_reached(self._count, frame.captured_at - self._began_at)

    def _opened_again(self, ending: Ending) -> Camera | None:
        """Return another camera where the last one ended too early, once there is one."""
        if ending is Ending.END and self._source.loops:
            self._time += _BEGINS_AGAIN
            try:
                return self._source.open()
            except CameraError as error:
                self._tell(str(error))
                return None
        if ending is not Ending.LOST or not self._source.is_network:
            return None
        tries = 0
        while not self._is_stopped_within(_WAITS[min(tries, len(_WAITS) - 1)]):
            tries += 1
            self._tell(f"the source was lost: trying again ({tries})")
            try:
                camera = self._source.open()
            except CameraError:
                continue  # told already that it is being tried
            self._tell("the source is back")
            return camera
        return None

    def _is_stopped_within(self, seconds: float) -> bool:
        """Wait so long; return whether it is to stop."""
        return self._stopping.wait(max(seconds, 0.0))
