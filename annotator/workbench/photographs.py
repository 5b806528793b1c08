"""Photographs ready before they are asked for: decoded ahead on threads, a few kept."""

from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import ImageError, Picture
from annotator.system.hashing import FileStamp

# Seven photographs of 12 megapixels (36 MB each), fewer of larger ones.
_CAPACITY = 7
_CAPACITY_BYTES = 300_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A decoded picture, and what its file was known by before and after it was read.

    Attributes
    ----------
    pixels : (H, W, 3) uint8
        RGB, upright.
    stamp
        Of the file that held these pixels.
    note
        What is to be told of how they came about, such as how deep the file's values are.
    """

    pixels: NDArray[np.uint8]
    stamp: FileStamp
    note: str = ""


# What a file holds may change while its name stays: only both together name one photograph. None
# stands for a file that is not there.
_Key = tuple[Picture, FileStamp | None]


class PhotographCache:
    """Decodes photographs on a background thread and keeps the last few.

    What was read before a file changed is never handed out after it. Use it from one thread
    only; call `close` when done.
    """

    # One thread: the likeliest photograph is wanted soon, not all of them at once.
    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photograph")
        self._futures: OrderedDict[_Key, Future[Photograph]] = OrderedDict()

    def get(self, picture: Picture) -> Photograph:
        """Return a picture as its file holds it now, waiting for it if need be.

        Raises
        ------
        ImageError
            If it cannot be read or decoded, or changes meanwhile.
        """
        # Whoever jumps does not wait for what was decoded ahead for another place.
        for queued in [key for key, future in self._futures.items() if future.cancel()]:
            del self._futures[queued]
        key = picture, picture.stamp_if_there()
        future = self._futures.get(key)
        if future is None:
            # Here, not after what the thread has begun: that may be another photograph.
            future = self._futures[key] = _decoded(key)
        self._futures.move_to_end(key)
        try:
            photograph = future.result()
        except (OSError, ValueError):
            # Not kept: the file may be back the next time it is asked for.
            self._futures.pop(key, None)
            raise
        self._drop_beyond_capacity()
        return photograph

    def prefetch(self, pictures: Iterable[Picture]) -> None:
        """Start decoding pictures that will probably be asked for next."""
        for picture in pictures:
            self._request((picture, picture.stamp_if_there()))

    def close(self) -> None:
        """Drop everything and stop the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._futures.clear()

    def _request(self, key: _Key) -> None:
        future = self._futures.get(key)
        if future is None or future.cancelled():
            self._futures[key] = self._pool.submit(_read, key)
        self._futures.move_to_end(key)
        self._drop_beyond_capacity()

    def _drop_beyond_capacity(self) -> None:
        """Forget the photographs asked for longest ago; the latest stays whatever its size."""
        while len(self._futures) > 1 and (
            len(self._futures) > self._capacity or self._bytes() > _CAPACITY_BYTES
        ):
            _, oldest = self._futures.popitem(last=False)
            oldest.cancel()

    def _bytes(self) -> int:
        return sum(
            future.result().pixels.nbytes
            for future in self._futures.values()
            if future.done() and not future.cancelled() and future.exception() is None
        )


def _decoded(key: _Key) -> Future[Photograph]:
    """Decode a photograph on this thread."""
    future: Future[Photograph] = Future()
    try:
        future.set_result(_read(key))
    except (OSError, ValueError) as error:
        future.set_exception(error)
    return future


def _read(key: _Key) -> Photograph:
    """Read the pixels that a file held under its stamp, or raise ImageError."""
    picture, stamp = key
    pixels, note = picture.read_noted()
    if stamp is None or picture.stamp_if_there() != stamp:
        raise ImageError("the file changed while it was being read")
    return Photograph(pixels, stamp, note)
