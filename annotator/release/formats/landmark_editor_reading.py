"""Reading LandmarkEditor's JSON, whoever made it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.marks import Visibility
from annotator.release.foreign_files import Place, head_of, own_copy
from annotator.release.foreign_json import LONGEST_ENTRY, entries_of_object
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.normalised import in_pixels, mesh_among, stated_or_seen_size

FILE = "face_mesh_annotations.json"
TOOL = "Face Mesh"
ORIGINAL = "original_sha256"
"""A key of ours: the hash of the file in the project, where a release has another one."""

_BEGINNING = re.compile(rb'"points"\s*:\s*(\{\s*"Face Mesh"\s*:\s*\[|\[\s*(\[\s*)?\{\s*"(id|x)")')
_NUMBERED = re.compile(r"face_mesh_annotations(_\d+)?\.json")
_MOST_STATES = 1 << 12
_MOST_FILES = 1000


def file_of_face(number: int) -> str:
    """Return the file that the faces of this number, from 0, of all photographs are in."""
    return FILE.replace(".", f"_{number + 1}.") if number else FILE


def recognises(path: Path) -> bool:
    """Whether a file, or one that a folder has, looks like LandmarkEditor's JSON."""
    head = head_of(path / FILE if path.is_dir() else path)
    return head.lstrip().startswith(b"{") and _BEGINNING.search(head) is not None


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of all photographs: the last state of each, the first as its prediction.

    Raises
    ------
    AnnotationsError
        If it is no such JSON, the points are not those of a mesh, or nothing tells how large a
        photograph is.
    """
    files = [path]
    if path.is_dir():
        files = sorted(found for found in path.iterdir() if _NUMBERED.fullmatch(found.name))
        if not files or len(files) > _MOST_FILES:
            raise Place(path).error(f"has {len(files)} files as {FILE}")
    for file in files:
        for name, entry in entries_of_object(file):
            if isinstance(entry, dict) and "points" in entry:
                face = _face(name, entry, file.parent, Place(file))
                if face is not None:
                    yield face


def _face(name: str, entry: dict[str, Any], folder: Path, place: Place) -> IncomingFace | None:
    name = place.at("the name of a photograph").text(name)
    there = place.at(name)
    states = _states(entry["points"], there)
    if not states:
        return None
    size = stated_or_seen_size(entry, name, folder, there)
    *earlier, (points, deleted) = [_points(state, there) for state in states]
    layout = mesh_among(len(points), there)
    landmarks = there.points(in_pixels(points, size))[: layout.count]
    prediction = None
    if earlier:
        before = earlier[0][0]
        if len(before) != len(points):
            raise there.error("has states of different numbers of points")
        prediction = there.points(in_pixels(before, size))[: layout.count]
    stated = entry.get(ORIGINAL) or entry.get("sha256")
    clue = ImageClue(
        name=name,
        sha256=None if stated is None else there.at("sha256").sha256(stated),
        width=size[0],
        height=size[1],
        path=own_copy(folder, name),
    )
    visibility = _visibility(deleted[: layout.count], landmarks, size)
    return IncomingFace(clue, layout.name, landmarks, visibility, prediction, where=str(there))


def _states(points: object, place: Place) -> list[Any]:
    """Return the states of the face mesh, the oldest first, as any version of the tool writes them.

    Once there was but one tool, and once but one state.
    """
    if isinstance(points, dict):
        points = points.get(TOOL, [])
    states = place.at("points").a_list(points, at_most=LONGEST_ENTRY // 2)
    if states and isinstance(states[0], dict):
        states = [states]
    if len(states) > _MOST_STATES:
        raise place.error(f"has more than {_MOST_STATES} states")
    return states[:1] + states[-1:] if len(states) > 1 else states


def _points(state: object, place: Place) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    entries = place.a_list(state, at_most=LONGEST_ENTRY // 2)
    count = len(entries)
    mesh_among(count, place)
    points, deleted = np.full((count, 3), np.nan), np.zeros(count, np.bool_)
    seen = np.zeros(count, np.bool_)
    for entry in entries:
        vertex = place.at("id").whole(place.an_object(entry).get("id"), 0, count - 1)
        there = place.at(f"point {vertex}")
        if seen[vertex]:
            raise there.error("is there twice")
        seen[vertex] = True
        points[vertex, 0] = there.at("x").number(entry.get("x"))
        points[vertex, 1] = there.at("y").number(entry.get("y"))
        if entry.get("z") is not None:
            points[vertex, 2] = there.at("z").number(entry["z"])
        if not isinstance(entry.get("deleted", False), bool):
            raise there.error("is neither deleted nor not")
        deleted[vertex] = entry.get("deleted", False)
    return points, deleted


def _visibility(
    deleted: NDArray[np.bool_], points: NDArray[np.float32], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Return out of frame for deleted vertices outside the photograph, occluded for others."""
    outside = ((points[:, :2] < 0) | (points[:, :2] > size)).any(axis=1)
    hidden = np.where(outside, Visibility.OUT_OF_FRAME, Visibility.OCCLUDED)
    return np.where(deleted, hidden, Visibility.VISIBLE).astype(np.uint8)
