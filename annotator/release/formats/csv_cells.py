"""The cells and lines of CSV tables of samples; see `annotator.system.guarded_cells`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line
from annotator.system.guarded_cells import guarded


def sample_line(row: Mapping[str, Any], *, guard: bool = True) -> str:
    """Return the line of a sample, from its row with the time as text.

    Parameters
    ----------
    row
    guard
        False for what earlier versions wrote.
    """
    return csv_line(
        guarded(value) if guard and COLUMNS[name] == "text" and value is not None else value
        for name, value in row.items()
    )


def table_lines(rows: Sequence[Mapping[str, Any]], *, guard: bool = True) -> Iterator[bytes]:
    """Yield the lines of ``samples.csv`` for some rows, whose columns are all the same."""
    columns = [name for name in COLUMNS if name in rows[0]]
    yield csv_line(columns).encode()
    for row in rows:
        yield sample_line({name: row[name] for name in columns}, guard=guard).encode()
