"""A few words beside the pointer: which contour will move, whose face that is."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.plain_text import PlainLabel

_OFFSET = 26
_STYLE = (
    "QLabel { background: rgba(20, 24, 30, 210); color: #f2f5f7; border-radius: 4px;"
    " padding: 2px 6px; }"
)


class PointerNote(PlainLabel):
    """Words over the canvas; the mouse does not notice them.

    Parameters
    ----------
    canvas : QWidget
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(parent=canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setStyleSheet(_STYLE)
        self.hide()

    def say(self, text: str, at: tuple[float, float], *, on_the_left: bool = False) -> None:
        """Show words beside a place of the canvas, in its pixels; no words hide it.

        They stand on one side of it, which is the one where they hide nothing of the face, or on
        the other where the canvas ends.
        """
        canvas = self.parentWidget()
        if not text or canvas is None:
            self.hide()
            return
        if text != self.text():
            self.setText(text)
            self.adjustSize()
        x, y = (round(coordinate) for coordinate in at)
        left, right = x - _OFFSET - self.width(), x + _OFFSET
        fits_left, fits_right = left >= 0, right + self.width() <= canvas.width()
        goes_left = (on_the_left and fits_left) or not fits_right
        top = min(max(y - self.height() // 2, 0), canvas.height() - self.height())
        self.move(left if goes_left else right, top)
        self.show()

    def remove(self) -> None:
        """Leave the canvas."""
        self.hide()
        self.deleteLater()
