"""The end of a dock: when napari's window closes, when the dock is closed alone, when all quits."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QApplication, QWidget

from annotator.plugin.menu.closing import Closing, may_close
from annotator.workbench.workbench import Workbench


class DockLife(QObject):
    """Ends what a dock does, once, whichever way it is closed.

    Parameters
    ----------
    dock : QWidget
    workbench : Workbench
    closing : Closing
        Says when napari has to ask before its window closes.
    end : callable
        Stops threads and gives viewer, keys and mouse back.
    clear : callable
        Takes the dock's layers out of a viewer that stays open.
    """

    def __init__(
        self,
        dock: QWidget,
        workbench: Workbench,
        closing: Closing,
        end: Callable[[], None],
        clear: Callable[[], None],
    ) -> None:
        super().__init__(dock)
        self._dock = dock
        self._workbench = workbench
        self._closing = closing
        closing.after = self.shut_down_if_closed
        self._end = end
        self._clear = clear
        self._is_over = False
        dock.installEventFilter(self)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut_down)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Hear that the dock is shown, taken out of its window, or that the window closes."""
        if event is None:
            return False
        if watched is self._dock:
            return self._of_dock(event)
        if event.type() != QEvent.Type.Close or watched is not self._dock.window():
            return False
        # Keep napari's window open while strokes are not saved, if the annotator says so.
        if not may_close(self._workbench, self._dock):
            event.ignore()
            return True
        if self._closing.is_instead(event):
            return True
        # napari may still ask and stay open: look again when it has decided.
        QTimer.singleShot(0, self.shut_down_if_closed)
        return False

    def shut_down(self) -> None:
        """End what the dock does; once."""
        if not self._is_over:
            self._is_over = True
            self._closing.close()
            self._end()

    def shut_down_if_closed(self) -> None:
        """End what the dock does if its window is gone."""
        window = self._dock.window()
        if window is None or not window.isVisible():
            self.shut_down()

    def _of_dock(self, event: QEvent) -> bool:
        window = self._dock.window()
        if event.type() == QEvent.Type.Show and window is not None:
            # Qt does not tell the docks in a window that it closes.
            window.installEventFilter(self)
        elif event.type() == QEvent.Type.ParentChange and not self._dock.parent():
            # napari takes the parent of a dock away that is closed by itself.
            may_close(self._workbench, None)
            self.shut_down()
            self._clear()
        return False
