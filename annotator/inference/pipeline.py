"""Look at many files: decode ahead with threads, keep the order and bound the memory."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from operator import methodcaller
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import MAX_PIXELS, Encoded, ImageError, Picture
from annotator.inference.budget import PixelBudget
from annotator.inference.results import FacePrediction, FileResult
from annotator.inference.runtime import NotFiniteError

_PIXELS = MAX_PIXELS  # decoded at once by all threads: no more than one image may have anyway
_AHEAD = 2  # parts that wait, for each thread

PredictBatch = Callable[[Sequence[Any]], list[list[FacePrediction]]]
Decoder = Callable[[Encoded], Any]
_Read = tuple[Picture, Any]  # with what the decoder gave, or the reason why it gave nothing
_T = TypeVar("_T")
_Item = TypeVar("_Item")


def predict_files(
    predict_batch: PredictBatch,
    paths: Iterable[Path | Picture],
    workers: int | None,
    together: int,
    decode: Decoder = methodcaller("decode"),
) -> Generator[FileResult, None, None]:
    """Yield the result of each file, in order.

    Every thread takes a part of the files, decodes them and predicts them in one batch: while
    one thread is at a net another one decodes, and all cores are busy without any hand-over
    of pixels between threads.

    Parameters
    ----------
    predict_batch
        Predicts decoded images; may raise ImageError if it looks at files again.
    paths
        Of files, or pictures; consumed a few parts ahead of what was yielded.
    workers
        Threads; None is one for each core.
    together
        Files in a part.
    decode
        Gives what ``predict_batch`` takes, with the photograph's ``shape``.

    Raises
    ------
    ValueError
        If ``workers`` is less than 1.
    """
    count = _checked(workers)
    pictures = (one if isinstance(one, Picture) else Picture(one) for one in paths)
    return _in_order(
        partial(_predict_part, predict_batch, decode), _parts(pictures, together), count
    )


def look_at_files(
    look: Callable[[_Item, NDArray[np.uint8]], _T],
    items: Iterable[tuple[Picture, _Item]],
    workers: int | None = None,
) -> Generator[_T | str, None, None]:
    """Yield what a function makes of each photograph, in order; a reason where there is none.

    Threads decode and look ahead, with no more pixels in memory than `predict_files` holds.

    Parameters
    ----------
    look
        Is given the item and the pixels, (height, width, 3) uint8 RGB upright; called on several
        threads. A photograph fails for which it raises ImageError or NotFiniteError.
    items
        Pictures, and what is to be known with each; consumed a few ahead of what was yielded.
    workers
        Threads; None is one for each core.

    Raises
    ------
    ValueError
        If ``workers`` is less than 1.
    """
    return _in_order(partial(_look_at_part, look), _parts(iter(items), 1), _checked(workers))


def _checked(workers: int | None) -> int:
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 1:
        raise ValueError(f"expected at least one worker, but got {count}")
    return count


def _parts(items: Iterator[_Item], together: int) -> Iterator[list[_Item]]:
    while part := list(islice(items, together)):
        yield part


def _in_order(
    work_on: Callable[[list[_Item], Event, PixelBudget], list[_T]],
    parts: Iterator[list[_Item]],
    count: int,
) -> Generator[_T, None, None]:
    """Yield what becomes of each part, in order; threads work a few parts ahead."""
    stop, budget = Event(), PixelBudget(_PIXELS)
    waiting: deque[Future[list[_T]]] = deque()
    with ThreadPoolExecutor(count, thread_name_prefix="predict") as executor:
        try:
            while True:
                for part in islice(parts, count * (1 + _AHEAD) - len(waiting)):
                    waiting.append(executor.submit(work_on, part, stop, budget))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            stop.set()
            executor.shutdown(wait=True, cancel_futures=True)


def _look_at_part(
    look: Callable[[_Item, NDArray[np.uint8]], _T],
    part: Sequence[tuple[Picture, _Item]],
    stop: Event,
    budget: PixelBudget,
) -> list[_T | str]:
    found: list[_T | str] = []
    for picture, item in part:
        if stop.is_set():
            break  # nobody waits for it any more
        loaded = _or_reason(picture.load)
        if isinstance(loaded, str):
            found.append(loaded)
            continue
        budget.take(loaded.pixels, wait=True)  # this thread holds none
        try:
            found.append(look(item, loaded.decode()))
        except (ImageError, NotFiniteError) as error:
            found.append(str(error))
        finally:
            budget.give_back(loaded.pixels)
    return found


def _predict_part(
    predict_batch: PredictBatch,
    decode: Decoder,
    pictures: Sequence[Picture],
    stop: Event,
    budget: PixelBudget,
) -> list[FileResult]:
    """Return the results of a few files, decoding no more than the budget has at once."""
    results: list[FileResult] = []
    read: list[_Read] = []
    held = 0
    try:
        for picture in pictures:
            if stop.is_set():
                return results  # which nobody waits for any more
            loaded = _or_reason(picture.load)
            if not isinstance(loaded, str):
                if not budget.take(loaded.pixels, wait=False):
                    # What is held is predicted and let go of first, so that no thread that
                    # holds pixels ever waits for one that does.
                    results += _predict_read(predict_batch, read)
                    read.clear()
                    budget.give_back(held)
                    held = 0
                    budget.take(loaded.pixels, wait=True)
                held += loaded.pixels
                read.append((picture, _or_reason(partial(decode, loaded))))
            else:
                read.append((picture, loaded))
        return results + _predict_read(predict_batch, read)
    finally:
        read.clear()
        budget.give_back(held)


def _predict_read(predict_batch: PredictBatch, read: Sequence[_Read]) -> list[FileResult]:
    """Return the results of files that are read: an image, or the reason why not, each."""
    images = [content for _, content in read if not isinstance(content, str)]
    try:
        faces = iter(predict_batch(images))
    except (NotFiniteError, ImageError) as error:
        if len(read) > 1:  # find out which
            return [result for one in read for result in _predict_read(predict_batch, [one])]
        return [FileResult(picture.path, 0, 0, (), str(error)) for picture, _ in read]
    return [
        FileResult(picture.path, 0, 0, (), content)
        if isinstance(content, str)
        else FileResult(picture.path, content.shape[1], content.shape[0], tuple(next(faces)), None)
        for picture, content in read
    ]


def _or_reason(read: Callable[[], _T]) -> _T | str:
    try:
        return read()
    except ImageError as error:
        return str(error)
