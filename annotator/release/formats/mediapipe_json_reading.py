"""Reading results of MediaPipe's FaceLandmarker as JSON, whoever made it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.foreign_files import MOST_IMAGES, Place, head_of, own_copy
from annotator.release.foreign_json import entries_of_object
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.normalised import in_pixels, mesh_among, stated_or_seen_size

FOLDER = "landmarks"
VISIBILITY = "vertexVisibility"
"""A key of ours: of each face the visibility of its vertices, as releases have it."""

_FACES = ("faceLandmarks", "face_landmarks")  # in JavaScript, and in Python
_MOST_FACES = 1 << 12
_MOST_POINTS = 1 << 12


def recognises(path: Path) -> bool:
    """Whether a file, or the first of a folder's ``landmarks``, looks like such a result."""
    file = path
    if path.is_dir():
        file = min((path / FOLDER).glob("*.json"), default=path)
    return any(f'"{key}"'.encode() in head_of(file) for key in _FACES)


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of a file, or of all files of a folder's ``landmarks``, by their names.

    Of models with irises the mesh without them is taken.

    Raises
    ------
    AnnotationsError
        If it is no such JSON, the points are not those of a mesh, or nothing tells how large the
        image is.
    """
    if not path.is_dir():
        yield from _faces_of(path, path.parent)
        return
    inside = path / FOLDER if (path / FOLDER).is_dir() else path
    files = sorted(inside.glob("*.json"))
    if not files or len(files) > MOST_IMAGES:
        raise Place(inside).error(f"has {len(files)} JSON files")
    for file in files:
        yield from _faces_of(file, path)


def _faces_of(file: Path, folder: Path) -> Iterator[IncomingFace]:
    place = Place(file)
    result = dict(entries_of_object(file))
    key = next((known for known in _FACES if known in result), None)
    if key is None:
        raise place.error(f"has no {_FACES[0]}")
    faces = place.at(key).a_list(result[key], at_most=_MOST_FACES)
    stated = result.get(VISIBILITY)
    visibility = [None] * len(faces)
    if stated is not None:
        visibility = place.at(VISIBILITY).a_list(stated, at_most=_MOST_FACES)
        if len(visibility) != len(faces):
            raise place.at(VISIBILITY).error(
                f"has {len(visibility)} faces, and there are {len(faces)}"
            )
    if not faces:
        return
    image = place.at("image").an_object(result.get("image") or {})
    name = place.at("image, file").text(image.get("file") or file.name.removesuffix(".json"))
    size = stated_or_seen_size(image, name, folder, place.at("image"))
    sha256 = image.get("sha256")
    clue = ImageClue(
        name=name,
        sha256=None if sha256 is None else place.at("image, sha256").sha256(sha256),
        width=size[0],
        height=size[1],
        path=own_copy(folder, name),
    )
    for number, (face, seen) in enumerate(zip(faces, visibility, strict=True), start=1):
        there = place.at(f"face {number}")
        layout, points = _points(face, there)
        yield IncomingFace(
            clue,
            layout.name,
            there.points(in_pixels(points, size)),
            None if seen is None else _visibility(seen, layout, there.at(VISIBILITY)),
            where=str(there),
        )


def _points(face: object, place: Place) -> tuple[MeshLayout, NDArray[np.float64]]:
    entries = place.a_list(face, at_most=_MOST_POINTS)
    layout = mesh_among(len(entries), place)
    points = np.array(
        [_point(entry, place.at(f"point {n}")) for n, entry in enumerate(entries)], np.float64
    )
    return layout, points[: layout.count]


def _point(entry: Any, place: Place) -> tuple[float, float, float]:
    point = place.an_object(entry)
    x, y, z = (place.at(axis).number(point.get(axis)) for axis in "xyz")
    return x, y, z


def _visibility(value: object, layout: MeshLayout, place: Place) -> NDArray[np.uint8]:
    values = place.a_list(value, at_most=_MOST_POINTS)
    if len(values) != layout.count:
        raise place.error(f"has {len(values)} entries, and should have {layout.count}")
    return np.array([place.whole(one, 0, 2) for one in values], np.uint8)
