"""Plain text tables: one row a face, as landmark data sets are usually exchanged."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from annotator.mesh.layout import FACE_468
from annotator.release.meshes import Meshes, all_visible
from annotator.release.rows import SCHEMA, ReleaseSample, stacked_visibility

LANDMARKS = "landmarks.csv"
PREDICTIONS = "predictions.csv"
VISIBILITY = "visibility.csv"
TABLE = "samples.csv"
COORDINATES = [f"{axis}{vertex}" for vertex in range(FACE_468.count) for axis in "xyz"]
VERTICES = [f"v{vertex}" for vertex in range(FACE_468.count)]


def write(folder: Path, samples: Sequence[ReleaseSample]) -> None:
    """Write one file for each kind of array and ``samples.csv``; rows correspond."""
    for name, field in ((LANDMARKS, "landmarks"), (PREDICTIONS, "prediction")):
        # As text, float32 takes the fewest digits that give the same float32 back.
        rows = (getattr(sample.sample, field).astype(np.float32).ravel() for sample in samples)
        _write_wide(folder / name, COORDINATES, samples, (row.astype(str).tolist() for row in rows))
    visibility = stacked_visibility(samples).tolist()
    _write_wide(folder / VISIBILITY, VERTICES, samples, visibility)
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, SCHEMA.names, lineterminator="\n")
        table.writeheader()
        table.writerows(sample.text_row() for sample in samples)


def read(folder: Path, *, visibility: bool) -> Meshes:
    """Return what `write` wrote; `visibility` is False for releases of earlier versions."""
    landmarks, predictions = _read_points(folder / LANDMARKS), _read_points(folder / PREDICTIONS)
    if not visibility:
        return Meshes(landmarks, predictions, all_visible(len(landmarks)))
    flags = _read_wide(folder / VISIBILITY, VERTICES).to_numpy(np.uint8)
    return Meshes(landmarks, predictions, flags)


def _write_wide(
    path: Path,
    columns: Sequence[str],
    samples: Sequence[ReleaseSample],
    rows: Iterable[Sequence[object]],
) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["sample_id", *columns])
        for sample, row in zip(samples, rows, strict=True):
            writer.writerow([sample.sample.sample_id, *row])


def _read_points(path: Path) -> NDArray[np.float32]:
    numbers = _read_wide(path, COORDINATES).to_numpy(np.float32)
    return np.reshape(numbers, (-1, FACE_468.count, 3))


def _read_wide(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    with path.open(encoding="utf-8") as stream:
        return pd.read_csv(stream)[columns]
