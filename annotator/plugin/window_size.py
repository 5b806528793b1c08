"""How large napari's window is at first, and how wide the dock in it."""

from napari.settings import get_settings
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

# Of the screen without its panels; the window's own frame needs some of the rest.
_SHARE = 0.94
# The dock takes this share of a window, within limits in pixels.
_DOCK_SHARE, _DOCK_LEAST, _DOCK_MOST = 0.22, 340, 440


def make_room(dock: QWidget) -> None:
    """Give a dock's window most of the screen, unless napari remembers a size for it.

    Work on a face needs all the room there is, and nobody has chosen another size yet.
    """
    window, holder = dock.window(), holder_of(dock)
    if not isinstance(window, QMainWindow):
        return
    application = get_settings().application
    screen = window.screen()
    if screen is not None and not (application.window_size or application.window_maximized):
        free = screen.availableGeometry()
        size = free.size() * _SHARE
        window.resize(size)
        window.move(
            free.x() + (free.width() - size.width()) // 2,
            free.y() + (free.height() - size.height()) // 3,
        )
    if holder is not None:
        width = min(max(round(_DOCK_SHARE * window.width()), _DOCK_LEAST), _DOCK_MOST)
        window.resizeDocks([holder], [width], Qt.Orientation.Horizontal)


def holder_of(dock: QWidget) -> QDockWidget | None:
    """Return what holds a dock's widget in the window."""
    parent = dock.parentWidget()
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parentWidget()
    return parent
