"""A field over the photograph in which something is said of a vertex."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.workbench.bench import Bench
from annotator.workbench.pins import Pins

_WIDTH, _OFFSET = 320, 18
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RemarkField(QFrame):
    """Asks what is to be said: Enter says it, Esc says nothing; hidden until asked for.

    Parameters
    ----------
    canvas : QWidget
    bench : Bench
    pins : Pins
    give_back : callable
        Takes the keyboard when the field has gone.
    """

    def __init__(
        self, canvas: QWidget, bench: Bench, pins: Pins, give_back: Callable[[], None]
    ) -> None:
        super().__init__(canvas)
        self._bench = bench
        self._pins = pins
        self._give_back = give_back
        self._vertex = 0
        self._title = PlainLabel()
        self.field = QLineEdit()
        self.field.setPlaceholderText("What is wrong here? Enter pins it, Esc does not")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._title)
        layout.addWidget(self.field)
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.resize(_WIDTH, self.sizeHint().height())
        self.hide()
        self.field.installEventFilter(self)
        bench.current_changed.connect(self._leave)

    def ask(self, vertex: int, at: tuple[float, float]) -> None:
        """Ask what is to be said of a vertex, beside a place of the canvas, in its pixels."""
        session, canvas = self._bench.session, self.parentWidget()
        if session is None or canvas is None or not self._bench.may_change():
            return
        self._vertex = vertex
        self._title.setText(session.layout.name_of(vertex))
        self.field.clear()
        self.resize(_WIDTH, self.sizeHint().height())
        x, y = round(at[0]) + _OFFSET, round(at[1]) + _OFFSET
        self.move(
            max(min(x, canvas.width() - self.width()), 0),
            max(min(y, canvas.height() - self.height()), 0),
        )
        self.show()
        self.raise_()
        self.field.setFocus()

    def remove(self) -> None:
        """Leave the canvas."""
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Say what was written, or nothing."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in _ENTER:
            if self.field.text().strip() and not self._pins.say(self.field.text(), [self._vertex]):
                return True  # why not is told; what was written stays
        elif event.key() != Qt.Key.Key_Escape:
            return False
        self._leave()
        self._give_back()
        return True

    def _leave(self) -> None:
        self.hide()
