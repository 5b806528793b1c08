"""A window whose program is asked to end: it closes as by its close button, and asks nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qtpy.QtCore import QObject, QTimer
from qtpy.QtWidgets import QApplication, QDialog

from annotator.plugin.canvas.woken import woken_by_signals
from annotator.system.ending import Ended, heeding
from annotator.workbench.workbench import Workbench


class AskedToEnd(QObject):
    """Closes the window, whatever is open in it.

    Parameters
    ----------
    workbench : Workbench
        What waits in it is tried to be saved once more.
    close : callable
        Closes the window.
    """

    def __init__(self, workbench: Workbench, close: Callable[[], object]) -> None:
        super().__init__()
        self._workbench = workbench
        self._close = close
        self._number = 0
        self._lost = 0

    def heed(self, number: int) -> None:
        """Have the window close once what is being done is done; a signal can come anywhere."""
        if not self._number:
            self._number = number
            QTimer.singleShot(0, self._save_and_close)

    def raise_if_asked(self) -> None:
        """Raise `Ended` if the window was closed by a signal."""
        if self._number and self._lost:
            strokes = "1 stroke" if self._lost == 1 else f"{self._lost} strokes"
            were = "was" if self._lost == 1 else "were"
            raise Ended(self._number, f"{strokes} could not be saved and {were} lost")
        if self._number:
            raise Ended(self._number)

    def _save_and_close(self) -> None:
        session = self._workbench.session
        if session is not None and not self._workbench.edits.save_pending():
            self._lost = session.unsaved_count
            session.forget_unsaved()  # or the window would ask, and nobody answer
        self._close_after_what_waits()

    def _close_after_what_waits(self) -> None:
        """Close menus and dialogs, one after the other, and then the window."""
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        over = popup or dialog
        if over is None:
            self._close()
            return
        if isinstance(over, QDialog):
            over.done(QDialog.DialogCode.Rejected)  # also one that has no way to be cancelled
        else:
            over.close()
        QTimer.singleShot(0, self._close_after_what_waits)


@contextmanager
def closed_when_asked(workbench: Workbench, close: Callable[[], object]) -> Iterator[None]:
    """Close a window when the program is asked to end while the block runs it.

    Raises
    ------
    Ended
        After the block, if that was so.
    """
    asked = AskedToEnd(workbench, close)
    with heeding(asked.heed), woken_by_signals():
        yield
    asked.raise_if_asked()
