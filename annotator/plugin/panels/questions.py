"""Questions over the window, with what others wrote shown as it is."""

from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.workbench.foreign_text import rich


def is_wanted(parent: QWidget | None, title: str, question: str) -> bool:
    """Ask a question, in which there may be file names, and return whether the answer is yes."""
    answer = QMessageBox.question(parent, title, rich(question))
    return bool(answer == QMessageBox.StandardButton.Yes)
