"""Plain text tables: one row a face, as landmark data sets are usually exchanged."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np

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
from annotator.release.formats.definition import BUFFER, Format
from annotator.release.number_text import as_numpy, rows_of_digits, rows_of_numbers
from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write one file for each kind of array and ``samples.csv``; rows correspond."""
    with ExitStack() as stack:

        def table(name: str, columns: Iterable[str]) -> IO[bytes]:
            stream = stack.enter_context((folder / name).open("xb", buffering=BUFFER))
            stream.write(csv_line(columns).encode())
            return stream

        landmarks = table(LANDMARKS, ["sample_id", *coordinates(layout)])
        predictions = table(PREDICTIONS, ["sample_id", *coordinates(layout)])
        visibility = table(VISIBILITY, ["sample_id", *vertices(layout)])
        rows = table(TABLE, COLUMNS)
        for block in blocks:
            ids = [row["sample_id"] for row in block.rows]
            placed, predicted = _coordinates(block)
            landmarks.writelines(_plain(ids, placed))
            predictions.writelines(_plain(ids, predicted))
            visibility.writelines(_plain(ids, rows_of_digits(block.visibility, b",")))
            rows.write("".join(sample_lines(block.rows)).encode())


def _coordinates(block: Block) -> tuple[list[bytes], list[bytes]]:
    """Return landmarks and predictions of each sample as text.

    What was accepted as it was predicted, to the bit, is made into text once.
    """
    placed, predicted = (
        np.ascontiguousarray(meshes, np.float32).reshape(len(block), -1)
        for meshes in (block.landmarks, block.predictions)
    )
    predictions = rows_of_numbers(predicted, as_numpy)
    moved = np.flatnonzero((placed.view(np.uint32) != predicted.view(np.uint32)).any(axis=1))
    landmarks = predictions.copy()
    for place, text in zip(moved.tolist(), rows_of_numbers(placed[moved], as_numpy), strict=True):
        landmarks[place] = text
    return landmarks, predictions


def _plain(ids: Sequence[int], rows: Sequence[bytes]) -> Iterator[bytes]:
    """Yield lines of cells that need no quotes: numbers after the number of their sample."""
    return (b"%d,%b\n" % line for line in zip(ids, rows, strict=True))


FORMAT = Format(
    "csv",
    "CSV tables",
    write,
    read,
    keeps="everything, landmarks and predictions to the last bit",
)
