"""Lines of comma-separated values, in one way whatever version of Python writes them."""

import csv
from collections.abc import Iterable

_ENDED = "\r\n"


def csv_line(cells: Iterable[object]) -> str:
    """Return a line as RFC 4180 quotes it, but ended by a line feed alone.

    Python quotes a lone carriage return, which ends a line for many readers, from 3.13 on; before
    that, only where lines end with one. So they do, until the line is made.
    """
    (line,) = csv_lines([cells])
    return line


def csv_lines(rows: Iterable[Iterable[object]]) -> list[str]:
    """Return `csv_line` of each row, in less time than one by one."""
    lines = _Lines()
    csv.writer(lines, lineterminator=_ENDED).writerows(rows)
    return lines.all


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return the lines of all rows, the header among them; an empty text for none."""
    return "".join(csv_lines(rows))


class _Lines:
    """What Python writes rows to: a call for each."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def write(self, line: str) -> None:
        self.all.append(line.removesuffix(_ENDED) + "\n")
