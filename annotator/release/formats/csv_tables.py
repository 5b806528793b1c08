"""Plain text tables: one row a face, as landmark data sets are usually exchanged."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats.csv_cells import sample_line
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
from annotator.release.rows import COLUMNS
from annotator.system.csv_text import csv_line


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write one file for each kind of array and ``samples.csv``; rows correspond."""
    with ExitStack() as stack:

        def table(name: str, columns: Iterable[str]) -> TextIO:
            path = folder / name
            stream = stack.enter_context(path.open("x", encoding="utf-8", newline=""))
            stream.write(csv_line(columns))
            return stream

        landmarks = table(LANDMARKS, ["sample_id", *coordinates(layout)])
        predictions = table(PREDICTIONS, ["sample_id", *coordinates(layout)])
        visibility = table(VISIBILITY, ["sample_id", *vertices(layout)])
        rows = table(TABLE, COLUMNS)
        for block in blocks:
            for face in block.faces():
                number = str(face.row["sample_id"])
                landmarks.write(_plain([number, *_shortest(face.landmarks)]))
                predictions.write(_plain([number, *_shortest(face.prediction)]))
                visibility.write(_plain([number, *map(str, face.visibility.tolist())]))
                rows.write(sample_line(face.row))


def _plain(cells: Iterable[str]) -> str:
    """Return a line of cells that need no quotes: numbers and plain names."""
    return f"{','.join(cells)}\n"


def _shortest(points: NDArray[np.float32]) -> list[str]:
    """Return numbers with the fewest digits that give the same float32 back."""
    texts: list[str] = points.astype(np.float32).ravel().astype(str).tolist()
    return texts


FORMAT = Format(
    "csv",
    "CSV tables",
    write,
    read,
    keeps="everything, landmarks and predictions to the last bit",
    loses="nothing",
)
