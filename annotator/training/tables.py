"""Tables that people hand to a run, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Collection
from io import TextIOWrapper
from pathlib import Path

from annotator.system.regular import open_regular

UNREADABLE = (OSError, ValueError, csv.Error)
"""What `read_table` may raise."""


def read_table(path: Path, columns: Collection[str]) -> list[dict[str, str]]:
    """Return the rows of a CSV file by the names in its header.

    Parameters
    ----------
    path
    columns
        That it must have; there may be more.

    Raises
    ------
    OSError
        If there is no such file, it cannot be read, or it is a pipe, a device or a folder: it says
        so at once.
    ValueError, csv.Error
        If it is no CSV in UTF-8, or lacks a column.
    """
    with TextIOWrapper(open_regular(path), "utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        missing = [name for name in columns if name not in (rows.fieldnames or ())]
        if missing:
            raise ValueError(f"its header has no {', '.join(missing)}")
        return list(rows)
