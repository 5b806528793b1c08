"""Python's garbage collector, kept from looking through what stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Import large libraries without looking for garbage meanwhile.

    Importing makes hundreds of thousands of objects that all stay. The collector looks through
    them again and again, which takes a sixth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
