"""What is asked when the window closes: only where something would be lost."""

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QEvent, QTimer
from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.plain_text import message_box
from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.canvas.private_window import is_at_work, question_closing
from annotator.workbench.workbench import Workbench


class Closing:
    """Keeps napari from asking about layers that are all in the database.

    Parameters
    ----------
    viewer : napari.Viewer
        napari asks as ever where it has layers of others, or is at work.
    view : FaceView

    Attributes
    ----------
    after : callable
        Called after the program closed the window, or did not.
    """

    def __init__(self, viewer: Any, view: FaceView) -> None:
        self._viewer = viewer
        self._view = view
        self.after: Callable[[], None] = _nothing
        self._stop_questioning = question_closing(
            viewer,
            self._is_question_needed,
            lambda: self.after(),  # noqa: PLW0108
        )

    def close(self) -> None:
        """Let napari ask as ever."""
        self._stop_questioning()
        self._stop_questioning = self.after = _nothing

    def is_instead(self, event: QEvent) -> bool:
        """Close the window in place of what would have napari ask; return whether that is done.

        napari asks where the window is closed by its frame, not where the program closes it.
        """
        if not event.spontaneous() or self._is_question_needed():
            return False
        event.ignore()
        window = canvas_widget(self._viewer).window()
        if window is not None:
            QTimer.singleShot(0, window.close)
        return True

    def _is_question_needed(self) -> bool:
        return self._view.layers.has_others or is_at_work(self._viewer)


def may_close(workbench: Workbench, parent: QWidget | None) -> bool:
    """Save what waits; if that fails, ask until it is saved, given up or the answer is to stay.

    Parameters
    ----------
    workbench : Workbench
    parent : QWidget or None
        The window to stay in; None if it is closing whatever the answer.
    """
    reasons: list[str] = []
    while not _saved(workbench, reasons):
        session = workbench.session
        answer = _ask(0 if session is None else session.unsaved_count, reasons[-1:], parent)
        if answer == QMessageBox.StandardButton.Discard:
            if session is not None:
                session.forget_unsaved()
            return True
        if answer == QMessageBox.StandardButton.Cancel:
            return False
    return True


def _saved(workbench: Workbench, reasons: list[str]) -> bool:
    """Save what waits; if that fails, why is added to the reasons."""
    workbench.failed.connect(reasons.append)
    try:
        return workbench.edits.save_pending()
    finally:
        workbench.failed.disconnect(reasons.append)


def _ask(count: int, reasons: list[str], parent: QWidget | None) -> int:
    strokes = "1 stroke" if count == 1 else f"{count} strokes"
    lost = f"{strokes} could not be saved and would be lost."
    box = message_box(parent, "Strokes are not saved", lost, reasons)
    box.setIcon(QMessageBox.Icon.Warning)
    buttons = QMessageBox.StandardButton.Retry | QMessageBox.StandardButton.Discard
    if parent is not None:
        buttons |= QMessageBox.StandardButton.Cancel
    box.setStandardButtons(buttons)
    box.setDefaultButton(QMessageBox.StandardButton.Retry)
    return int(box.exec())


def _nothing() -> None:
    """Do nothing."""
