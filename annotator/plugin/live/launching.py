"""Opens the live window, and returns when it is closed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from qtpy.QtCore import QEventLoop, QTimer
from qtpy.QtWidgets import QApplication

from annotator.plugin.canvas.woken import woken_by_signals
from annotator.plugin.live.live_window import LiveWindow
from annotator.system.ending import Ended, heeding
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.live_session import LiveParts, LiveSession, LiveWishes


class _Closing:
    """Closes a window when a signal asks for it, once what is being done is done."""

    def __init__(self, window: LiveWindow) -> None:
        self._window = window
        self.number = 0

    def __call__(self, number: int, _frame: FrameType | None = None) -> None:
        if not self.number:
            self.number = number
            QTimer.singleShot(0, self._close)

    def _close(self) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            dialog.close()
        self._window.close()


def show_live(parts: LiveParts, look: LiveLook, wishes: LiveWishes) -> LiveSession:
    """Show live pictures until the window is closed; return what ran in it, ended.

    Raises
    ------
    Ended, KeyboardInterrupt
        After the window was closed, if a signal asked for that.
    """
    _app = QApplication.instance() or QApplication(["facemesh-annotator"])  # kept until the end
    window, loop = LiveWindow(parts, look, wishes), QEventLoop()
    window.closed.connect(loop.quit)
    closing = _Closing(window)
    try:
        with heeding(closing), _interrupts_heard_by(closing), woken_by_signals():
            window.start()
            loop.exec()
    finally:
        window.close()
    if closing.number == signal.SIGINT:
        raise KeyboardInterrupt
    if closing.number:
        raise Ended(closing.number)
    return window.session


@contextmanager
def _interrupts_heard_by(closing: _Closing) -> Iterator[None]:
    """Have Ctrl+C close the window: an exception in the middle of Qt's work would abort it."""
    before = signal.signal(signal.SIGINT, closing)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
