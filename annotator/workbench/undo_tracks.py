"""Undoing that a face's track through a clip was cut, or joined to another, and doing it again."""

from annotator.project import Project
from annotator.workbench.actions_done import TrackCut, TracksJoined
from annotator.workbench.undo_desk import Outcome, UndoDesk

_CUT_UNDONE = "The track is one again: the cut before frame {:,} is undone."
_JOIN_UNDONE = "The tracks are two again, from frame {:,} on."


class TrackUndo:
    """Undoes a cut by joining, and a join by cutting; numbers of tracks may be others then."""

    def __init__(self, desk: UndoDesk) -> None:
        self._desk = desk

    def undo(self, project: Project, action: TrackCut | TracksJoined) -> Outcome:
        """Take it back."""
        bench = self._desk.bench
        if isinstance(action, TrackCut):
            project.clips.join(action.track_id, action.other_id, bench.annotator)
            back: TrackCut | TracksJoined = TracksJoined(action.track_id, action.frame)
        else:
            other = project.clips.cut(action.track_id, action.frame, bench.annotator)
            back = TrackCut(action.track_id, other.id, action.frame)
        bench.done = bench.done.undid(back)
        self._tell(is_one=isinstance(action, TrackCut), frame=action.frame)
        return Outcome.ENDS

    def redo(self, project: Project, action: TrackCut | TracksJoined) -> Outcome:
        """Do it again; what was undone is kept as what undoing made of it."""
        bench = self._desk.bench
        if isinstance(action, TracksJoined):  # a cut was undone
            other = project.clips.cut(action.track_id, action.frame, bench.annotator)
            again: TrackCut | TracksJoined = TrackCut(action.track_id, other.id, action.frame)
        else:
            project.clips.join(action.track_id, action.other_id, bench.annotator)
            again = TracksJoined(action.track_id, action.frame)
        bench.done = bench.done.redid(again)
        self._tell(is_one=isinstance(action, TrackCut), frame=action.frame)
        return Outcome.ENDS

    def _tell(self, *, is_one: bool, frame: int) -> None:
        self._desk.bench.tracks_changed.emit()
        self._desk.say((_CUT_UNDONE if is_one else _JOIN_UNDONE).format(frame))
