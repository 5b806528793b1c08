"""The faces of releases, as a net is trained on them and judged by them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.load import Release, load_release
from annotator.training.errors import TrainingError
from annotator.training.tables import UNREADABLE, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = NDArray[np.float32]

_LOG = logging.getLogger(__name__)
_ACCEPTED_AS_PREDICTED = "accepted_as_predicted"


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One accepted sample of a release. Arrays are read-only.

    Attributes
    ----------
    key
        The content of its image and its number there: the same in every release that has it.
    name
        Its image's name, for people.
    release
        Which of the releases that were given, from 0.
    photograph
        Where its image is.
    image_sha256
        Of the original image: the origin that faces share.
    landmarks : (n, 3) float32
        In pixels of the upright image.
    visibility : (n,) uint8
        See `annotator.mesh.marks.Visibility`.
    corrected
        Whether people moved something of it; if not, a model's answer was accepted as it was.
    group
        Whose face it is or what it belongs to, where somebody said so.
    content_sha256
        Of the file at `photograph`; None if the release wrote the image anew, and verified it.
    clip_sha256
        Of the clip that the image is a frame of: frames of one clip belong together.
    split
        What the release says that it is for: ``"train"``, ``"validation"`` or ``"test"``.
    subject
        Who is on the image, where the release says so: a subject's faces belong together.
    """

    key: str
    name: str
    release: int
    photograph: Path
    image_sha256: str
    landmarks: Floats
    visibility: NDArray[np.uint8]
    corrected: bool
    group: str | None
    content_sha256: str | None = None
    clip_sha256: str | None = None
    split: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """All that is trained on or judged by.

    Attributes
    ----------
    layout
    faces
        Each key once; of a face that several releases hold, the last release's.
    releases
        Folder and content hash of each release, in the order given.
    withdrawn
        Folder of each release that says that it is withdrawn, and the note in which it does.
    """

    layout: MeshLayout
    faces: tuple[Face, ...]
    releases: tuple[tuple[str, str], ...]
    withdrawn: tuple[tuple[str, str], ...] = ()


def load_faces(
    folders: Sequence[Path], groups: Path | None = None, *, split: str | None = None
) -> Faces:
    """Verify releases and return their faces.

    Parameters
    ----------
    folders
        Of releases; of a face that several hold, the last one's is taken.
    groups
        A table that says whose face is whose, see `read_groups`.
    split
        Only faces that their release puts on this side; None for all.

    Raises
    ------
    DamagedRelease
        If one of them does not verify.
    TrainingError
        If none is given, they are of several layouts, or hold no face; or the table of groups
        cannot be used.
    """
    if not folders:
        raise TrainingError("no release was given: make one with `facemesh-annotator export`")
    releases = [load_release(folder) for folder in folders]
    layouts = {release.layout.name for release in releases}
    if len(layouts) > 1:
        raise TrainingError(
            f"the releases are of several layouts ({', '.join(sorted(layouts))}): "
            "train a net for each"
        )
    known = {} if groups is None else read_groups(groups)
    faces: dict[str, Face] = {}
    for number, release in enumerate(releases):
        for face in _faces(release, number, known):
            faces[face.key] = face
    if split is not None:
        faces = {key: face for key, face in faces.items() if face.split == split}
    if not faces:
        raise _no_face(folders, split)
    if groups is not None and all(face.group is None for face in faces.values()):
        raise TrainingError(
            f"{groups} says of no face whose it is: its column `image` holds names as the releases "
            f"have them, like {next(iter(faces.values())).name.rpartition('#')[0]}"
        )
    told = tuple((str(one.folder), one.content_sha256) for one in releases)
    notes = ((str(one.folder), one.withdrawn) for one in releases)
    withdrawn = tuple((folder, note) for folder, note in notes if note is not None)
    return Faces(releases[0].layout, tuple(faces.values()), told, withdrawn)


def _no_face(folders: Sequence[Path], split: str | None) -> TrainingError:
    names = ", ".join(map(str, folders))
    if split is not None:
        return TrainingError(
            f"{names}: no face in it is for {split}: give a release with"
            " splits, or leave out --split"
        )
    return TrainingError(f"{names}: no face in it: accept samples and export them")


def read_groups(path: Path) -> Mapping[str, str]:
    """Return groups by the name of an image, or by its name and the number of a face.

    The table is CSV with a header: ``image`` (its name in the project), ``group``, and, where
    several people are in one image, ``face`` (the face's number). The keys are ``name`` and
    ``name#face``.

    Raises
    ------
    TrainingError
        If it cannot be read, or lacks a column.
    """
    try:
        rows = read_table(path, ("image", "group"))
    except UNREADABLE as error:
        raise TrainingError(
            f"{path} cannot be read as a table of groups, with the columns image, group and "
            f"perhaps face: {error}"
        ) from error
    named = ((row["image"], row.get("face") or "", row["group"]) for row in rows)
    return {f"{image}#{face}" if face else image: group for image, face, group in named if group}


def _faces(release: Release, number: int, groups: Mapping[str, str]) -> Iterator[Face]:
    for array in (release.landmarks, release.visibility):
        array.setflags(write=False)
    columns = [
        "image_file", "image_name", "image_sha256", "face_index", "verdict", "image_stored",
        "clip_sha256", "split", "subject", "group",
    ]  # fmt: skip
    rows: Iterable[tuple[Any, ...]] = release.samples[columns].itertuples(index=False, name=None)
    for at, (file, name, sha256, index, verdict, stored, clip, split, who, of) in enumerate(rows):
        yield Face(
            f"{sha256}#{index}",
            f"{name}#{index}",
            number,
            release.folder / file,  # which leaves an absolute path as it is
            sha256,
            release.landmarks[at],
            release.visibility[at],
            verdict != _ACCEPTED_AS_PREDICTED,
            groups.get(f"{name}#{index}", groups.get(name, _text(of))),
            sha256 if stored == "original" else None,
            _text(clip),
            _text(split),
            _text(who),
        )


def _text(value: object) -> str | None:
    """Return a cell of a table; pandas may have NaN in place of nothing."""
    return value if isinstance(value, str) else None
