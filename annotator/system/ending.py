"""Being asked to end: by a service manager, a job's time limit, a session or terminal that closes.

SIGTERM and SIGHUP would end a process where it stands. Here they do what Ctrl+C does: an exception
that rolls back a transaction and takes half-written files along.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
_OF_SIGNALS = 128  # what shells add to a signal's number
_A_MOMENT = 0.01  # seconds
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
        self.code = _OF_SIGNALS + number


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
    raiser = _Raiser()
    heard = handler or raiser

    def hear(number: int, _frame: FrameType | None) -> None:
        heard(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, hear)
    try:
        with raiser.insisting():
            yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def request_behind(error: BaseException) -> Ended | None:
    """Return the request to end that an error comes from, if there is one.

    A library that is asked while it is being imported says that it cannot be imported.
    """
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, Ended):
        seen = seen.__cause__ or seen.__context__
    return seen


class _Raiser:
    """Raises `Ended`, once for one request: not again while things are put away."""

    def __init__(self) -> None:
        self._last = -_ONE_REQUEST
        self._again: threading.Timer | None = None

    def __call__(self, number: int) -> None:
        now = monotonic()
        if now - self._last >= _ONE_REQUEST:
            self._last = now
            raise Ended(number)

    @contextmanager
    def insisting(self) -> Iterator[None]:
        """Raise it again, a moment later, where Python dropped it: as an object was deleted."""
        before = sys.unraisablehook

        def look(dropped: "sys.UnraisableHookArgs") -> None:
            if not isinstance(dropped.exc_value, Ended):
                before(dropped)
                return
            self._last = -_ONE_REQUEST
            number = dropped.exc_value.code - _OF_SIGNALS
            self._again = threading.Timer(_A_MOMENT, os.kill, (os.getpid(), number))
            self._again.daemon = True
            self._again.start()

        sys.unraisablehook = look
        try:
            yield
        finally:
            sys.unraisablehook = before
            if self._again is not None:
                self._again.cancel()
                self._again.join()  # while it is still heeded
