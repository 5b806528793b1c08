"""The cells and lines of CSV tables of samples; see `annotator.system.guarded_cells`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line, csv_lines
from annotator.system.guarded_cells import guarded

_TEXTS = frozenset(name for name, kind in COLUMNS.items() if kind == "text")
_BATCH = 1000  # lines in memory at once


def sample_lines(rows: Iterable[Mapping[str, Any]], *, guard: bool = True) -> list[str]:
    """Return the lines of samples, from their rows with the time as text.

    Parameters
    ----------
    rows
    guard
        False for what earlier versions wrote.
    """
    return csv_lines(map(_guarded_cells, rows) if guard else (row.values() for row in rows))


def table_lines(rows: Sequence[Mapping[str, Any]], *, guard: bool = True) -> Iterator[bytes]:
    """Yield the lines of ``samples.csv`` for some rows, whose columns are all the same."""
    columns = [name for name in COLUMNS if name in rows[0]]
    yield csv_line(columns).encode()
    for start in range(0, len(rows), _BATCH):
        some = ({name: row[name] for name in columns} for row in rows[start : start + _BATCH])
        yield from (line.encode() for line in sample_lines(some, guard=guard))


def _guarded_cells(row: Mapping[str, Any]) -> list[Any]:
    return [
        guarded(value) if name in _TEXTS and value is not None else value
        for name, value in row.items()
    ]
