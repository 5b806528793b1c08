"""The line above the tools: a dot in the state's colour, a name in bold, and what is said of it."""

from qtpy.QtCore import QRect, QSize, Qt
from qtpy.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from annotator.plugin.canvas.plain_text import explain
from annotator.workbench.foreign_text import plain

_DOT, _GAP = 9, 6
# As little of a name as says anything.
_LEAST_NAME = 60
_MIDDLE, _END = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
_ALIGNED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class StatusLine(QWidget):
    """One line that shows with an ellipsis what it has no room for; nothing below it may jump.

    The name gives way first, in its middle: how a face stands is what one looks for.

    Parameters
    ----------
    parent : QWidget, optional
    least_name : int
        So many pixels of the name stay.
    """

    def __init__(self, parent: QWidget | None = None, *, least_name: int = _LEAST_NAME) -> None:
        super().__init__(parent)
        self._least_name = least_name
        self._dot: QColor | None = None
        self._name = self._rest = self._shorter = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return all that the line says."""
        return f"{self._name}{self._rest}"

    def say(
        self, name: str, rest: str, colour: str | None = None, *, shorter: str = "", more: str = ""
    ) -> None:
        """Show a name and what follows it, behind a dot of a colour like ``#3fb56b``.

        Parameters
        ----------
        name, rest, colour
        shorter
            What follows the name where there is no room for `rest`.
        more
            What only the tooltip says.
        """
        self._name, self._rest, self._shorter = plain(name), rest, shorter
        self._dot = None if colour is None else QColor(colour)
        explain(self, self.text(), *([more] if more else []))
        self.setAccessibleName(self.text())
        self.update()

    def shown_text(self) -> tuple[str, str]:
        """Return what there is room for, of the name and of the rest."""
        return self._fitted(self.width() - self._start())

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the height of a line."""
        return QSize(0, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the dot and as much of the texts as fits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._dot is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._dot)
            painter.drawEllipse(1, (self.height() - _DOT) // 2, _DOT, _DOT)
        painter.setPen(self.palette().color(self.foregroundRole()))
        start = self._start()
        name, rest = self._fitted(self.width() - start)
        painter.setFont(self._bold())
        painter.drawText(QRect(start, 0, self.width() - start, self.height()), _ALIGNED, name)
        start += QFontMetrics(self._bold()).horizontalAdvance(name)
        painter.setFont(self.font())
        painter.drawText(QRect(start, 0, self.width() - start, self.height()), _ALIGNED, rest)
        painter.end()

    def _start(self) -> int:
        return 0 if self._dot is None else _DOT + _GAP

    def _fitted(self, room: int) -> tuple[str, str]:
        bold, plain = QFontMetrics(self._bold()), self.fontMetrics()
        rest, whole = self._rest, bold.horizontalAdvance(self._name)
        if self._shorter and whole + plain.horizontalAdvance(rest) > room:
            rest = self._shorter
        for_name = max(room - plain.horizontalAdvance(rest), self._least_name)
        name = bold.elidedText(self._name, _MIDDLE, for_name)
        for_rest = max(room - bold.horizontalAdvance(name), 0)
        return name, plain.elidedText(rest, _END, for_rest)

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font
