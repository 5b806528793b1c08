"""Photographs ready before they are asked for: decoded ahead on threads, a few kept."""

from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import read_image

# Seven photographs of 12 megapixels (36 MB each), fewer of larger ones.
_CAPACITY = 7
_CAPACITY_BYTES = 300_000_000


class PhotographCache:
    """Decodes photographs on a background thread and keeps the last few.

    Use it from one thread only; call `close` when done.
    """

    # One thread: the likeliest photograph is wanted soon, not all of them at once.
    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photograph")
        self._futures: OrderedDict[Path, Future[NDArray[np.uint8]]] = OrderedDict()

    def get(self, path: Path) -> NDArray[np.uint8]:
        """Return a photograph, (H, W, 3) uint8 RGB, waiting for it if need be.

        Raises
        ------
        ImageError
            If it cannot be decoded.
        OSError
            If the file cannot be read.
        """
        # Whoever jumps does not wait for what was decoded ahead for another place.
        for queued in [p for p, f in self._futures.items() if f.cancel()]:
            del self._futures[queued]
        future = self._futures.get(path)
        if future is None:
            # Here, not after what the thread has begun: that may be another photograph.
            future = self._futures[path] = _decoded(path)
        self._futures.move_to_end(path)
        try:
            photograph = future.result()
        except (OSError, ValueError):
            # Not kept: the file may be back the next time it is asked for.
            self._futures.pop(path, None)
            raise
        self._drop_beyond_capacity()
        return photograph

    def prefetch(self, paths: Iterable[Path]) -> None:
        """Start decoding photographs that will probably be asked for next."""
        for path in paths:
            self._request(path)

    def close(self) -> None:
        """Drop everything and stop the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._futures.clear()

    def _request(self, path: Path) -> Future[NDArray[np.uint8]]:
        future = self._futures.get(path)
        if future is None or future.cancelled():
            future = self._futures[path] = self._pool.submit(read_image, path)
        self._futures.move_to_end(path)
        self._drop_beyond_capacity()
        return future

    def _drop_beyond_capacity(self) -> None:
        """Forget the photographs asked for longest ago; the latest stays whatever its size."""
        while len(self._futures) > 1 and (
            len(self._futures) > self._capacity or self._bytes() > _CAPACITY_BYTES
        ):
            _, oldest = self._futures.popitem(last=False)
            oldest.cancel()

    def _bytes(self) -> int:
        return sum(
            future.result().nbytes
            for future in self._futures.values()
            if future.done() and not future.cancelled() and future.exception() is None
        )


def _decoded(path: Path) -> Future[NDArray[np.uint8]]:
    """Decode a photograph on this thread."""
    future: Future[NDArray[np.uint8]] = Future()
    try:
        future.set_result(read_image(path))
    except (OSError, ValueError) as error:
        future.set_exception(error)
    return future
