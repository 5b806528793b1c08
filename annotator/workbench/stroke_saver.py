"""Edits that the database may refuse: what then happens, in words for the annotator."""

from collections.abc import Callable

from psygnal import Signal

from annotator.project import EditSession, ProjectError, SampleState, SampleSummary, StaleAnnotation

# Other programs hold the database for a few milliseconds, a prediction run for up to 40: that
# is waited for. Whoever holds it longer must not stop the annotator's hand.
_WAIT = 0.1
_SAVED = "The strokes that waited are saved."
_VERDICTS = {
    SampleState.ACCEPTED: "accepted",
    SampleState.REJECTED: "rejected",
    SampleState.EXCLUDED: "excluded",
    SampleState.DELETED: "deleted",
}


class StrokeSaver:
    """Runs edits of a session; a stroke that is refused stays in it and is offered again.

    Attributes
    ----------
    edited
        Carries the id of a sample whose mesh or strokes are others now.
    told, failed
        Carry a sentence for the annotator.
    """

    edited = Signal(int)
    told = Signal(str)
    failed = Signal(str)

    def run(self, session: EditSession, action: Callable[[], object], refused: str = "") -> None:
        """Do something that stores strokes or takes them back.

        ``refused`` is what the annotator is told besides the reason if it cannot be done now.
        """
        waited = session.unsaved_count
        before = (session.state, waited, session.revision)
        try:
            # Where strokes wait already, the next one does not hold the annotator up again.
            with session.project.waiting_at_most(0 if waited else _WAIT):
                action()
        except StaleAnnotation:
            self.take_over_theirs(session, refused=True)
            return
        except ProjectError as error:
            if session.unsaved_count > waited > 0:
                self.told.emit(_waiting(session.unsaved_count))
            else:
                self.failed.emit(_sentences(error, session.unsaved_count, refused))
        else:
            if waited and not session.unsaved_count:
                self.told.emit(_SAVED)
        if (session.state, session.unsaved_count, session.revision) != before:
            self.edited.emit(session.sample_id)

    def save_pending(self, session: EditSession | None) -> bool:
        """Write strokes that were refused before; return whether none is left."""
        if session is not None and session.unsaved_count:
            self.run(session, session.save_pending, "Until then this face stays open.")
        return session is None or not session.unsaved_count

    def retry_pending(self, session: EditSession | None) -> None:
        """Try `save_pending` again, without waiting and without telling of another failure."""
        if session is None or not session.unsaved_count or session.is_dragging:
            return
        try:
            with session.project.waiting_at_most(0):
                session.save_pending()
        except StaleAnnotation:
            self.take_over_theirs(session, refused=True)
        except ProjectError:
            return  # told when it failed first; the panel shows how many strokes wait
        else:
            self.told.emit(_SAVED)
            self.edited.emit(session.sample_id)

    def take_over_theirs(self, session: EditSession, *, refused: bool) -> None:
        """Show what somebody else made of the sample, with the strokes that wait on top of it.

        The strokes are recorded like any others, so that neither work is lost and an undo takes
        them back. ``refused`` says whether something that the annotator did led here.
        """
        try:
            theirs = session.project.samples.get(session.sample_id)
            offered = session.unsaved_count
            session.reload()
            kept = session.unsaved_count
            with session.project.waiting_at_most(_WAIT):
                session.save_pending()
        except ProjectError as error:
            # Also when they changed it once more just now: what waits is put on that next time.
            self.failed.emit(_sentences(error, session.unsaved_count))
        else:
            say = self.failed if refused or offered else self.told
            say.emit(_taken_over(theirs, offered, kept, refused=refused))
        self.edited.emit(session.sample_id)


def _sentences(error: ProjectError, waiting: int, *others: str) -> str:
    return " ".join(filter(None, (f"{error}.", _waiting(waiting), *others)))


def _waiting(count: int) -> str:
    if not count:
        return ""
    strokes = "1 stroke waits" if count == 1 else f"{count} strokes wait"
    return f"{strokes} in memory and will be saved as soon as that is possible."


def _taken_over(theirs: SampleSummary, offered: int, kept: int, *, refused: bool) -> str:
    who = theirs.reviewer or theirs.annotator
    by = f" by {who}" if who else ""
    verdict = f" and {_VERDICTS[theirs.state]}" if theirs.state in _VERDICTS else ""
    said = f"This face was changed{verdict} in another window{by}; the mesh is now theirs"
    if not offered:
        return f"{said}. Look at it, and try again." if refused else f"{said}."
    if not kept:
        return f"{said}. Your stroke would change nothing in it any more and was left out."
    strokes = "your last stroke" if kept == 1 else f"your last {kept} strokes"
    again = ", and in progress again" if verdict else ""
    return f"{said} with {strokes} on top{again}. Undo takes yours back."
