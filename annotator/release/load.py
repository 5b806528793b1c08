"""Read a release back, after verifying that it is what was made."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from annotator.release import coco, csv_tables, npz
from annotator.release.errors import DamagedRelease
from annotator.release.manifest import (
    FORMAT_NAME,
    FORMAT_VERSION,
    MANIFEST,
    content_hash,
)
from annotator.release.meshes import Meshes
from annotator.release.rows import SCHEMA
from annotator.system.hashing import file_sha256


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """A verified release.

    Attributes
    ----------
    folder
        Where it is.
    format
        ``"npz"``, ``"csv"`` or ``"coco"``.
    content_sha256
        Names the release: equal for equal files.
    landmarks
        (n, 468, 3) float32: x, y, z in pixels of the upright image.
    predictions
        What the model had said, alike; None for ``"coco"``, which has no place for it.
    visibility
        (n, 468) uint8, see `annotator.mesh.marks.Visibility`; 0, visible, where nobody said
        otherwise, and everywhere in releases of versions that could not say.
    samples
        One row a sample, in the order of `landmarks`; the columns are those of
        ``docs/releases.md``.
    """

    folder: Path
    format: str
    content_sha256: str
    landmarks: NDArray[np.float32]
    predictions: NDArray[np.float32] | None
    visibility: NDArray[np.uint8]
    samples: pd.DataFrame


def load_release(folder: str | Path) -> Release:
    """Verify the SHA-256 of every file of a release and read it.

    Images that are only referenced are not looked at. Files that the release does not list are
    ignored.

    Raises
    ------
    DamagedRelease
        If the folder holds no release, one of a newer format, or one with files that are
        missing or changed.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    for file in manifest["files"]:
        _verify(folder / file["path"], file)
    meshes = _read_meshes(folder, manifest)
    samples = pd.DataFrame(manifest["samples"], columns=SCHEMA.names)
    samples["accepted_at"] = pd.to_datetime(samples["accepted_at"], utc=True, format="ISO8601")
    return Release(
        folder,
        manifest["release_format"],
        manifest["content_sha256"],
        meshes.landmarks,
        meshes.predictions,
        meshes.visibility,
        samples,
    )


def _read_meshes(folder: Path, manifest: dict[str, Any]) -> Meshes:
    match manifest["release_format"]:
        case "npz":
            return npz.read(folder)
        case "csv":
            listed = any(file["path"] == csv_tables.VISIBILITY for file in manifest["files"])
            return csv_tables.read(folder, visibility=listed)
        case "coco":
            return coco.read(folder)
        case other:
            raise DamagedRelease(
                f"{folder} says that its format is {other!r}, which this version does not know"
            )


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DamagedRelease(f"{folder} holds no release: it has no {MANIFEST}") from error
    except (OSError, ValueError) as error:
        raise DamagedRelease(f"{folder / MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT_NAME:
        raise DamagedRelease(f"{folder} holds no release of facemesh-annotator")
    if manifest.get("format_version", 0) > FORMAT_VERSION:
        raise DamagedRelease(f"{folder} was made by a newer version: update facemesh-annotator")
    stated = manifest.get("content_sha256")
    if stated != content_hash(manifest.get("files", []), manifest.get("samples", [])):
        raise DamagedRelease(f"{folder / MANIFEST} was changed after the release was made")
    return manifest


def _verify(path: Path, file: dict[str, Any]) -> None:
    try:
        intact = path.stat().st_size == file["size"] and file_sha256(path) == file["sha256"]
    except FileNotFoundError as error:
        raise DamagedRelease(f"{path} is missing from the release") from error
    except OSError as error:
        raise DamagedRelease(f"{path} cannot be read ({error.strerror or error})") from error
    if not intact:
        raise DamagedRelease(f"{path} was changed after the release was made")
