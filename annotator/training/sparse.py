"""Photographs whose faces people labelled with 68 points: what the 2-D branch learns from."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import Region, region_of_box
from annotator.mesh.sparse.points_68 import COUNT, LEFT_EYE, RIGHT_EYE
from annotator.system.hashing import file_sha256
from annotator.training.errors import TrainingError
from annotator.training.tables import UNREADABLE, read_table

Floats = NDArray[np.float32]

_COLUMNS = ("image", "face", "point", "x", "y")
_LEAST_SIDE = 8.0  # px of a face


@dataclass(frozen=True, slots=True, eq=False)
class SparseFace:
    """A face with labels in the image plane and nothing else.

    Attributes
    ----------
    key, name
        As a `Face` has them.
    photograph
    image_sha256
    points : (68, 2) float32
        In pixels of the upright image; NaN where nobody labelled.
    """

    key: str
    name: str
    photograph: Path
    image_sha256: str
    points: Floats

    @property
    def region(self) -> Region:
        """The square that the net looks at, as of a detection from the brows to the chin."""
        left, top = np.nanmin(self.points, axis=0).tolist()
        right, bottom = np.nanmax(self.points, axis=0).tolist()
        eyes = [np.nanmean(self.points[eye], axis=0) for eye in (RIGHT_EYE, LEFT_EYE)]
        x, y = (eyes[1] - eyes[0]).tolist()
        return region_of_box(left, top, right, bottom, math.atan2(y, x))


def read_sparse(path: Path) -> tuple[SparseFace, ...]:
    """Return the faces of a table of 68 points.

    The table is CSV with a header: ``image`` (relative to the table's folder, or to a folder
    ``images`` or ``photographs`` beside it, or absolute), ``face`` (a number), ``point`` (0 to 67,
    in iBUG's order), ``x`` and ``y`` in pixels of the upright image. Points that nobody labelled
    have no row.

    Raises
    ------
    TrainingError
        If it cannot be read, a photograph is missing, or a face has no eyes or no extent.
    """
    try:
        labelled = _by_face(read_table(path, _COLUMNS))
    except (*UNREADABLE, TypeError) as error:
        raise TrainingError(f"{path} cannot be read as a table of 68 points: {error}") from error
    hashes: dict[Path, str] = {}
    faces = []
    for (image, number), points in sorted(labelled.items()):
        photograph = _found(path.parent, image)
        _check(points, f"{image}#{number}", path)
        if photograph not in hashes:
            hashes[photograph] = file_sha256(photograph)
        sha256 = hashes[photograph]
        name = f"{photograph.name}#{number}"
        faces.append(SparseFace(f"{sha256}#sparse{number}", name, photograph, sha256, points))
    if not faces:
        raise TrainingError(f"{path} holds no labelled face: leave --sparse out")
    return tuple(faces)


def _by_face(rows: list[dict[str, str]]) -> Mapping[tuple[str, int], Floats]:
    faces: dict[tuple[str, int], Floats] = defaultdict(
        lambda: np.full((COUNT, 2), np.nan, np.float32)
    )
    for row in rows:
        point = int(row["point"])
        place = float(row["x"]), float(row["y"])
        if not 0 <= point < COUNT or not all(map(math.isfinite, place)):
            raise ValueError(f"there is no point {point} at {place}")
        faces[row["image"] or "", int(row["face"])][point] = place
    return faces


def _check(points: Floats, name: str, path: Path) -> None:
    eyes = [np.isfinite(points[eye]).all(axis=1).any() for eye in (RIGHT_EYE, LEFT_EYE)]
    known = points[np.isfinite(points).all(axis=1)]
    if not all(eyes) or np.ptp(known, axis=0).max(initial=0) < _LEAST_SIDE:
        raise TrainingError(
            f"the points of {name} in {path} are too few or too near: a face needs both eyes and "
            f"{_LEAST_SIDE:g} px at least"
        )


def _found(folder: Path, image: str) -> Path:
    for place in (folder, folder / "images", folder / "photographs"):
        if (place / image).is_file():
            return place / image
    raise TrainingError(f"{image} is not in {folder}: put the photographs beside the table")
