"""Tables for a terminal, columns under their headings, and for spreadsheets."""

import sys
from collections.abc import Collection, Sequence

from annotator.system.foreign_text import escaped


def aligned(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = ()
) -> list[str]:
    """Return the lines of a table, headings first, each column as wide as its widest cell.

    Parameters
    ----------
    headings
    rows
        Each with a cell for each heading.
    numbers
        The headings of columns that are aligned at their right.
    """
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if heading in numbers else cell.ljust(width)
            for heading, cell, width in zip(headings, row, widths, strict=True)
        ).rstrip()
        for row in (headings, *rows)
    ]


def text_cell(text: str) -> str:
    """Return a text for a table that is printed: no command to a terminal, else no formula."""
    from annotator.system.guarded_cells import guarded

    return escaped(text) if sys.stdout.isatty() else guarded(text)
