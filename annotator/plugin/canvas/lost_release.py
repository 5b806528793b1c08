"""Notices that a mouse button was released where the canvas could not see it."""

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QWidget


class LostRelease(QObject):
    """Emits `happened` when the mouse moves over the canvas without any button.

    A dialog that opens in mid-stroke takes the release with it. napari does not notice: it
    counts presses and releases, and hands moves on late, when Qt's own event is gone already.

    Parameters
    ----------
    canvas : QWidget
        Watched until `stop`.
    """

    happened = Signal()

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        canvas.installEventFilter(self)

    def stop(self) -> None:
        """Watch no longer, and leave nothing on the canvas."""
        self._canvas.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Look at the moves and let every event pass."""
        if isinstance(event, QMouseEvent) and _is_idle_move(event):
            self.happened.emit()
        return False


def _is_idle_move(event: QMouseEvent) -> bool:
    without_button = event.buttons() == Qt.MouseButton.NoButton
    return bool(event.type() == QEvent.Type.MouseMove and without_button)
