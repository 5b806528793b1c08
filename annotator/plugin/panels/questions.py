"""Questions over the window, with what others wrote shown as it is."""

from collections.abc import Sequence

from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.plugin.canvas.plain_text import message_box, named_button


def is_wanted(parent: QWidget | None, title: str, question: str) -> bool:
    """Ask a question, in which there may be file names, and return whether the answer is yes."""
    box = message_box(parent, title, question)
    box.setIcon(QMessageBox.Icon.Question)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    return bool(box.exec() == QMessageBox.StandardButton.Yes)


def chosen(parent: QWidget | None, title: str, question: str, answers: Sequence[str]) -> int | None:
    """Ask a question with several answers, and return which was given; None if none was."""
    box = message_box(parent, title, question)
    box.setIcon(QMessageBox.Icon.Question)
    buttons = [named_button(answer) for answer in answers]
    box.setStandardButtons(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    for button in buttons:
        box.addButton(button, QMessageBox.ButtonRole.AcceptRole)
    box.exec()
    clicked = box.clickedButton()
    return next((place for place, button in enumerate(buttons) if button is clicked), None)
