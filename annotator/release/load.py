"""Read a release back, after verifying that it is what was made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout, UnknownLayout, layout_named
from annotator.mesh.marks import Visibility
from annotator.release.errors import DamagedRelease, UnknownFormat
from annotator.release.exact import read_all
from annotator.release.formats import Format, format_named
from annotator.release.glances import Glance, Room, kept
from annotator.release.images import ELSEWHERE
from annotator.release.listed_files import ListedFiles
from annotator.release.manifest import BESIDE
from annotator.release.manifest_reading import Manifest, read_manifest
from annotator.release.meshes import Meshes
from annotator.release.rows import CLIP_COLUMNS, COLUMNS, CROP_COLUMNS, UNSTATED
from annotator.release.signing import signer_of
from annotator.release.withdrawal import withdrawn_note

if TYPE_CHECKING:
    import pandas as pd

# What a format's parser may say that leaves it to us; ours say themselves what is wrong. Too little
# memory says nothing about the release: sizes are compared before anything of them is read.
_MALFORMED = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError, EOFError,
    OSError,
)  # fmt: skip


# Of columns in which nothing may be known.
_NUMBERS: Mapping[str, str] = MappingProxyType(
    {"int32": "Int64", "int64": "Int64", "float64": "float64"}
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
    has_pseudonyms
        Whether hashes stand in place of the names of people, subjects, groups and files.
    """

    folder: Path
    format: str
    content_sha256: str
    layout: MeshLayout
    landmarks: NDArray[np.float32]
    predictions: NDArray[np.float32] | None
    visibility: NDArray[np.uint8]
    samples: pd.DataFrame
    has_pseudonyms: bool = False

    @property
    def withdrawn(self) -> str | None:
        """What a note in the folder says, on one line, if the release was withdrawn."""
        return withdrawn_note(self.folder)

    def __repr__(self) -> str:
        """Return what it is in one line, without its arrays."""
        return (
            f"<Release of {len(self.samples)} {self.layout.name} samples as {self.format} in"
            f" {str(self.folder)!r}, {self.content_sha256[:12]}>"
        )


def load_release(
    folder: str | Path,
    *,
    signed_by: str | Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Release:
    """Verify a release of anybody's and read it.

    Sizes, the SHA-256 of every file, and everything that is said of samples are compared with one
    another: what is returned is what the manifest describes. Only regular files inside the folder
    are opened, none of them larger than so many samples make it. Images that are only referenced
    are not looked at. Files that the release does not list are ignored.

    Parameters
    ----------
    folder
    signed_by
        Public SSH keys, one of which must have signed the release: a ``.pub`` file, a line of one,
        or a file of allowed signers. None: whoever made it.
    on_progress
        Called with the number of files that were compared and their total, images for the most
        part. What it raises ends the loading.

    Raises
    ------
    DamagedRelease
        If the folder holds no release, one of a newer format, or one with anything that is
        missing, changed, impossible or elsewhere: the first thing that is wrong.
    UntrustedRelease
        A `DamagedRelease`: if it is not signed, or not by one of those keys.
    KeyFileError
        If there are no such keys.
    MemoryError
        If it does not fit into memory, damaged or not.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if signed_by is not None:
        signer_of(folder, manifest.sha512, signed_by)
    return read_release(folder, manifest, on_progress=on_progress)


def read_release(
    folder: Path,
    manifest: Manifest,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Release:
    """Verify and read what a manifest describes, see `load_release`."""
    meshes = verified_meshes(folder, manifest, kept, on_progress=on_progress)
    return Release(
        folder,
        manifest.format,
        manifest.content_sha256,
        layout_named(manifest.layout),
        meshes.landmarks,
        meshes.predictions,
        meshes.visibility,
        _table(manifest.samples),
        manifest.pseudonyms,
    )


def verified_meshes(
    folder: Path,
    manifest: Manifest,
    room: Room,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Meshes:
    """Verify what a manifest describes, see `load_release`, and return what `room` made of it."""
    known, layout = _known_format(folder, manifest.format), _known_layout(folder, manifest.layout)
    files = ListedFiles(folder, manifest.files)
    try:
        meshes = read_all(known, files, layout, manifest.samples, room)
    except _MALFORMED as error:
        raise DamagedRelease(f"{folder} is no release in the format {known.name}") from error
    _check_meshes(folder, meshes, len(manifest.samples), layout)
    files.verify(_not_read(known, manifest), on_progress=on_progress)
    return meshes


def _not_read(known: Format, manifest: Manifest) -> Collection[str]:
    """Return which files of a release are only compared with their hashes."""
    if known.read is None:  # all of its own: the exact record beside them is read
        return {entry["path"] for entry in manifest.files}
    images = manifest.samples if manifest.images not in ELSEWHERE else ()
    return BESIDE | {row["image_file"] for row in images}


def _known_format(folder: Path, name: str) -> Format:
    try:
        return format_named(name)
    except UnknownFormat as error:
        raise DamagedRelease(
            f"{folder} says that its format is {name[:80]!r}, which this version does not know"
        ) from error


def _known_layout(folder: Path, name: str) -> MeshLayout:
    try:
        return layout_named(name)
    except UnknownLayout as error:
        raise DamagedRelease(
            f"{folder} says that its layout is {name[:80]!r}, which this version does not know"
        ) from error


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - slow to import

    samples = pd.DataFrame([{**UNSTATED, **row} for row in rows], columns=list(COLUMNS))
    samples = samples.astype(
        {
            name: _NUMBERS[COLUMNS[name]]
            for name in (*CLIP_COLUMNS, *CROP_COLUMNS, "image_id")
            if COLUMNS[name] in _NUMBERS
        }
    )
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
    if (worst := _largest(meshes.visibility)) > max(Visibility):
        raise DamagedRelease(f"expected visibility 0, 1 or 2 in {folder}, but got {worst}")


def _largest(array: NDArray[np.uint8] | Glance) -> int:
    return int((array.farthest if isinstance(array, Glance) else array).max(initial=0))


def _is_finite(array: NDArray[np.float32] | Glance) -> bool:
    """Whether all numbers are; without a second array of their size."""
    if isinstance(array, Glance):
        return array.is_finite
    with np.errstate(invalid="ignore"):
        return bool(np.isfinite(array.sum(dtype=np.float64)))
