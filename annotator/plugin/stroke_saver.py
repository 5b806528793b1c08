"""Edits that the database may refuse: what then happens, in words for the annotator."""

from collections.abc import Callable

from psygnal import Signal

from annotator.project import EditSession, ProjectError, StaleAnnotation


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

    def run(self, session: EditSession, action: Callable[[], object]) -> None:
        """Do something that stores strokes or takes them back."""
        try:
            action()
        except StaleAnnotation as error:
            self.take_over_theirs(session, error)
            return
        except ProjectError as error:
            waiting = session.unsaved_count
            waits = f". {waiting} stroke(s) wait in memory." if waiting else ""
            self.failed.emit(f"{error}{waits}")
        self.edited.emit(session.sample_id)

    def save_pending(self, session: EditSession | None) -> bool:
        """Write strokes that were refused before; return whether none is left."""
        if session is not None and session.unsaved_count:
            self.run(session, session.save_pending)
        return session is None or not session.unsaved_count

    def retry_pending(self, session: EditSession | None) -> None:
        """Try `save_pending` again without telling of another failure."""
        if session is None or not session.unsaved_count or session.is_dragging:
            return
        try:
            session.save_pending()
        except StaleAnnotation as error:
            self.take_over_theirs(session, error)
        except ProjectError:
            return  # told when it failed first; the panel shows how many strokes wait
        else:
            self.told.emit("The strokes that waited are saved.")
            self.edited.emit(session.sample_id)

    def take_over_theirs(self, session: EditSession, error: StaleAnnotation) -> None:
        """Show what somebody else made of the sample meanwhile."""
        session.reload()
        self.failed.emit(f"{error}. The mesh shown is now theirs.")
        self.edited.emit(session.sample_id)
