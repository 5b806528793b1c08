"""Asks over the photograph: what a box over a face with a mesh means, and whether to accept."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, name_button
from annotator.workbench.question import Question

_FROM_TOP = 24
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FaceQuestion(QFrame):
    """A question over the canvas; hidden until asked, and gone without an answer when left.

    Enter goes where something is to be seen, which makes nothing; Esc does nothing at all.

    Parameters
    ----------
    canvas : QWidget
    give_back : callable
        Takes the keyboard when the question has gone.
    """

    def __init__(self, canvas: QWidget, give_back: Callable[[], None]) -> None:
        super().__init__(canvas)
        self._give_back = give_back
        self._asked: Question | None = None
        self.text = PlainLabel()
        self.go, self.make = QPushButton(), QPushButton()
        self.go.clicked.connect(lambda: self._answer(goes=True))
        self.make.clicked.connect(lambda: self._answer(goes=False))
        buttons = QHBoxLayout()
        for button in (self.go, self.make):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        canvas.installEventFilter(self)
        self.hide()

    def ask(self, asked: Question) -> None:
        """Show a question in place of the one before."""
        self._asked = asked
        self.text.setText(asked.text)
        name_button(self.go, f"{asked.go_text}  (Enter)")
        name_button(self.make, asked.make_text)
        self.show()
        self._place()
        self.raise_()
        self.setFocus()

    def leave(self) -> None:
        """Put the question away without an answer."""
        if self.isVisible():
            self._asked = None
            self.hide()
            self._give_back()

    def remove(self) -> None:
        """Leave the canvas."""
        canvas = self.parentWidget()
        if canvas is not None:
            canvas.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Answer with Enter, leave with Esc; other keys wait for an answer."""
        if event is None:
            return
        if event.key() in _ENTER:
            self._answer(goes=True)
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        event.accept()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Stay in the middle of the canvas; a press on the photograph leaves the question."""
        if event is not None and self.isVisible():
            if event.type() == QEvent.Type.Resize:
                self._place()
            elif event.type() == QEvent.Type.MouseButtonPress:
                self.leave()
        return False

    def _answer(self, *, goes: bool) -> None:
        asked = self._asked
        self.leave()
        if asked is not None:
            (asked.go if goes else asked.make)()

    def _place(self) -> None:
        canvas = self.parentWidget()
        if canvas is not None:
            self.adjustSize()
            self.move(max((canvas.width() - self.width()) // 2, 0), _FROM_TOP)
