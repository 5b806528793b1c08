"""Plain text tables: one row a face, as landmark data sets are usually exchanged."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from annotator.mesh.landmarks import LANDMARK_COUNT
from annotator.release.rows import SCHEMA, ReleaseSample

LANDMARKS = "landmarks.csv"
PREDICTIONS = "predictions.csv"
TABLE = "samples.csv"
COORDINATES = [f"{axis}{vertex}" for vertex in range(LANDMARK_COUNT) for axis in "xyz"]


def write(folder: Path, samples: Sequence[ReleaseSample]) -> None:
    """Write ``landmarks.csv``, ``predictions.csv`` and ``samples.csv``; rows correspond."""
    for name, field in ((LANDMARKS, "landmarks"), (PREDICTIONS, "prediction")):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["sample_id", *COORDINATES])
            for sample in samples:
                # As text, float32 takes the fewest digits that give the same float32 back.
                numbers = getattr(sample.sample, field).astype(np.float32).ravel().astype(str)
                writer.writerow([sample.sample.sample_id, *numbers.tolist()])
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, SCHEMA.names, lineterminator="\n")
        table.writeheader()
        table.writerows(sample.text_row() for sample in samples)


def read(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return landmarks and predictions, each (n, 468, 3)."""
    return _read_points(folder / LANDMARKS), _read_points(folder / PREDICTIONS)


def _read_points(path: Path) -> NDArray[np.float32]:
    with path.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream)
    numbers = table[COORDINATES].to_numpy(np.float32)
    return np.reshape(numbers, (-1, LANDMARK_COUNT, 3))
