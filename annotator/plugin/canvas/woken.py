"""Qt's loop woken by signals: Python runs their handlers between two of its own steps only."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from qtpy.QtCore import QSocketNotifier


@contextmanager
def woken_by_signals() -> Iterator[None]:
    """Have Qt return to Python when a signal comes, for as long as the block lasts."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for end in (ours, theirs):
            end.setblocking(False)
        notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)  # type: ignore[call-overload]
        notifier.activated.connect(lambda *_: ours.recv(64))
        before = signal.set_wakeup_fd(theirs.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            notifier.setEnabled(False)
