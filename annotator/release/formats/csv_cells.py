"""The cells and lines of CSV tables of samples; see `annotator.system.guarded_cells`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line, csv_lines
from annotator.system.guarded_cells import guarded

_TEXTS = frozenset(name for name, kind in COLUMNS.items() if kind == "text")
_BATCH = 1000  # lines in memory at once


def sample_lines(rows: Sequence[Mapping[str, Any]], *, guard: bool = True) -> list[str]:
    """Return the lines of samples, from their rows with the time as text.

    Parameters
    ----------
    rows
        All with the same columns, in the same order.
    guard
        False for what earlier versions wrote.
    """
    if not guard or not rows:
        return csv_lines(row.values() for row in rows)
    columns = zip(*(row.values() for row in rows), strict=True)
    guarded_columns = [
        _guarded(values) if name in _TEXTS else values
        for name, values in zip(rows[0], columns, strict=True)
    ]
    return csv_lines(zip(*guarded_columns, strict=True))


def table_lines(rows: Sequence[Mapping[str, Any]], *, guard: bool = True) -> Iterator[bytes]:
    """Yield the lines of ``samples.csv`` for some rows, whose columns are all the same."""
    columns = [name for name in COLUMNS if name in rows[0]]
    yield csv_line(columns).encode()
    for start in range(0, len(rows), _BATCH):
        some = [{name: row[name] for name in columns} for row in rows[start : start + _BATCH]]
        yield from (line.encode() for line in sample_lines(some, guard=guard))


def _guarded(values: Sequence[str | None]) -> Sequence[str | None]:
    """Return a column of texts guarded; what is not known stays so."""
    cells = {text: None if text is None else guarded(text) for text in set(values)}
    return [cells[text] for text in values]
