"""What an iterator yields, made ahead on a thread of its own."""

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

_DEPTH = 4
_LOOK_UP = 0.1  # seconds between looks whether anybody still wants more

T = TypeVar("T")


def ahead(items: Iterator[T], depth: int = _DEPTH) -> Generator[T, None, None]:
    """Yield what an iterator yields while the next are made, at most `depth` of them in store.

    What it raises is raised here. The thread begins with the first item that is asked for, and ends
    before this generator does, whether it is exhausted, closed or dropped.

    Parameters
    ----------
    items
        Used on the other thread alone from then on.
    depth
        How many are held at once.
    """
    store: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)
    unwanted = threading.Event()
    thread = threading.Thread(
        target=_make, args=(items, store, unwanted), name="decode ahead", daemon=True
    )
    thread.start()
    try:
        while True:
            is_item, made = store.get()
            if is_item:
                yield made  # type: ignore[misc]
            elif isinstance(made, BaseException):
                raise made
            else:
                return
    finally:
        unwanted.set()
        thread.join()


def _make(
    items: Iterator[T],
    store: "queue.Queue[tuple[bool, T | BaseException | None]]",
    unwanted: threading.Event,
) -> None:
    end: BaseException | None = None
    try:
        for item in items:
            if not _put(store, (True, item), unwanted):
                break
    except (OSError, ValueError, RuntimeError, MemoryError, ArithmeticError, LookupError) as error:
        end = error
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()
    _put(store, (False, end), unwanted)


def _put(
    store: "queue.Queue[tuple[bool, T | BaseException | None]]",
    made: "tuple[bool, T | BaseException | None]",
    unwanted: threading.Event,
) -> bool:
    """Put something into store once there is room; return False if nobody wants it any more."""
    while not unwanted.is_set():
        try:
            store.put(made, timeout=_LOOK_UP)
        except queue.Full:
            continue
        return True
    return False
