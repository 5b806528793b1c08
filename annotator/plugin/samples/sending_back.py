"""Sending back the sample on the screen: asking why, and keeping an answer that was not written."""

from collections.abc import Callable

from qtpy.QtWidgets import QWidget

from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import EditSession
from annotator.workbench.project_reasons import reasons_of
from annotator.workbench.workbench import Workbench


class SendingBack:
    """Asks for the reasons and sends the sample back.

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
        # Those that were refused, by sample: nobody writes their reasons twice.
        self._unwritten: dict[int, tuple[tuple[str, ...], str]] = {}
        workbench.project_changed.connect(self._forget)

    def ask(self) -> None:
        """Ask for the reasons and send the current sample back."""
        bench, session = self._workbench, self._workbench.session
        if session is None or session.is_dragging or not bench.in_sight(for_verdict=True):
            return
        if not bench.verdicts.has_seen_all():
            return
        dialog = SendBackDialog(self._over, reasons=reasons_of(bench.project))
        dialog.fill(*self._unwritten.pop(session.sample_id, ((), "")))
        dialog.move(self._over.mapToGlobal(self._over.rect().topLeft()))
        if dialog.exec():
            self._send_back(session, dialog.reasons, dialog.comment)
        self._give_back()

    def _send_back(self, session: EditSession, reasons: tuple[str, ...], comment: str) -> None:
        bench = self._workbench
        # Meanwhile others may have taken the face away, and another one is on the screen.
        if bench.session is not session:
            bench.failed.emit("The face that you were asked about is no longer on the screen.")
        elif not bench.verdicts.send_back(reasons, comment):
            self._unwritten[session.sample_id] = reasons, comment

    def _forget(self) -> None:
        self._unwritten.clear()  # another project gives the same numbers to other samples
