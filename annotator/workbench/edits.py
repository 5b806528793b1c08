"""Strokes on the sample under edit: made, taken back, stored, and kept where that fails.

A stroke that the database refuses stays in the session and is offered again. No widgets here.
"""

from collections.abc import Callable

from annotator.mesh.tools.base import Edit, Position, Tool
from annotator.project import EditSession, ProjectError, StaleAnnotation
from annotator.workbench.bench import Bench
from annotator.workbench.stroke_text import (
    SAVED,
    folds_text,
    refusal_text,
    taken_over_text,
    waiting_text,
)

# Other programs hold the database for a few milliseconds, a prediction run for up to 40: that
# is waited for. Whoever holds it longer must not stop the annotator's hand.
_WAIT = 0.1


class Edits:
    """What is done to the mesh of a bench's current sample."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def undo(self) -> None:
        """Take the last stroke back."""
        session = self._bench.session
        if session is not None and (session.can_undo or session.is_dragging):
            self._run(session, session.undo, "Nothing was undone.")

    def redo(self) -> None:
        """Bring the last undone stroke back."""
        session = self._bench.session
        if session is not None and session.can_redo:
            self._run(session, session.redo, "Nothing was redone.")

    def release(self, position: Position) -> None:
        """End the stroke under way at (x, y) and save it."""
        editor, session = self._bench.editor, self._bench.session
        ended = None if editor is None else editor.ended(position)
        if ended is None:
            return
        if session is not None:  # without a face a drag only draws a box
            self._run(session, lambda: session.apply(ended.tool.name, ended.edit))
        self._bench.tools.go_on_with(ended.tool)

    def apply(self, tool_name: str, edit: Edit | None) -> None:
        """Make an edit as one stroke, unless one is under way."""
        session = self._bench.session
        if session is not None and not session.is_dragging and edit is not None:
            self._run(session, lambda: session.apply(tool_name, edit))

    def finish_pending(self, tool: Tool) -> bool:
        """Make a stroke of what a tool holds; return whether it held anything.

        Parameters
        ----------
        tool : Tool
            The one in hand, as it acts in the view.
        """
        session = self._bench.session
        if session is None or not tool.is_pending:
            return False
        edit, after = tool.finished(session.state)
        self.apply(tool.name, edit)
        self._bench.tools.go_on_with(after)
        return True

    def save_pending(self) -> bool:
        """Write strokes that the database refused before; return whether none is left."""
        session = self._bench.session
        if session is None or not session.unsaved_count:
            return True
        self._store(session, session.save_pending, "Until then this face stays open.")
        return not session.unsaved_count

    def retry_pending(self) -> None:
        """Try `save_pending` again, without waiting and without telling of another failure."""
        session = self._bench.session
        if session is None or not session.unsaved_count or session.is_dragging:
            return
        try:
            with session.project.waiting_at_most(0):
                session.save_pending()
        except StaleAnnotation:
            self.take_over_theirs(refused=True)
        except ProjectError:
            return  # told when it failed first; the panel shows how many strokes wait
        else:
            self._bench.told.emit(SAVED)
            self._bench.take_in_strokes(session.sample_id)

    def take_over_theirs(self, *, refused: bool) -> None:
        """Show what somebody else made of the sample, with the strokes that wait on top of it.

        The strokes are recorded like any others, so that neither work is lost and an undo takes
        them back. ``refused`` says whether something that the annotator did led here.
        """
        bench, session = self._bench, self._bench.session
        if session is None:
            return
        try:
            theirs = session.project.samples.get(session.sample_id)
            offered = session.unsaved_count
            session.reload()
            kept = session.unsaved_count
            with session.project.waiting_at_most(_WAIT):
                session.save_pending()
        except ProjectError as error:
            # Also when they changed it once more just now: what waits is put on that next time.
            bench.failed.emit(refusal_text(error, session.unsaved_count))
        else:
            say = bench.failed if refused or offered else bench.told
            say.emit(taken_over_text(theirs, offered, kept, refused=refused))
        bench.take_in_strokes(session.sample_id)

    def _run(self, session: EditSession, action: Callable[[], object], refused: str = "") -> None:
        """Do something to the mesh and store it; tell of what it turned over."""
        before = session.state
        self._store(session, action, refused)
        if session.state is before:
            self._bench.mesh_changed.emit()  # nothing came of it, but the view shows the stroke
        elif folds := folds_text(before, session.state):
            self._bench.told.emit(folds)

    def _store(self, session: EditSession, action: Callable[[], object], refused: str) -> None:
        """Do something that stores strokes or takes them back.

        ``refused`` is what the annotator is told besides the reason if it cannot be done now.
        """
        bench, waited = self._bench, session.unsaved_count
        before = (session.state, waited, session.revision)
        try:
            # Where strokes wait already, the next one does not hold the annotator up again.
            with session.project.waiting_at_most(0 if waited else _WAIT):
                action()
        except StaleAnnotation:
            self.take_over_theirs(refused=True)
            return
        except ProjectError as error:
            if session.unsaved_count > waited > 0:
                bench.told.emit(waiting_text(session.unsaved_count))
            else:
                bench.failed.emit(refusal_text(error, session.unsaved_count, refused))
        else:
            if waited and not session.unsaved_count:
                bench.told.emit(SAVED)
        if (session.state, session.unsaved_count, session.revision) != before:
            bench.take_in_strokes(session.sample_id)
