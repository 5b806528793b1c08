"""What waits on the disk, and not in memory, until it can be written where it belongs.

A spool's files have no names where the system has such files. Nothing is left of them, not even by
a program that is killed.
"""

import heapq
import json
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import orjson

_RUN = 16_384  # entries sorted in memory at once
_BATCH = 1000  # values as text in memory at once
_CHUNK = 1 << 20

_PLAIN = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
).encode
_KINDS = frozenset({str, int, float, type(None)})
_LEAST, _MOST = 1.1e-4, 1e15  # of numbers that Python and orjson write alike, with room


def compact(value: object) -> str:
    """Return a value as Python's JSON has it, with sorted keys and without blanks or line feeds.

    What is flat, as the row of a sample, orjson writes, in a tenth of the time: to the same text,
    but for very small and very large numbers, which are left to Python.
    """
    if type(value) is dict and _odd_cells(value.values()) == set():
        return _flat(value)
    return _PLAIN(value)


def _compacted(values: Sequence[object]) -> Iterable[str]:
    """Return `compact` of each value; rows are looked at all at once, in half the time."""
    if set(map(type, values)) != {dict}:
        return map(compact, values)
    rows: Sequence[Any] = values
    odd = _odd_cells(list(chain.from_iterable(map(dict.values, rows))))
    if odd is None:
        return map(compact, rows)
    return (_flat(row) if odd.isdisjoint(row.values()) else _PLAIN(row) for row in rows)


def _flat(value: dict[str, Any]) -> str:
    """Return `compact` of a dictionary that has no `_odd_cells`."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # text that is none, or a number of more than 64 bits
        return _PLAIN(value)


def _odd_cells(cells: Collection[Any]) -> set[float] | None:
    """Return the numbers that orjson may write otherwise; None where it is not given all cells."""
    if not set(map(type, cells)) <= _KINDS:
        return None
    return {cell for cell in cells if type(cell) is float and not _is_written_alike(cell)}


def _is_written_alike(number: float) -> bool:
    return _LEAST <= abs(number) <= _MOST or number == 0


class Spool:
    """Values that JSON can hold; iterating gives them back in order, as often as need be."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        return map(json.loads, self._file)

    def extend(self, values: Iterable[object]) -> None:
        """Add values behind the others, before any is read."""
        remaining = iter(values)
        while some := list(islice(remaining, _BATCH)):
            self._file.write("".join(f"{text}\n" for text in _compacted(some)).encode())

    def texts(self, between: bytes) -> Iterator[bytes]:
        """Yield all values as `compact` has them, with something between two, in large pieces."""
        self._file.seek(0)
        held = b""
        while chunk := self._file.read(_CHUNK):
            yield held
            whole = chunk.removesuffix(b"\n")
            yield whole.replace(b"\n", between)
            held = between if len(whole) < len(chunk) else b""


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
            in_order: list[tuple[int | str, object]] = sorted(self._recent, key=itemgetter(0))
            spool.extend(in_order)
            self._runs.append(spool)
            self._recent.clear()


@contextmanager
def spooled(folder: Path) -> Iterator[Spool]:
    """Give a spool on the disk that a folder is on, for as long as the block lasts."""
    with tempfile.TemporaryFile(dir=folder) as file:
        yield Spool(file)


@contextmanager
def sorted_spool(folder: Path, *, run: int = _RUN) -> Iterator[SortedSpool]:
    """Give the same for values that are sorted, at most `run` of them in memory."""
    with ExitStack() as stack:
        yield SortedSpool(lambda: stack.enter_context(spooled(folder)), run)
