"""Playing a clip: which frame is to be shown now, with its mesh. No widgets, and no timers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.project import ProjectError
from annotator.workbench.bench import Bench
from annotator.workbench.clips.clips import Clips
from annotator.workbench.clips.open_clip import OpenClip
from annotator.workbench.clips.playhead import PlayClock
from annotator.workbench.clips.propagating import Landmarks, PlayedMeshes

# The decoder may be so late, in seconds, before the clock waits for it.
_LATE_S = 0.25


@dataclass(frozen=True, eq=False)
class Played:
    """A frame to be shown, and the mesh of this very frame.

    Attributes
    ----------
    frame : int
    pixels : (H, W, 3) uint8
    landmarks : (n, 3) float32 or None
        Filtered, where that is wanted; None where the face has no mesh.
    """

    frame: int
    pixels: NDArray[np.uint8]
    landmarks: Landmarks | None


class Playing:
    """Plays the open clip; tools rest meanwhile.

    What cannot be drawn in time is left out, so that the picture is never behind its time. Only
    where decoding takes longer than the clip does, the clip waits for it.

    Parameters
    ----------
    bench : Bench
    clips : Clips
    clock : callable
        Returns seconds that only ever grow.

    Attributes
    ----------
    filter_name : str
        Which filter meshes are shown with, see `annotator.mesh.temporal.FILTERS`.
    changed
        It began to play, or ended.
    """

    changed = Signal()

    def __init__(self, bench: Bench, clips: Clips, clock: Callable[[], float]) -> None:
        self._bench, self._clips, self._clock = bench, clips, clock
        self._filter_name = "pose_shape"
        self._at = PlayClock(0.0, 0.0)
        self._clip: OpenClip | None = None
        self._meshes: PlayedMeshes | None = None
        bench.current_changed.connect(self._leave)
        clips.opened.connect(self._leave)
        clips.changed.connect(self.use_filter)

    @property
    def filter_name(self) -> str:
        """Which filter meshes are shown with."""
        return self._filter_name

    @filter_name.setter
    def filter_name(self, name: str) -> None:
        if name != self._filter_name:
            self._filter_name = name
            self.use_filter()

    @property
    def is_on(self) -> bool:
        """Whether a clip is playing."""
        return self._clip is not None

    def toggle(self) -> None:
        """Play from the frame on the screen on, or pause there."""
        if self.is_on:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Begin to play; at the end of a clip, from its beginning."""
        clip = self._clips.open_clip
        if clip is None or self._clips.is_waiting or not self._clips.may_leave():
            return
        head = clip.playhead
        start = 0 if head.frame >= head.count - 1 else head.frame
        clip.playhead = head.at(start)
        self._clip, self._bench.is_playing = clip, True
        self.use_filter()
        clip.source.play(start)
        self._at = PlayClock(self._clock(), clip.playhead.time)
        self.changed.emit()

    def pause(self) -> None:
        """Stop at the frame on the screen, and show it as it is stored."""
        clip = self._clip
        if clip is None:
            return
        self._stop(clip)
        self._clips.go_to(clip.playhead.frame)

    def tick(self) -> Played | None:
        """Return what is to be shown now in place of what is, or None if nothing is due."""
        clip = self._clip
        if clip is None:
            return None
        now, head = self._clock(), clip.playhead
        due = self._at.due(now, head.times)
        read = clip.source.due(due)
        if read is None or read.pixels is None:
            if clip.source.is_at_end:
                self.pause()
            elif head.frame < due and self._is_late(now, head.time):
                self._at = self._at.held_at(now, head.time)
            return None
        clip.playhead = head.at(read.frame)
        self._clips.moved.emit()
        return Played(read.frame, read.pixels, self._mesh_at(read.frame))

    def use_filter(self) -> None:
        """Filter meshes from here on as is wanted now."""
        clip = self._clip
        if clip is not None:
            self._meshes = PlayedMeshes(
                self._shown_mesh, clip.timeline.times, clip.layout, self._filter_name
            )

    def _is_late(self, now: float, shown: float) -> bool:
        return self._at.began_with + now - self._at.began_at - shown > _LATE_S

    def _mesh_at(self, frame: int) -> Landmarks | None:
        if self._meshes is None:
            return None
        try:
            return self._meshes.at(frame)
        except ProjectError:
            return None  # what is done once it pauses says what is wrong

    def _shown_mesh(self, frame: int) -> Landmarks | None:
        if self._clip is None:
            return None
        meshes = self._clip.mesh_at(frame, interpolates=self._clips.interpolates)
        return None if meshes is None else meshes[1]

    def _leave(self) -> None:
        """Something else is on the screen: what played does not come back."""
        if self._clip is not None:
            self._stop(self._clip)

    def _stop(self, clip: OpenClip) -> None:
        clip.source.stop()
        self._clip = self._meshes = None
        self._bench.is_playing = False
        self.changed.emit()
