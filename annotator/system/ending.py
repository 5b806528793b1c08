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
    insistence = _Insistence(dropped=raiser.forget)

    def hear(number: int, _frame: FrameType | None) -> None:
        if insistence.hears():
            heard(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, hear)
    try:
        with insistence.lasting():
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

    def __call__(self, number: int) -> None:
        now = monotonic()
        if now - self._last >= _ONE_REQUEST:
            self._last = now
            raise Ended(number)

    def forget(self) -> None:
        """Take what comes next for another request."""
        self._last = -_ONE_REQUEST


class _Insistence:
    """Sends a signal again, a moment later, where Python dropped what was raised at the first.

    It drops what is raised as an object is deleted.
    """

    def __init__(self, dropped: Callable[[], None]) -> None:
        self._dropped = dropped
        self._looking = False
        self._heard = threading.Event()
        self._sender: threading.Thread | None = None

    def hears(self) -> bool:
        """Return whether a signal that came may raise: not where that would be dropped as well."""
        if self._looking:
            return False
        self._heard.set()
        return True

    @contextmanager
    def lasting(self) -> Iterator[None]:
        """Look, for as long as the block lasts, for what Python dropped."""
        before = sys.unraisablehook

        def look(dropped: "sys.UnraisableHookArgs") -> None:
            if not isinstance(dropped.exc_value, Ended):
                before(dropped)
                return
            self._looking = True
            try:
                self._send(dropped.exc_value.code - _OF_SIGNALS)
            finally:
                self._looking = False

        sys.unraisablehook = look
        try:
            yield
        finally:
            sys.unraisablehook = before
            self._heard.set()
            if self._sender is not None:
                self._sender.join()  # while signals are still heeded

    def _send(self, number: int) -> None:
        heard = self._heard = threading.Event()

        def send() -> None:
            while not heard.wait(_A_MOMENT):
                os.kill(os.getpid(), number)

        self._dropped()
        self._sender = threading.Thread(target=send, daemon=True)
        self._sender.start()
