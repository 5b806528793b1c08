"""The legend of the mesh's colours, as a widget."""

from html import escape

import numpy as np
from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from qtpy.QtWidgets import QHBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import MarkupLabel, PlainLabel, explain
from annotator.workbench.look.colouring import Legend
from annotator.workbench.look.palette import Colour, scale_colours

_BAR_HEIGHT = 10
_BAR_STOPS = 16


class LegendView(QWidget):
    """Shows a `Legend`; takes no room for an empty one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._bar, self._high = PlainLabel(), _ScaleBar(), PlainLabel()
        self._text = MarkupLabel()
        self._text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 1)
        layout.setSpacing(6)
        layout.addWidget(self._low)
        layout.addWidget(self._bar, stretch=1)
        layout.addWidget(self._high)
        layout.addWidget(self._text, stretch=1)

    def show_legend(self, legend: Legend) -> None:
        """Say what these colours mean."""
        self.setVisible(bool(legend.title))
        explain(self, legend.title)
        low, high = legend.scale_ends or ("", "")
        self._low.setText(low)
        self._high.setText(high)
        for part in (self._low, self._bar, self._high):
            part.setVisible(legend.scale_ends is not None)
        entries = "&nbsp; ".join(_entry(*entry) for entry in legend.entries)
        self._text.show_html(entries or escape(legend.title))
        self._text.setVisible(legend.scale_ends is None)


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
