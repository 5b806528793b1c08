"""A compact row of a form: a slider that says its value in words that people read."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QHBoxLayout, QSlider, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel

_STEPS = 200
_VALUE_WIDTH = 47
_SLIDER_WIDTH = 40


@dataclass(frozen=True)
class Scale:
    """The way from a slider's steps to values and back.

    Attributes
    ----------
    low, high : float
    is_factor : bool
        Whether equal steps are equal factors.
    """

    low: float
    high: float
    is_factor: bool = False

    def value(self, step: int) -> float:
        """Return the value of a step from 0 to 200."""
        share = step / _STEPS
        if self.is_factor:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + (self.high - self.low) * share

    def step(self, value: float) -> int:
        """Return the step nearest to a value; the ends for what lies beyond them."""
        if self.is_factor:
            share = log(value / self.low) / log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(min(max(share, 0.0), 1.0) * _STEPS)


class ValueSlider(QWidget):
    """A slider with its value beside it; a double click brings the usual value back.

    Parameters
    ----------
    scale : Scale
    usual : float
        The value it starts with and returns to.
    text : callable
        Says a value, in a few signs.

    Attributes
    ----------
    moved
        Carries the value that the annotator chose.
    """

    moved = Signal(float)

    def __init__(self, scale: Scale, usual: float, text: Callable[[float], str]) -> None:
        super().__init__()
        self._scale, self._usual, self._text = scale, usual, text
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setMinimumWidth(_SLIDER_WIDTH)
        self._label = PlainLabel()
        self._label.setFixedWidth(_VALUE_WIDTH)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.slider, stretch=1)
        layout.addWidget(self._label)
        self.show_value(usual)
        self.slider.valueChanged.connect(self._on_moved)

    def show_value(self, value: float) -> None:
        """Show a value that was set elsewhere."""
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(self._scale.step(value))
        self.slider.blockSignals(blocked)
        self._label.setText(self._text(value))

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Bring the usual value back; over the label, as the slider keeps its own clicks."""
        self.moved.emit(self._usual)

    def _on_moved(self, step: int) -> None:
        value = self._scale.value(step)
        self._label.setText(self._text(value))
        self.moved.emit(value)
