"""Being asked to end: by a service manager, a job's time limit, a session or terminal that closes.

SIGTERM and SIGHUP would end a process where it stands. Here they do what Ctrl+C does: an exception
that rolls back a transaction and takes half-written files along.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
_ONE_REQUEST = 2.0  # seconds: whoever logs out has both signals sent


class Ended(BaseException):
    """The program was asked to end.

    Attributes
    ----------
    code
        What a shell expects of a program that a signal ended.
    """

    def __init__(self, number: int, remark: str = "what was finished is kept") -> None:
        super().__init__(f"ended by {signal.Signals(number).name}; {remark}")
        self.code = 128 + number


@contextmanager
def heeding(handler: Callable[[int], None] | None = None) -> Iterator[None]:
    """Do something for as long as the block lasts when the program is asked to end.

    What is ignored, as under nohup, stays ignored. Only the main thread can heed signals; in others
    this does nothing.

    Parameters
    ----------
    handler
        Called with the signal's number, between any two steps of the main thread; by default
        `Ended` is raised there.
    """
    heard = handler or _raiser()

    def hear(number: int, _frame: FrameType | None) -> None:
        heard(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, hear)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _raiser() -> Callable[[int], None]:
    """Return what raises `Ended`, once for one request: not again while things are put away."""
    last = -_ONE_REQUEST

    def end(number: int) -> None:
        nonlocal last
        now = monotonic()
        if now - last >= _ONE_REQUEST:
            last = now
            raise Ended(number)

    return end
