"""Sparse landmarks of a release's meshes, as formats that have few points a face write them."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from annotator.release.blocks import Face
from annotator.release.images import IMAGE_FOLDER
from annotator.release.per_image import name_alone

Floats = NDArray[np.float32]

HALF_A_PIXEL = 0.5
"""Formats that count whole pixels mean their centres; ours count from the image's corner."""


def from_centres(points: Floats, first: float) -> Floats:
    """Return x, y counted from the centre of the first pixel, which is called `first`, (k, 2)."""
    return points[:, :2] + np.float32(first - HALF_A_PIXEL)


def points_from_centres(values: NDArray[np.floating], first: float) -> NDArray[np.float64]:
    """Return (k, 3) points of ours, z NaN, of x, y (k, 2) that count the first pixel so."""
    depth = np.full((len(values), 1), np.nan)
    return np.concatenate([values + (HALF_A_PIXEL - first), depth], axis=1)


def file_stem(face: Face) -> str:
    """Return how the file of one face is called, apart from its suffix.

    It is the name of the image's file, suffix included, and the number of the face in it. Of an
    image that has no file in the release, whose name another one may have, its SHA-256.
    """
    row, file = face.row, face.image.file
    if not file.startswith(f"{IMAGE_FOLDER}/"):
        frame = "" if row["clip_frame"] is None else f"-{row['clip_frame']}"
        return f"{row['image_sha256'][:32]}{frame}-{row['face_index']}"
    return f"{name_alone(file)}-{row['face_index']}"


class FilesOfSplits:
    """A text file for each split of a release, opened when the first face of it comes.

    Parameters
    ----------
    folder
    name
        Of the file of a release without splits; others have theirs before the suffix.
    begin
        Called with each new file.
    """

    def __init__(self, folder: Path, name: str, begin: Callable[[TextIO], object]) -> None:
        self._path, self._begin = folder / name, begin
        self._streams: dict[str | None, TextIO] = {}
        self._open = ExitStack()

    def __enter__(self) -> "FilesOfSplits":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def of(self, split: str | None) -> TextIO:
        """Return the file of a split."""
        if split not in self._streams:
            stem, suffix = self._path.stem, self._path.suffix
            name = self._path.name if split is None else f"{stem}-{split}{suffix}"
            path = self._path.with_name(name)
            stream = self._open.enter_context(path.open("x", encoding="utf-8", newline="\n"))
            self._begin(stream)
            self._streams[split] = stream
        return self._streams[split]

    def all(self) -> tuple[TextIO, ...]:
        """Return the files that were begun."""
        return tuple(self._streams.values())
