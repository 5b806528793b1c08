"""NumPy arrays and a Parquet table."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.release.meshes import Meshes, all_visible
from annotator.release.rows import ReleaseSample, stacked, stacked_visibility, write_parquet

ARRAYS = "release.npz"
TABLE = "samples.parquet"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can state


def write(folder: Path, samples: Sequence[ReleaseSample]) -> None:
    """Write ``release.npz`` and ``samples.parquet``; rows correspond."""
    arrays: dict[str, NDArray[np.generic]] = {
        "landmarks": stacked(samples, "landmarks"),
        "predictions": stacked(samples, "prediction"),
        "visibility": stacked_visibility(samples),
        "sample_ids": np.array([sample.sample.sample_id for sample in samples], dtype=np.int64),
    }
    write_arrays(folder / ARRAYS, arrays)
    write_parquet(folder / TABLE, samples)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write an ``.npz`` whose bytes depend on its arrays alone.

    Stored and not compressed: landmarks hardly compress, and compressors differ.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            member.external_attr = 0o644 << 16
            with archive.open(member, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, array, allow_pickle=False)


def read(folder: Path) -> Meshes:
    """Return what `write` wrote; releases of earlier versions say nothing about visibility."""
    with np.load(folder / ARRAYS, allow_pickle=False) as archive:
        landmarks = archive["landmarks"]
        if "visibility" in archive:
            return Meshes(landmarks, archive["predictions"], archive["visibility"])
        return Meshes(landmarks, archive["predictions"], all_visible(len(landmarks)))
