"""The legend of the mesh's colours, as a widget."""

import numpy as np
from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from annotator.plugin.colouring import Legend
from annotator.plugin.palette import Colour, scale_colours

_BAR_HEIGHT = 10
_BAR_STOPS = 16


class LegendView(QWidget):
    """Shows a `Legend`; takes no room for an empty one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel()
        self._title.setWordWrap(True)
        self._bar = _ScaleBar()
        self._low, self._high = QLabel(), QLabel()
        self._entries = QLabel()
        self._entries.setTextFormat(Qt.TextFormat.RichText)
        self._entries.setWordWrap(True)
        ends = QHBoxLayout()
        ends.setContentsMargins(0, 0, 0, 0)
        ends.addWidget(self._low)
        ends.addStretch(1)
        ends.addWidget(self._high)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for widget in (self._title, self._bar):
            layout.addWidget(widget)
        layout.addLayout(ends)
        layout.addWidget(self._entries)

    def show_legend(self, legend: Legend) -> None:
        """Say what these colours mean."""
        self.setVisible(bool(legend.title))
        self._title.setText(legend.title)
        self._bar.setVisible(legend.scale_ends is not None)
        low, high = legend.scale_ends or ("", "")
        for label, text in ((self._low, low), (self._high, high)):
            label.setText(text)
            label.setVisible(bool(text))
        self._entries.setText("&nbsp; ".join(_entry(*entry) for entry in legend.entries))
        self._entries.setVisible(bool(legend.entries))


class _ScaleBar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_BAR_HEIGHT)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the colours of the scale from left to right."""
        gradient = QLinearGradient(0, 0, self.width(), 0)
        stops = np.linspace(0, 1, _BAR_STOPS)
        for stop, colour in zip(stops.tolist(), scale_colours(stops).tolist(), strict=True):
            gradient.setColorAt(stop, QColor.fromRgbF(*colour))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.end()


def _entry(colour: Colour, text: str) -> str:
    return f"<span style='color: {QColor.fromRgbF(*colour).name()}'>●</span>&nbsp;{text}"
