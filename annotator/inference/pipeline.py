"""Predict many files: decode ahead with threads, keep the order and bound the memory."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import ImageError, read_image
from annotator.inference.results import FacePrediction, FileResult

_PIXELS = 24_000_000  # decoded at once by one thread; one larger image goes alone
_AHEAD = 2  # parts that wait, for each thread

PredictBatch = Callable[[Sequence[NDArray[np.uint8]]], list[list[FacePrediction]]]


def predict_files(
    predict_batch: PredictBatch, paths: Iterable[Path], workers: int | None, together: int
) -> Generator[FileResult, None, None]:
    """Yield the result of each file, in order.

    Every thread takes a part of the files, decodes them and predicts them in one batch: while
    one thread is at a net another one decodes, and all cores are busy without any hand-over
    of pixels between threads.

    Parameters
    ----------
    predict_batch
        Predicts decoded images.
    paths
        Consumed a few parts ahead of what was yielded.
    workers
        Threads; None is one for each core.
    together
        Files in a part.

    Raises
    ------
    ValueError
        If ``workers`` is less than 1.
    """
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 1:
        raise ValueError(f"expected at least one worker, but got {count}")
    return _in_order(predict_batch, _parts(iter(paths), together), count)


def _parts(paths: Iterator[Path], together: int) -> Iterator[list[Path]]:
    while part := list(islice(paths, together)):
        yield part


def _in_order(
    predict_batch: PredictBatch, parts: Iterator[list[Path]], count: int
) -> Generator[FileResult, None, None]:
    stop = Event()
    waiting: deque[Future[list[FileResult]]] = deque()
    with ThreadPoolExecutor(count, thread_name_prefix="predict") as executor:
        try:
            while True:
                for part in islice(parts, count * (1 + _AHEAD) - len(waiting)):
                    waiting.append(executor.submit(_predict_part, predict_batch, part, stop))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            stop.set()
            executor.shutdown(wait=True, cancel_futures=True)


def _predict_part(
    predict_batch: PredictBatch, paths: Sequence[Path], stop: Event
) -> list[FileResult]:
    """Return the results of a few files, decoding no more than fits the memory at once."""
    results: list[FileResult] = []
    read: list[tuple[Path, NDArray[np.uint8] | str]] = []
    for path in paths:
        if stop.is_set():
            break
        read.append((path, _read(path)))
        if sum(np.size(content) for _, content in read) >= 3 * _PIXELS:
            results += _predict_read(predict_batch, read)
            read = []
    return results + ([] if stop.is_set() else _predict_read(predict_batch, read))


def _predict_read(
    predict_batch: PredictBatch, read: Sequence[tuple[Path, NDArray[np.uint8] | str]]
) -> list[FileResult]:
    """Return the results of files that are read: an image, or the reason why not, each."""
    images = [content for _, content in read if not isinstance(content, str)]
    faces = iter(predict_batch(images))
    return [
        FileResult(path, 0, 0, (), content)
        if isinstance(content, str)
        else FileResult(path, content.shape[1], content.shape[0], tuple(next(faces)), None)
        for path, content in read
    ]


def _read(path: Path) -> NDArray[np.uint8] | str:
    try:
        return read_image(path)
    except ImageError as error:
        return str(error)
