"""A clip's frames taken apart into stretches, which are stored one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Frames = Iterator[tuple[int, Image]]

FRAMES_AT_ONCE = 128
"""What one transaction holds: a kill loses less than that."""

# So many new faces a frame there are never: no two faces of a clip get one number.
_NUMBERS_A_FRAME = 128


@dataclass(eq=False)
class Stretch:
    """Frames that are stored together: iterate over them once; those that are damaged are lacking.

    Attributes
    ----------
    start, stop
        The first frame, and the one after the last.
    before : (height, width, 3) uint8 or None
        The frame right before the first one.
    """

    start: int
    stop: int
    before: Image | None
    _frames: Frames
    _seen: int = 0

    def __iter__(self) -> Frames:
        for number, image in self._frames:
            self._seen += 1
            yield number, image

    @property
    def damaged(self) -> int:
        """How many could not be decoded, once all were iterated over."""
        return self.stop - self.start - self._seen

    @property
    def first_identity(self) -> int:
        """What new faces are numbered from, greater than all numbers of stretches before."""
        return self.start * _NUMBERS_A_FRAME


def stretches(frames: Frames, start: int, total: int) -> Iterator[Stretch]:
    """Take frames apart at multiples of `FRAMES_AT_ONCE`; iterate over each before the next.

    Parameters
    ----------
    frames
        From ``start - 1`` on, so that what comes before the first stretch is known as well.
    start
        The first frame of the first stretch.
    total
        How many frames the clip has: stretches without any that could be decoded count as well.
    """
    source = _Source(frames)
    for _ in source.until(start):
        pass
    while start < total:
        stop = min((start // FRAMES_AT_ONCE + 1) * FRAMES_AT_ONCE, total)
        yield Stretch(start, stop, source.last_if(start - 1), source.until(stop))
        start = stop


class _Source:
    """Frames of which the next one is known before it is asked for."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._last: tuple[int, Image] | None = None
        self._next = next(frames, None)

    def until(self, stop: int) -> Frames:
        while self._next is not None and self._next[0] < stop:
            self._last = self._next
            yield self._last
            self._next = next(self._frames, None)

    def last_if(self, number: int) -> Image | None:
        """Return the image yielded last, if it is the frame of a number."""
        return None if self._last is None or self._last[0] != number else self._last[1]
