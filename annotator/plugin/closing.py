"""What happens to strokes that are not saved when the window closes."""

from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.plugin.workbench import Workbench


def may_close(workbench: Workbench, parent: QWidget | None) -> bool:
    """Save what waits; if that fails, ask until it is saved, given up or the answer is to stay.

    Parameters
    ----------
    workbench : Workbench
    parent : QWidget or None
        The window to stay in; None if it is closing whatever the answer.
    """
    while not workbench.save_pending():
        session = workbench.session
        count = 0 if session is None else session.unsaved_count
        answer = _ask(count, parent)
        if answer == QMessageBox.StandardButton.Discard:
            if session is not None:
                session.forget_unsaved()
            return True
        if answer == QMessageBox.StandardButton.Cancel:
            return False
    return True


def _ask(count: int, parent: QWidget | None) -> int:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Strokes are not saved")
    box.setText(f"{count} stroke(s) could not be saved and would be lost.")
    box.setInformativeText("Is the disk full, or does another program hold the project?")
    buttons = QMessageBox.StandardButton.Retry | QMessageBox.StandardButton.Discard
    if parent is not None:
        buttons |= QMessageBox.StandardButton.Cancel
    box.setStandardButtons(buttons)
    box.setDefaultButton(QMessageBox.StandardButton.Retry)
    return int(box.exec())
