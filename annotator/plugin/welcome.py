"""What the dock says when there is nothing to annotate yet."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class Guidance(QWidget):
    """A heading, an explanation and buttons for what to do next.

    Parameters
    ----------
    heading, explanation : str
    actions : (text, callback) pairs, the first one is the one most people want
    """

    def __init__(
        self,
        heading: str,
        explanation: str,
        actions: list[tuple[str, Callable[[], object]]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        title = QLabel(f"<h3>{heading}</h3>")
        text = QLabel(explanation)
        for label in (title, text):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            layout.addWidget(label)
        for name, callback in actions:
            button = QPushButton(name)
            button.clicked.connect(lambda _checked=False, call=callback: call())
            layout.addWidget(button)
        layout.addStretch(1)
