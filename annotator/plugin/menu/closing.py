"""What happens to strokes that are not saved when the window closes."""

from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.workbench.workbench import Workbench


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
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Strokes are not saved")
    strokes = "1 stroke" if count == 1 else f"{count} strokes"
    box.setText(f"{strokes} could not be saved and would be lost.")
    box.setInformativeText("".join(reasons))
    buttons = QMessageBox.StandardButton.Retry | QMessageBox.StandardButton.Discard
    if parent is not None:
        buttons |= QMessageBox.StandardButton.Cancel
    box.setStandardButtons(buttons)
    box.setDefaultButton(QMessageBox.StandardButton.Retry)
    return int(box.exec())
