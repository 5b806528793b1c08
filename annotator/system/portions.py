"""Much work in portions, between which others get their turn."""

from collections.abc import Iterator, Sequence
from time import monotonic, sleep
from typing import TypeVar

_Value = TypeVar("_Value")

_LONGEST_PAUSE = 0.1  # seconds


def portions(values: Sequence[_Value], size: int = 100) -> Iterator[Sequence[_Value]]:
    """Yield the values in order, at most `size` at a time, and rest between them.

    What is done with a portion is followed by a pause as long as it took, of a tenth of a second at
    most: who waits for the same database has as much of it meanwhile.
    """
    began = monotonic()
    for start in range(0, len(values), size):
        if start:
            rest_after(began)
            began = monotonic()
        yield values[start : start + size]


def rest_after(began: float) -> None:
    """Pause for as long as it is since a time of `time.monotonic`, a tenth of a second at most."""
    sleep(min(_LONGEST_PAUSE, monotonic() - began))
