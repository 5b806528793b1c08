"""Lines of comma-separated values, in one way whatever version of Python writes them."""

import csv
import io
from collections.abc import Iterable

_ENDED = "\r\n"


def csv_line(cells: Iterable[object]) -> str:
    """Return a line as RFC 4180 quotes it, but ended by a line feed alone.

    Python quotes a lone carriage return, which ends a line for many readers, from 3.13 on; before
    that, only where lines end with one. So they do, until the line is made.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=_ENDED).writerow(cells)
    return text.getvalue().removesuffix(_ENDED) + "\n"


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return the lines of all rows, the header among them; an empty text for none."""
    return "".join(map(csv_line, rows))
