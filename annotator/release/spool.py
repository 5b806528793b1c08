"""What waits on the disk, and not in memory, until it can be written where it belongs.

A spool's files have no names where the system has such files. Nothing is left of them, not even by
a program that is killed.
"""

import heapq
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

_RUN = 16_384  # entries sorted in memory at once


class Spool:
    """Values that JSON can hold; iterating gives them back in order, as often as need be."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        return map(json.loads, self._file)

    def append(self, value: object) -> None:
        """Add a value behind the others, before any is read."""
        self._file.write(json.dumps(value) + "\n")


class SortedSpool:
    """Values that JSON can hold; iterating gives them back in the order of their keys.

    Values of one key stay in the order in which they were added. Keys are all numbers or all text.
    """

    def __init__(self, new_spool: Callable[[], Spool], run: int) -> None:
        self._new_spool = new_spool
        self._run = run
        self._recent: list[tuple[int | str, object]] = []
        self._runs: list[Spool] = []

    def __iter__(self) -> Iterator[Any]:
        by_key = itemgetter(0)
        runs: list[Iterable[Any]] = [*self._runs, sorted(self._recent, key=by_key)]
        return map(itemgetter(1), heapq.merge(*runs, key=by_key))

    def add(self, key: int | str, value: object) -> None:
        """Add a value, before any is read."""
        self._recent.append((key, value))
        if len(self._recent) == self._run:
            spool = self._new_spool()
            for entry in sorted(self._recent, key=itemgetter(0)):
                spool.append(entry)
            self._runs.append(spool)
            self._recent.clear()


@contextmanager
def spooled(folder: Path) -> Iterator[Spool]:
    """Give a spool on the disk that a folder is on, for as long as the block lasts."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder) as file:
        yield Spool(file)


@contextmanager
def sorted_spool(folder: Path, *, run: int = _RUN) -> Iterator[SortedSpool]:
    """Give the same for values that are sorted, at most `run` of them in memory."""
    with ExitStack() as stack:
        yield SortedSpool(lambda: stack.enter_context(spooled(folder)), run)
