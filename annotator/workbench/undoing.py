"""Undo and redo in the order in which the annotator acted in this window. No widgets here.

What was not done here is asked about: the first time undo says what it would take back, the
second time it does. What others changed meanwhile is told of and left as it is, and undo goes on
to what was done before.
"""

from collections.abc import Callable

from annotator.project import Project, ProjectError, UnknownSample
from annotator.workbench.actions_done import (
    Action,
    Decided,
    FaceAdded,
    Stroked,
    TrackCut,
    TracksJoined,
)
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits
from annotator.workbench.undo_desk import Outcome, UndoDesk
from annotator.workbench.undo_strokes import StrokeUndo
from annotator.workbench.undo_text import GONE
from annotator.workbench.undo_tracks import TrackUndo
from annotator.workbench.undo_verdicts import VerdictUndo
from annotator.workbench.verdicts import Verdicts
from annotator.workbench.walk import Walk


class Undoing:
    """Takes back what was done at a bench, and does it again."""

    def __init__(self, bench: Bench, edits: Edits, walk: Walk, verdicts: Verdicts) -> None:
        self._bench = bench
        self._edits = edits
        self._desk = UndoDesk(bench, edits, walk, verdicts)
        self._strokes = StrokeUndo(self._desk)
        self._verdicts = VerdictUndo(self._desk)
        self._tracks = TrackUndo(self._desk)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back, done here or to the mesh on the screen."""
        session = self._bench.session
        return bool(self._bench.done.done) or (session is not None and session.can_undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to bring back."""
        session = self._bench.session
        return bool(self._bench.done.undone) or (session is not None and session.can_redo)

    def undo(self) -> None:
        """Take back what was done last; a stroke under way is cancelled instead."""
        bench, session = self._bench, self._bench.session
        if session is not None and session.is_dragging:
            self._edits.undo()
            return
        project, refused = bench.project, "Nothing was undone."
        if project is None or not bench.sees_what_changes():
            return
        if not self._edits.save_pending(refused):
            return
        self._desk.notes.clear()
        while (action := bench.done.last) is not None:
            if not self._is_gone(self._undo, project, action, refused):
                return
            bench.done = bench.done.without_last()
        self._strokes.undo_older()

    def redo(self) -> None:
        """Do again what was undone last."""
        bench, session = self._bench, self._bench.session
        project, refused = bench.project, "Nothing was redone."
        if project is None or (session is not None and session.is_dragging):
            return
        if not bench.sees_what_changes() or not self._edits.save_pending(refused):
            return
        self._desk.notes.clear()
        while (action := bench.done.following) is not None:
            if not self._is_gone(self._redo, project, action, refused):
                return
            bench.done = bench.done.without_following()
        self._strokes.redo_older()

    def _is_gone(
        self,
        act: Callable[[Project, Action], Outcome],
        project: Project,
        action: Action,
        refused: str,
    ) -> bool:
        try:
            return act(project, action) is Outcome.GONE
        except UnknownSample:
            self._desk.notes.append(GONE)
            return True
        except ProjectError as error:
            self._bench.failed.emit(f"{error}. {refused}")
            return False

    def _undo(self, project: Project, action: Action) -> Outcome:
        match action:
            case Stroked():
                return self._strokes.undo(project, action)
            case Decided() if len(action.given) == 1:
                return self._verdicts.undo_one(project, action)
            case Decided():
                return self._verdicts.undo_many(project, action)
            case FaceAdded():
                return self._verdicts.undo_adding(action)
            case TrackCut() | TracksJoined():
                return self._tracks.undo(project, action)

    def _redo(self, project: Project, action: Action) -> Outcome:
        match action:
            case Stroked():
                return self._strokes.redo(action)
            case Decided() if len(action.given) == 1:
                return self._verdicts.redo_one(action)
            case Decided():
                return self._verdicts.redo_many(project, action)
            case FaceAdded():
                return self._verdicts.redo_adding(project, action)
            case TrackCut() | TracksJoined():
                return self._tracks.redo(project, action)
