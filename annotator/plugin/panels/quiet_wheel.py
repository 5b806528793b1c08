"""Keeps the wheel from changing values that it only passes over."""

from qtpy.QtCore import QChildEvent, QEvent, QObject
from qtpy.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget

_KINDS = (QComboBox, QAbstractSpinBox, QAbstractSlider)


class QuietWheel(QObject):
    """Lets the wheel scroll over boxes and sliders that do not have the keyboard.

    Parameters
    ----------
    root : QWidget
        Watched with everything in it, also what comes later, as dialogs do.
    """

    def __init__(self, root: QWidget) -> None:
        super().__init__(root)
        self._watch(root)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Hand the wheel on to what scrolls, and take new parts in."""
        if event is None:
            return False
        if event.type() == QEvent.Type.Wheel and _is_quiet(watched):
            event.ignore()
            return True
        if event.type() == QEvent.Type.ChildPolished and isinstance(event, QChildEvent):
            child = event.child()
            if isinstance(child, QWidget):
                self._watch(child)
        return False

    def _watch(self, root: QWidget) -> None:
        for widget in (root, *root.findChildren(QWidget)):
            widget.installEventFilter(self)


def _is_quiet(watched: QObject | None) -> bool:
    if not isinstance(watched, _KINDS) or isinstance(watched, QScrollBar):
        return False
    return not watched.hasFocus()
