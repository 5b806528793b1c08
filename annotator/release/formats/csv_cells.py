"""The cells of CSV tables, of which spreadsheets make nothing but text and numbers.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, whatever
quotes are around it, and names of files and people are anybody's. Such a text is written with an
apostrophe before it, which spreadsheets take for "this is text". So is a text that begins with an
apostrophe, so that taking one away always gives back what was meant.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line

MARK = "'"
# Of a formula: also in full width, as some keyboards write them, and after what is passed over.
_BEGINNINGS = tuple("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return MARK + text if text.startswith(_BEGINNINGS) else text


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
