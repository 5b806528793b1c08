"""Tracks the faces of the newest frame and draws them, on a thread of its own."""

from collections.abc import Callable, Sequence
from threading import Thread
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.inference import ModelError
from annotator.inference.tracking import TrackedFace
from annotator.mesh.layout import MeshLayout
from annotator.workbench.live.composing import Composer
from annotator.workbench.live.face_filters import FaceFilters
from annotator.workbench.live.live_frame import LiveFrame, Seen
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.newest import Newest


class Tracking(Protocol):
    """What finds the faces of one frame after the other; `Tracker` does."""

    def step(self, image: NDArray[np.uint8]) -> Sequence[TrackedFace]:
        """Return the faces of the next frame (H, W, 3)."""


class FaceThread:
    """Turns frames into what is seen in them; passes over those that came while it was at work.

    Parameters
    ----------
    tracker : Tracking
        Used by the thread alone.
    layout : MeshLayout
        Of the tracker's meshes.
    look : LiveLook
    done : callable
        Called with what was seen, on the thread.
    tell : callable
        Called with a sentence, on the thread.
    """

    def __init__(
        self,
        tracker: Tracking,
        layout: MeshLayout,
        look: LiveLook,
        *,
        done: Callable[[Seen], object],
        tell: Callable[[str], object],
    ) -> None:
        self._tracker = tracker
        self._layout = layout
        self._look = look
        self._done = done
        self._tell = tell
        self._size: tuple[int, int] | None = None
        self._composer = Composer(layout)
        self._filters = FaceFilters(layout, look.filter)
        self._last: Seen | None = None
        self._frames: Newest[LiveFrame] = Newest()
        self._thread = Thread(target=self._run, name="live-faces", daemon=True)

    @property
    def passed_over(self) -> int:
        """How many frames came while others were looked at, and never were."""
        return self._frames.passed_over

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def take(self, frame: LiveFrame) -> None:
        """Have a frame looked at, unless a newer one comes first; from any thread."""
        self._frames.put(frame)

    def show(self, look: LiveLook, size: tuple[int, int] | None) -> None:
        """Draw from now on so, as large (width, height) as the view; the last frame, too."""
        self._look, self._size = look, size
        self._frames.poke()

    def stop(self) -> None:
        """Return when the thread has ended."""
        self._frames.close()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            frame = self._frames.take()
            if frame is not None:
                self._look_at(frame)
            elif self._frames.is_closed:
                return
            elif self._last is not None:
                self._draw(self._last.frame, self._last, is_new=False)

    def _look_at(self, frame: LiveFrame) -> None:
        look = self._look
        if look.filter != self._filters.name:
            self._filters = FaceFilters(self._layout, look.filter)
        try:
            tracked = self._tracker.step(frame.pixels)
        except ModelError as error:  # numbers that are not finite: the next frame may do
            self._tell(str(error))
            tracked = []
        faces = self._filters.step(frame.time, tracked)
        self._draw(frame, Seen(frame, faces, None), is_new=True)

    def _draw(self, frame: LiveFrame, seen: Seen, *, is_new: bool) -> None:
        look, size = self._look, self._size
        picture = None
        if size is not None:
            picture = self._composer.compose(frame, seen.faces, look, size, is_new=is_new)
        self._last = Seen(frame, seen.faces, picture, is_new)
        self._done(self._last)
