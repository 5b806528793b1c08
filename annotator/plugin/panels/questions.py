"""Questions over the window, with what others wrote shown as it is."""

from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.plugin.canvas.plain_text import message_box


def is_wanted(parent: QWidget | None, title: str, question: str) -> bool:
    """Ask a question, in which there may be file names, and return whether the answer is yes."""
    box = message_box(parent, title, question)
    box.setIcon(QMessageBox.Icon.Question)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    return bool(box.exec() == QMessageBox.StandardButton.Yes)
