"""Rejecting the sample on the screen: asking why, and keeping an answer that was not written."""

from collections.abc import Callable

from qtpy.QtWidgets import QWidget

from annotator.plugin.samples.reject_dialog import RejectDialog
from annotator.project import EditSession, RejectReason
from annotator.workbench.workbench import Workbench


class Rejecting:
    """Asks for the reasons of a rejection and gives it.

    Parameters
    ----------
    workbench : Workbench
    over : QWidget
        What the question covers: the face under judgement stays in sight.
    give_back : callable
        Takes the keyboard when the question has gone.
    """

    def __init__(self, workbench: Workbench, over: QWidget, give_back: Callable[[], None]) -> None:
        self._workbench = workbench
        self._over = over
        self._give_back = give_back
        # Rejections that were refused, by sample: nobody writes their reasons twice.
        self._unwritten: dict[int, tuple[tuple[RejectReason, ...], str]] = {}
        workbench.project_changed.connect(self._forget)

    def ask(self) -> None:
        """Ask for the reasons and reject the current sample."""
        bench, session = self._workbench, self._workbench.session
        if session is None or session.is_dragging or not bench.in_sight(for_verdict=True):
            return
        if not bench.verdicts.has_seen_all():
            return
        dialog = RejectDialog(self._over)
        dialog.fill(*self._unwritten.pop(session.sample_id, ((), "")))
        dialog.move(self._over.mapToGlobal(self._over.rect().topLeft()))
        if dialog.exec():
            self._reject(session, dialog.reasons, dialog.comment)
        self._give_back()

    def _reject(
        self, session: EditSession, reasons: tuple[RejectReason, ...], comment: str
    ) -> None:
        bench = self._workbench
        # Meanwhile others may have taken the face away, and another one is on the screen.
        if bench.session is not session:
            bench.failed.emit("The face that you were asked about is no longer on the screen.")
        elif not bench.verdicts.reject(reasons, comment):
            self._unwritten[session.sample_id] = reasons, comment

    def _forget(self) -> None:
        self._unwritten.clear()  # another project gives the same numbers to other samples
