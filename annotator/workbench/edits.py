"""Strokes on the sample under edit: made, taken back, stored, and kept where that fails.

A stroke that the database refuses stays in the session and is offered again. One over a verdict
that the annotator has not seen is refused once, with that verdict. No widgets here.
"""

from collections.abc import Callable

from annotator.mesh.tools.base import Edit, Position, Tool
from annotator.project import (
    UNDECIDED,
    DamagedProject,
    EditSession,
    ProjectError,
    Review,
    SampleSummary,
    StaleAnnotation,
    Stroke,
    UnseenVerdict,
)
from annotator.workbench.actions_done import Stroked
from annotator.workbench.bench import Bench
from annotator.workbench.stroke_text import (
    NOTHING_TO_EVEN,
    NOTHING_UNSAVED,
    SAVED,
    folds_text,
    held_text,
    refusal_text,
    taken_over_text,
    unseen_text,
    waiting_text,
)

# Other programs hold the database for a few milliseconds, a prediction run for up to 40: that
# is waited for. Whoever holds it longer must not stop the annotator's hand.
_WAIT = 0.1
# Brushes that do nothing to a mesh as predicted, which looks as if they did not work.
_TOWARDS_THE_PREDICTION = frozenset({"smooth", "relax", "restore"})


class Edits:
    """What is done to the mesh of a bench's current sample."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        # Whose strokes wait until the annotator has seen a verdict and does something.
        self._held: EditSession | None = None

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
        if session is None and self._bench.frame is not None:
            # The first stroke on a frame of a clip makes a sample of it.
            session = self._bench.session if self._bench.becomes_sample() else None
            if session is None:
                self._bench.mesh_changed.emit()  # the view shows the stroke
        if session is not None:  # without a face a drag only draws a box
            made: list[Stroke | None] = []
            self._run(session, lambda: made.append(session.apply(ended.tool.name, ended.edit)))
            if made == [None] and ended.tool.name in _TOWARDS_THE_PREDICTION:
                self._bench.told.emit(NOTHING_TO_EVEN)
        self._bench.tools.go_on_with(ended.tool)

    def apply(self, tool_name: str, edit: Edit | None, *, brought_back: int | None = None) -> None:
        """Make an edit as one stroke, unless one is under way; `EditSession.apply` has the rest."""
        bench = self._bench
        if bench.session is None and bench.frame is None:
            return
        if edit is None or (bench.editor is not None and bench.editor.is_dragging):
            return
        if bench.in_sight() and bench.becomes_sample() and (session := bench.session) is not None:
            self._run(session, lambda: session.apply(tool_name, edit, brought_back=brought_back))

    def finish_pending(self, tool: Tool) -> bool:
        """Make a stroke of what a tool holds; return whether it held anything.

        Parameters
        ----------
        tool : Tool
            The one in hand, as it acts in the view.
        """
        if self._bench.frame is not None and tool.is_pending and self._bench.in_sight():
            return self._finish_on_frame(tool)
        session = self._bench.session
        if session is None or not tool.is_pending:
            return False
        if not self._bench.in_sight():
            return True
        edit, after = tool.finished(session.state)
        seen = session.seen
        self.apply(tool.name, edit)
        # Refused over a verdict that was not seen: the same again is to make the stroke.
        if session.seen == seen:
            self._bench.tools.go_on_with(after)
        return True

    def _finish_on_frame(self, tool: Tool) -> bool:
        """Make a stroke of what a tool holds on a frame that is no sample yet."""
        editor = self._bench.editor
        if editor is not None:
            edit, after = tool.finished(editor.state)
            self._bench.tools.go_on_with(after)  # the line is not dropped: it is the stroke
            self.apply(tool.name, edit)
        return True

    def save_pending(self, otherwise: str = "Until then this face stays open.") -> bool:
        """Write strokes that the database refused before; return whether none is left.

        ``otherwise`` is what the annotator is told besides the reason if that is not so.
        """
        session = self._bench.session
        if session is None or not session.unsaved_count:
            return True
        self._store(session, session.save_pending, otherwise)
        return not session.unsaved_count

    def tell_whether_saved(self) -> None:
        """Write what waits, and say that there is nothing to be saved by hand."""
        if self.save_pending():
            self._bench.told.emit(NOTHING_UNSAVED)

    def retry_pending(self) -> None:
        """Try `save_pending` again, without waiting and without telling of another failure."""
        session = self._bench.session
        if session is None or not session.unsaved_count or session.is_dragging:
            return
        if session is self._held:
            return
        try:
            with session.project.waiting_at_most(0):
                session.save_pending()
        except StaleAnnotation:
            self.take_over_theirs(refused=True)
        except UnseenVerdict as unseen:
            self._show_verdict(session, unseen.review, session.unsaved_count)
        except ProjectError:
            return  # told when it failed first; the panel shows how many strokes wait
        else:
            self._bench.told.emit(SAVED)
            self._take_in(session)

    def take_over_theirs(self, *, refused: bool, waited: int | None = None) -> None:
        """Show what somebody else made of the sample, with the strokes that wait on top of it.

        The strokes are recorded like any others, so that neither work is lost and an undo takes
        them back. Over a verdict that the annotator has not seen they are not: those that waited
        before wait on, the newer ones are dropped.

        Parameters
        ----------
        refused : bool
            Whether something that the annotator did led here.
        waited : int, optional
            How many strokes waited before that; by default all that wait now.
        """
        bench, session = self._bench, self._bench.session
        if session is None:
            return
        try:
            # Before all else: a later verdict is one that nobody has seen.
            newest = session.project.reviews.newest(session.sample_id)
            theirs = session.project.samples.get(session.sample_id)
            offered = session.unsaved_count
            session.reload()
            if offered and theirs.state not in UNDECIDED and _is_unseen(newest, session):
                kept = offered = self._hold(session, offered if waited is None else waited)
            else:
                kept = session.unsaved_count
                with session.project.waiting_at_most(_WAIT):
                    session.save_pending()
        except UnseenVerdict as unseen:
            self._show_verdict(session, unseen.review, offered if waited is None else waited)
        except ProjectError as error:
            # Also when they changed it once more just now: what waits is put on that next time.
            bench.failed.emit(refusal_text(error, session.unsaved_count))
        else:
            if refused and newest is not None:
                session.seen = newest.id
            self._tell_taken_over(theirs, newest, offered, kept, refused=refused)
        self._take_in(session)

    def _tell_taken_over(
        self,
        theirs: SampleSummary,
        newest: Review | None,
        offered: int,
        kept: int,
        *,
        refused: bool,
    ) -> None:
        bench, session = self._bench, self._bench.session
        say = bench.failed if refused or offered else bench.told
        if session is not None and session is self._held:
            said = taken_over_text(theirs, 0, 0, refused=False, review=newest)
            say.emit(f"{said} {held_text(session.unsaved_count)}")
        else:
            say.emit(taken_over_text(theirs, offered, kept, refused=refused, review=newest))

    def _hold(self, session: EditSession, waited: int) -> int:
        """Let the strokes that waited wait for the annotator, drop newer ones; return how many."""
        session.forget_unsaved(but=min(waited, session.unsaved_count))
        self._held = session if session.unsaved_count else None
        return session.unsaved_count

    def _show_verdict(
        self, session: EditSession, review: Review, waited: int, refused: str = ""
    ) -> None:
        """Tell of a verdict that would have been withdrawn unseen; the next time it is."""
        if session.unsaved_count > waited:
            refused = "Your stroke was not made."
        waiting = self._hold(session, waited)
        session.seen = review.id
        self._bench.failed.emit(unseen_text(review, refused, waiting))

    def _take_in(self, session: EditSession) -> None:
        """Take note of the strokes that were stored, and show what they made of the sample."""
        for stroke_id in session.take_stored():
            self._bench.did(Stroked(session.sample_id, stroke_id))
        self._bench.take_in_strokes(session.sample_id)

    def _run(self, session: EditSession, action: Callable[[], object], refused: str = "") -> None:
        """Do something to the mesh and store it; tell of what it turned over."""
        self._bench.acting.emit()
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
        self._held = None
        before = (session.state, waited, session.revision)
        try:
            # Where strokes wait already, the next one does not hold the annotator up again.
            with session.project.waiting_at_most(0 if waited else _WAIT):
                action()
        except StaleAnnotation:
            self.take_over_theirs(refused=True, waited=waited)
            return
        except UnseenVerdict as unseen:
            self._show_verdict(session, unseen.review, waited, refused)
            self._take_in(session)
            return
        except DamagedProject as error:
            # Waiting mends no mesh, and a stroke that waits would keep the annotator on this face.
            session.forget_unsaved(but=min(waited, session.unsaved_count))
            said = refused or "Your stroke was not made."
            bench.failed.emit(refusal_text(error, session.unsaved_count, said))
        except ProjectError as error:
            if session.unsaved_count > waited > 0:
                bench.told.emit(waiting_text(session.unsaved_count))
            else:
                bench.failed.emit(refusal_text(error, session.unsaved_count, refused))
        else:
            if waited and not session.unsaved_count:
                bench.told.emit(SAVED)
        if (session.state, session.unsaved_count, session.revision) != before:
            self._take_in(session)


def _is_unseen(review: Review | None, session: EditSession) -> bool:
    return review is not None and review.id > session.seen
