"""Read a release back, after verifying that it is what was made."""

from __future__ import annotations

import json
import lzma
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout, UnknownLayout, layout_named
from annotator.mesh.marks import Visibility
from annotator.release.errors import DamagedRelease, UnknownFormat
from annotator.release.formats import Format, format_named
from annotator.release.listed_files import ListedFiles
from annotator.release.manifest import (
    FORMAT_NAME,
    FORMAT_VERSION,
    MANIFEST,
    UNSTATED_LAYOUT,
    content_hash,
)
from annotator.release.meshes import Meshes
from annotator.release.rows import COLUMNS, UNSTATED
from annotator.system.regular import open_inside

if TYPE_CHECKING:
    import pandas as pd

# What parsers say of files that are not what their format is.
_MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    MemoryError,  # a header asks for more than there is
    OSError,
    lzma.LZMAError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Release:
    """A verified release of meshes of n vertices.

    Attributes
    ----------
    folder
        Where it is.
    format
        The name of one of `annotator.release.formats.FORMATS`.
    content_sha256
        Names the release: equal for equal files.
    layout
        Which vertices there are.
    landmarks
        (s, n, 3) float32: x, y, z in pixels of the upright image.
    predictions
        What the model had said, alike; None where the format has no place for it, as ``"coco"``.
    visibility
        (s, n) uint8, see `annotator.mesh.marks.Visibility`; 0, visible, where nobody said
        otherwise, and everywhere in releases of versions that could not say.
    samples
        One row a sample, in the order of `landmarks`; the columns are those of
        ``docs/releases.md``.
    """

    folder: Path
    format: str
    content_sha256: str
    layout: MeshLayout
    landmarks: NDArray[np.float32]
    predictions: NDArray[np.float32] | None
    visibility: NDArray[np.uint8]
    samples: pd.DataFrame

    def __repr__(self) -> str:
        """Return what it is in one line, without its arrays."""
        return (
            f"<Release of {len(self.samples)} {self.layout.name} samples as {self.format} in"
            f" {str(self.folder)!r}, {self.content_sha256[:12]}>"
        )


def load_release(folder: str | Path) -> Release:
    """Verify the SHA-256 of every file of a release and read it.

    Only regular files inside the folder are opened, whatever the manifest says. Images that are
    only referenced are not looked at. Files that the release does not list are ignored.

    Raises
    ------
    DamagedRelease
        If the folder holds no release, one of a newer format, or one with files that are
        missing or changed, or lie elsewhere.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    known, layout = _known_format(folder, manifest), _known_layout(folder, manifest)
    files = ListedFiles(folder, manifest["files"])
    try:
        meshes = known.read(files, layout)
        samples = _table(manifest["samples"])
    except _MALFORMED as error:
        raise DamagedRelease(f"{folder} is no release in the format {known.name}") from error
    _check_meshes(folder, meshes, len(samples), layout)
    files.verify()
    return Release(
        folder,
        known.name,
        manifest["content_sha256"],
        layout,
        meshes.landmarks,
        meshes.predictions,
        meshes.visibility,
        samples,
    )


def _read_manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise DamagedRelease(f"{folder} is no folder: give that of a release")
    try:
        with open_inside(folder, MANIFEST) as stream:
            manifest = json.load(stream)
    except FileNotFoundError as error:
        raise DamagedRelease(f"{folder} holds no release: it has no {MANIFEST}") from error
    except _MALFORMED as error:
        raise DamagedRelease(f"{folder / MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT_NAME:
        raise DamagedRelease(f"{folder} holds no release of facemesh-annotator")
    version = manifest.get("format_version", 0)
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise DamagedRelease(f"{folder} was made by a newer version: update facemesh-annotator")
    if not _is_as_hashed(manifest):
        raise DamagedRelease(f"{folder / MANIFEST} was changed after the release was made")
    return manifest


def _is_as_hashed(manifest: Mapping[str, Any]) -> bool:
    files, samples = manifest.get("files"), manifest.get("samples")
    if not (isinstance(files, list) and isinstance(samples, list)):
        return False
    try:
        return bool(manifest.get("content_sha256") == content_hash(files, samples))
    except (ValueError, RecursionError):  # no UTF-8 can hold it, or it is nested without end
        return False


def _known_format(folder: Path, manifest: Mapping[str, Any]) -> Format:
    name = manifest.get("release_format")
    try:
        return format_named(str(name))
    except UnknownFormat as error:
        raise DamagedRelease(
            f"{folder} says that its format is {name!r}, which this version does not know"
        ) from error


def _known_layout(folder: Path, manifest: Mapping[str, Any]) -> MeshLayout:
    name = manifest.get("layout", UNSTATED_LAYOUT.name)
    try:
        return layout_named(str(name))
    except UnknownLayout as error:
        raise DamagedRelease(
            f"{folder} says that its layout is {name!r}, which this version does not know"
        ) from error


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to import

    samples = pd.DataFrame([{**UNSTATED, **row} for row in rows], columns=list(COLUMNS))
    samples["accepted_at"] = pd.to_datetime(samples["accepted_at"], utc=True, format="ISO8601")
    return samples


def _check_meshes(folder: Path, meshes: Meshes, count: int, layout: MeshLayout) -> None:
    points = (count, layout.count, 3)
    for name, array, dtype, shape in (
        ("landmarks", meshes.landmarks, np.float32, points),
        ("predictions", meshes.predictions, np.float32, points),
        ("visibility", meshes.visibility, np.uint8, points[:2]),
    ):
        if array is not None and (array.shape != shape or array.dtype != dtype):
            raise DamagedRelease(
                f"expected {name} of shape {shape} in {folder}, but got {array.shape}"
            )
    for name, points_of in (("landmarks", meshes.landmarks), ("predictions", meshes.predictions)):
        if points_of is not None and not _is_finite(points_of):
            raise DamagedRelease(f"some {name} in {folder} are NaN or infinite")
    if meshes.visibility.max(initial=0) > max(Visibility):
        worst = meshes.visibility.max()
        raise DamagedRelease(f"expected visibility 0, 1 or 2 in {folder}, but got {worst}")


def _is_finite(array: NDArray[np.float32]) -> bool:
    """Whether all numbers are; without a second array of their size."""
    with np.errstate(invalid="ignore"):
        return bool(np.isfinite(array.sum(dtype=np.float64)))
