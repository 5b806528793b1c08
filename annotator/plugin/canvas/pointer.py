"""A hand for scripts: real Qt mouse and key events on napari's canvas.

The demonstration, the tests and the benchmarks use it, so that what they show went the same
way as what an annotator does.
"""

from collections.abc import Iterator
from time import monotonic

import napari
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from qtpy.QtWidgets import QApplication, QWidget

from annotator.plugin.canvas.private import canvas_widget
from annotator.workbench.look.coordinates import position_to_napari

Position = tuple[float, float]
Modifiers = Qt.KeyboardModifier
_NO_BUTTON = Qt.MouseButton.NoButton
_LEFT = Qt.MouseButton.LeftButton
_NO_KEY = Qt.KeyboardModifier.NoModifier


def process_events(seconds: float = 0.0) -> None:
    """Let Qt handle what waits, for at least so long."""
    until = monotonic() + seconds
    QApplication.processEvents()
    while monotonic() < until:
        QApplication.processEvents()


class Pointer:
    """A mouse and a keyboard on a viewer's canvas.

    Positions are (x, y) of the image in px; those of the methods that end in ``_at`` are (x, y)
    of the canvas widget.

    Parameters
    ----------
    viewer : napari.Viewer
    button : Qt.MouseButton
        The button that presses.
    modifiers : Qt.KeyboardModifier
        Keys held with the mouse.
    """

    def __init__(
        self,
        viewer: napari.Viewer,
        *,
        button: Qt.MouseButton = _LEFT,
        modifiers: Modifiers = _NO_KEY,
    ) -> None:
        self._viewer = viewer
        self._canvas: QWidget = canvas_widget(viewer)
        self._button = button
        self._modifiers = modifiers

    def on_canvas(self, position: Position) -> Position:
        """Return where on the canvas widget an image position is shown, in its pixels."""
        row, column = position_to_napari(position)
        camera = self._viewer.scene.camera
        centre_row, centre_column = camera.center[-2:]
        return (
            (column - centre_column) * camera.zoom + self._canvas.width() / 2,
            (row - centre_row) * camera.zoom + self._canvas.height() / 2,
        )

    def move(self, position: Position, *, pressed: bool = False) -> None:
        """Move the mouse there."""
        self.move_at(self.on_canvas(position), pressed=pressed)

    def press(self, position: Position) -> None:
        """Press the button there."""
        self.press_at(self.on_canvas(position))

    def release(self, position: Position) -> None:
        """Release the button there."""
        self.release_at(self.on_canvas(position))

    def move_at(self, position: Position, *, pressed: bool = False) -> None:
        """Move the mouse there."""
        held = self._button if pressed else _NO_BUTTON
        self._send(QEvent.Type.MouseMove, position, _NO_BUTTON, held)

    def press_at(self, position: Position) -> None:
        """Press the button there."""
        self._send(QEvent.Type.MouseButtonPress, position, self._button, self._button)

    def release_at(self, position: Position) -> None:
        """Release the button there."""
        self._send(QEvent.Type.MouseButtonRelease, position, self._button, _NO_BUTTON)

    def drag(self, start: Position, end: Position, steps: int = 12) -> None:
        """Press at the start, move in steps, release at the end."""
        self.move(start)
        self.press(start)
        for position in positions_between(start, end, steps):
            self.move(position, pressed=True)
        self.release(end)

    def wheel(self, position: Position, notches: int, modifiers: Modifiers = _NO_KEY) -> None:
        """Turn the wheel over a position by so many notches, away from the hand if positive."""
        local = QPointF(*self.on_canvas(position))
        event = QWheelEvent(
            local,
            QPointF(self._canvas.mapToGlobal(local.toPoint())),
            QPoint(),
            QPoint(0, 120 * notches),
            _NO_BUTTON,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self._canvas, event)
        process_events()

    def key(self, key: Qt.Key, text: str = "", modifiers: Modifiers = _NO_KEY) -> None:
        """Press and release a key."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(self._canvas, QKeyEvent(kind, key, modifiers, text))
        process_events()

    def _send(
        self,
        kind: QEvent.Type,
        position: Position,
        button: Qt.MouseButton,
        buttons: Qt.MouseButton,
    ) -> None:
        local = QPointF(*position)
        screen = QPointF(self._canvas.mapToGlobal(local.toPoint()))
        event = QMouseEvent(kind, local, screen, button, buttons, self._modifiers)
        QApplication.sendEvent(self._canvas, event)
        process_events()


def positions_between(start: Position, end: Position, steps: int) -> Iterator[Position]:
    """Yield so many positions on the way, without the start, with the end."""
    for step in range(1, steps + 1):
        share = step / steps
        yield (
            start[0] + (end[0] - start[0]) * share,
            start[1] + (end[1] - start[1]) * share,
        )
