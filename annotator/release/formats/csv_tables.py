"""Plain text tables: one row a face, as landmark data sets are usually exchanged."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.formats.definition import Format
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes, all_visible, as_visibility
from annotator.release.rows import COLUMNS, ReleaseSample

if TYPE_CHECKING:
    import pandas as pd

LANDMARKS = "landmarks.csv"
PREDICTIONS = "predictions.csv"
VISIBILITY = "visibility.csv"
TABLE = "samples.csv"


def write(folder: Path, samples: Iterable[ReleaseSample], layout: MeshLayout) -> None:
    """Write one file for each kind of array and ``samples.csv``; rows correspond."""
    with ExitStack() as stack:

        def table(name: str, columns: Iterable[str]) -> TextIO:
            path = folder / name
            stream = stack.enter_context(path.open("x", encoding="utf-8", newline=""))
            stream.write(_line(columns))
            return stream

        landmarks = table(LANDMARKS, ["sample_id", *_coordinates(layout)])
        predictions = table(PREDICTIONS, ["sample_id", *_coordinates(layout)])
        visibility = table(VISIBILITY, ["sample_id", *_vertices(layout)])
        rows = csv.writer(table(TABLE, COLUMNS), lineterminator="\n")
        for sample in samples:
            meshes = sample.sample
            number = str(meshes.sample_id)
            landmarks.write(_line([number, *_shortest(meshes.landmarks)]))
            predictions.write(_line([number, *_shortest(meshes.prediction)]))
            visibility.write(_line([number, *map(str, meshes.visibility.tolist())]))
            rows.writerow(sample.text_row().values())


def read(files: ListedFiles, layout: MeshLayout) -> Meshes:
    """Return what `write` wrote; releases of earlier versions say nothing about visibility."""
    landmarks, predictions = (
        np.reshape(
            _read_wide(files, name, _coordinates(layout)).to_numpy(np.float32),
            (-1, layout.count, 3),
        )
        for name in (LANDMARKS, PREDICTIONS)
    )
    if VISIBILITY not in files:
        return Meshes(landmarks, predictions, all_visible(len(landmarks), layout))
    flags = _read_wide(files, VISIBILITY, _vertices(layout)).to_numpy()
    return Meshes(landmarks, predictions, as_visibility(flags))


def _coordinates(layout: MeshLayout) -> list[str]:
    return [f"{axis}{vertex}" for vertex in range(layout.count) for axis in "xyz"]


def _vertices(layout: MeshLayout) -> list[str]:
    return [f"v{vertex}" for vertex in range(layout.count)]


def _line(cells: Iterable[str]) -> str:
    """Return a line of cells that need no quotes: numbers and plain names."""
    return f"{','.join(cells)}\n"


def _shortest(points: NDArray[np.float32]) -> list[str]:
    """Return numbers with the fewest digits that give the same float32 back."""
    texts: list[str] = points.astype(np.float32).ravel().astype(str).tolist()
    return texts


def _read_wide(files: ListedFiles, name: str, columns: list[str]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to import

    with files.open(name) as stream:
        return pd.read_csv(stream, encoding="utf-8")[columns]


FORMAT = Format("csv", "CSV tables", write, read)
