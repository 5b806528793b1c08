"""Plain text tables: one row a face, as landmark data sets are usually exchanged."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats.csv_cells import sample_lines
from annotator.release.formats.csv_reading import (
    LANDMARKS,
    PREDICTIONS,
    TABLE,
    VISIBILITY,
    coordinates,
    read,
    vertices,
)
from annotator.release.formats.definition import Format
from annotator.release.number_text import as_numpy, rows_of_digits, rows_of_numbers
from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write one file for each kind of array and ``samples.csv``; rows correspond."""
    with ExitStack() as stack:

        def table(name: str, columns: Iterable[str]) -> IO[bytes]:
            stream = stack.enter_context((folder / name).open("xb"))
            stream.write(csv_line(columns).encode())
            return stream

        landmarks = table(LANDMARKS, ["sample_id", *coordinates(layout)])
        predictions = table(PREDICTIONS, ["sample_id", *coordinates(layout)])
        visibility = table(VISIBILITY, ["sample_id", *vertices(layout)])
        rows = table(TABLE, COLUMNS)
        for block in blocks:
            ids, flat = [row["sample_id"] for row in block.rows], (len(block), -1)
            for stream, meshes in ((landmarks, block.landmarks), (predictions, block.predictions)):
                stream.write(_plain(ids, rows_of_numbers(meshes.reshape(flat), as_numpy)))
            visibility.write(_plain(ids, rows_of_digits(block.visibility, b",")))
            rows.write("".join(sample_lines(block.rows)).encode())


def _plain(ids: Sequence[int], rows: Sequence[bytes]) -> bytes:
    """Return lines of cells that need no quotes: numbers after the number of their sample."""
    return b"".join(b"%d,%b\n" % line for line in zip(ids, rows, strict=True))


FORMAT = Format(
    "csv",
    "CSV tables",
    write,
    read,
    keeps="everything, landmarks and predictions to the last bit",
)
