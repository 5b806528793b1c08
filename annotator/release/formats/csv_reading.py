"""Reading CSV tables back, line by line, each compared with its sample.

A parser of any CSV guesses: what a missing cell is, what a number, what a quote begins. Here every
line is known but for its numbers, and what is anything else is refused.
"""

from collections.abc import Iterator
from io import BufferedReader
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.errors import DamagedRelease
from annotator.release.formats.csv_cells import table_lines
from annotator.release.formats.definition import Rows
from annotator.release.glances import Room, kept
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes, all_visible
from annotator.system.csv_text import csv_line

LANDMARKS = "landmarks.csv"
PREDICTIONS = "predictions.csv"
VISIBILITY = "visibility.csv"
TABLE = "samples.csv"

_CELL = 32  # characters at most
_OF_NUMBERS = b"0123456789.-+e"
_VISIBILITIES = frozenset({b"0", b"1", b"2"})


def coordinates(layout: MeshLayout) -> list[str]:
    """Return the columns of landmarks."""
    return [f"{axis}{vertex}" for vertex in range(layout.count) for axis in "xyz"]


def vertices(layout: MeshLayout) -> list[str]:
    """Return the columns of visibility."""
    return [f"v{vertex}" for vertex in range(layout.count)]


def read(files: ListedFiles, layout: MeshLayout, rows: Rows, room: Room = kept) -> Meshes:
    """Return what was written; releases of earlier versions say nothing about visibility."""
    _check_table(files, rows)
    landmarks, predictions = (
        _Wide(files, name, coordinates(layout), rows).points(room, layout.count)
        for name in (LANDMARKS, PREDICTIONS)
    )
    if VISIBILITY not in files:
        return Meshes(landmarks, predictions, all_visible(rows, layout, room))
    visibility = _Wide(files, VISIBILITY, vertices(layout), rows).visibility(room)
    return Meshes(landmarks, predictions, visibility)


class _Wide:
    """A table of numbers: a header, then a line a sample, which begins with its number."""

    def __init__(self, files: ListedFiles, name: str, columns: list[str], rows: Rows) -> None:
        self._files, self._name, self._rows = files, name, rows
        self._header = csv_line(["sample_id", *columns]).encode()
        self._count = len(columns)
        self._longest = _CELL * (len(columns) + 1)

    def points(self, room: Room, count: int) -> Any:
        """Return all of them, so many points a sample."""
        table = room((len(self._rows), count, 3), np.float32)
        for index, cells in enumerate(self._lines()):
            table[index] = self._points(cells, index + 2).reshape(count, 3)
        return table

    def visibility(self, room: Room) -> Any:
        """Return all of them, where they are visibility."""
        table = room((len(self._rows), self._count), np.uint8)
        for index, cells in enumerate(self._lines()):
            if others := set(cells) - _VISIBILITIES:
                said = min(others)[:20].decode("ascii", "replace")
                raise self._damaged(
                    index + 2, f"holds {said!a}: expected visibility 0, 1 or 2 of every vertex"
                )
            table[index] = np.array(cells, "S1").astype(np.uint8)
        return table

    def _lines(self) -> Iterator[list[bytes]]:
        """Yield the cells of every sample."""
        largest = len(self._header) + self._longest * len(self._rows)
        with self._files.open(self._name, largest) as stream:
            if stream.readline(len(self._header)) != self._header:
                raise self._damaged(1, "is not the header of such a table")
            for number, row in enumerate(self._rows, start=2):
                sample, *cells = self._cells(stream, number)
                if sample != str(row["sample_id"]).encode():
                    raise self._damaged(number, "is of another sample than in the manifest")
                yield cells
            if stream.read(1):
                raise self._damaged(len(self._rows) + 2, "is one too many")

    def _cells(self, stream: BufferedReader, number: int) -> list[bytes]:
        text = stream.readline(self._longest)
        if not text.endswith(b"\n"):
            raise self._damaged(number, "is cut off, or too long" if text else "is missing")
        cells = text[:-1].split(b",")
        if len(cells) != self._count + 1:
            raise self._damaged(number, f"has {len(cells)} cells and not {self._count + 1}")
        return cells

    def _points(self, cells: list[bytes], number: int) -> NDArray[np.float32]:
        no_number = self._damaged(number, "holds what is no number, or NaN or infinite")
        if b"".join(cells).translate(None, _OF_NUMBERS):
            raise no_number
        try:
            values = np.fromiter(map(float, cells), np.float64, self._count)
        except ValueError as error:
            raise no_number from error
        with np.errstate(over="ignore"):
            points = values.astype(np.float32)
        if not np.isfinite(points).all():
            raise no_number
        return points

    def _damaged(self, number: int, what: str) -> DamagedRelease:
        return self._files.damaged(self._name, f"is damaged: line {number} {what}")


def _check_table(files: ListedFiles, rows: Rows) -> None:
    """Compare the table of samples with what is written of such rows."""
    largest = sum(map(len, table_lines(rows)))
    with files.open(TABLE, largest) as stream:
        number = _first_other_line(stream, rows, guard=True)
        if number is not None and _first_other_line(stream, rows, guard=False) is not None:
            raise files.damaged(TABLE, f"is another table than the manifest's, in row {number}")


def _first_other_line(stream: BufferedReader, rows: Rows, *, guard: bool) -> int | None:
    """Return in which row a table is another one, 0 for the header, None for nowhere."""
    stream.seek(0)
    for number, expected in enumerate(table_lines(rows, guard=guard)):
        if stream.read(len(expected)) != expected:
            return number
    return len(rows) + 1 if stream.read(1) else None
