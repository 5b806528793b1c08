"""Whose mesh is whose in a clip: tracks are cut and joined, and that is undone. No widgets."""

import numpy as np

from annotator.project import ProjectError
from annotator.workbench.actions_done import TrackCut, TracksJoined
from annotator.workbench.bench import Bench
from annotator.workbench.clips import clip_text
from annotator.workbench.clips.clips import Clips
from annotator.workbench.clips.timeline import TrackLine


class Tracks:
    """Cuts and joins the tracks of the open clip.

    Parameters
    ----------
    bench : Bench
    clips : Clips
    """

    def __init__(self, bench: Bench, clips: Clips) -> None:
        self._bench, self._clips = bench, clips

    def cut(self, track_id: int, frame: int) -> None:
        """Let a track end before a frame; from there on it is another face's."""
        bench, line = self._bench, self._line(track_id)
        if bench.project is None or line is None or not self._may_change():
            return
        try:
            other = bench.project.clips.cut(track_id, frame, bench.annotator)
        except ProjectError as error:
            bench.failed.emit(f"{error}.")
            return
        bench.did(TrackCut(track_id, other.id, frame))
        bench.tracks_changed.emit()
        bench.told.emit(clip_text.cut_text(line, other.number, frame, bench.keys.text("undo")))

    def join(self, track_id: int, other_id: int) -> None:
        """Let another track be the same face as one: the earlier one goes on as the later one."""
        bench, line, other = self._bench, self._line(track_id), self._line(other_id)
        if bench.project is None or line is None or other is None or not self._may_change():
            return
        if other.frames[0] < line.frames[0]:
            line, other = other, line
        try:
            bench.project.clips.join(line.track_id, other.track_id, bench.annotator)
        except ProjectError as error:
            bench.failed.emit(f"{error}.")
            return
        bench.did(TracksJoined(line.track_id, int(other.frames[0])))
        bench.tracks_changed.emit()
        bench.told.emit(clip_text.joined_text(line, other, bench.keys.text("undo")))

    def can_cut(self, track_id: int, frame: int) -> bool:
        """Return whether a track has meshes before a frame, and from it on."""
        line = self._line(track_id)
        if line is None or not len(line.frames):
            return False
        return int(line.frames[0]) < frame <= int(line.frames[-1])

    def joinable(self, track_id: int) -> tuple[TrackLine, ...]:
        """Return the tracks that can be the same face as one: all of one lies before the other."""
        clip, line = self._clips.open_clip, self._line(track_id)
        if clip is None or line is None:
            return ()
        return tuple(
            other
            for other in clip.timeline.tracks
            if other.track_id != track_id and _are_apart(line, other)
        )

    def _line(self, track_id: int) -> TrackLine | None:
        clip = self._clips.open_clip
        return None if clip is None else clip.timeline.track(track_id)

    def _may_change(self) -> bool:
        """Return whether tracks may be changed now, and what was done to samples is saved."""
        return self._bench.may_change() and self._clips.may_leave()


def _are_apart(one: TrackLine, other: TrackLine) -> bool:
    if not len(one.frames) or not len(other.frames):
        return False
    return bool(np.max(one.frames) < np.min(other.frames)) or bool(
        np.max(other.frames) < np.min(one.frames)
    )
