"""Reading key points of Label Studio's JSON, whoever made it: sparse points, as guides."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.foreign_files import Place, Seen, head_of, own_copy
from annotator.release.foreign_json import LONGEST_ENTRY, entries_of_list
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.vertex_names import vertex_named

TASKS = "tasks.json"
IMAGE, BOX, POINT = "image", "face", "vertex"
HIDDEN: Mapping[Visibility, str] = {
    Visibility.OCCLUDED: "occluded",
    Visibility.OUT_OF_FRAME: "out of frame",
}
"""What is noted of a point that is not visible."""

_OF_NOTE = {note: visibility for visibility, note in HIDDEN.items()}
_LOCAL = "/data/local-files/?d="
_LAYOUT = max(LAYOUTS.values(), key=lambda layout: layout.count)
_MOST = LONGEST_ENTRY // 2


def recognises(path: Path) -> bool:
    """Whether a file, or a folder's ``tasks.json``, looks like Label Studio's JSON."""
    head = head_of(_file(path)).lstrip()
    return head.startswith(b"[") and b'"data"' in head and b'"result"' in head


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of all tasks, as points of the scheme ``face_468_sparse``.

    These are (468, 3), NaN where a vertex is not labelled, and z NaN throughout. Key points of one
    parent are one face, and so are those of an annotation that have none. Annotations count that
    were not cancelled; where a task has none, its predictions do.

    Raises
    ------
    AnnotationsError
        If it is no such JSON, or a key point's label is no vertex's name.
    """
    file = _file(path)
    place, tasks = Place(file), Seen("task")
    for number, entry in enumerate(entries_of_list(file), start=1):
        there = place.at(f"task {number}")
        task = there.an_object(entry)
        if task.get("id") is not None:
            tasks.add(there.at("id").whole(task["id"], 0, 1 << 62), there)
        for results, where in _annotations(task, there):
            yield from _faces(results, task, file.parent, where)


def _file(path: Path) -> Path:
    return path / TASKS if path.is_dir() else path


def _annotations(task: dict[str, Any], place: Place) -> Iterator[tuple[list[Any], Place]]:
    found = False
    for key in ("annotations", "predictions"):
        if found:
            return
        for number, entry in enumerate(place.a_list(task.get(key) or [], at_most=_MOST), start=1):
            where = place.at(f"{key[:-1]} {number}")
            if not where.an_object(entry).get("was_cancelled"):
                found = True
                yield where.a_list(entry.get("result"), at_most=_MOST), where


def _faces(
    results: list[Any], task: dict[str, Any], folder: Path, place: Place
) -> Iterator[IncomingFace]:
    faces: dict[str, dict[int, tuple[dict[str, Any], Place]]] = {}
    for number, entry in enumerate(results, start=1):
        where = place.at(f"result {number}")
        if where.an_object(entry).get("type") != "keypointlabels":
            continue
        parent = "" if entry.get("parentID") is None else where.text(entry["parentID"])
        vertex = _vertex(entry, where)
        if vertex in faces.setdefault(parent, {}):
            raise where.error(f"has vertex {vertex} twice in one face")
        faces[parent][vertex] = (entry, where)
    for parent, points in faces.items():
        yield _face(points, task, folder, place.at(parent or "a face"))


def _vertex(entry: dict[str, Any], place: Place) -> int:
    value = place.at("value").an_object(entry.get("value"))
    labels = place.at("keypointlabels").a_list(value.get("keypointlabels"), at_most=16)
    name = labels[0] if len(labels) == 1 else None
    vertex = vertex_named(name) if isinstance(name, str) else None
    if vertex is None or vertex >= _LAYOUT.count:
        raise place.error(
            f"has the label {name!a:.40}, which is no vertex of a mesh: call them v000, v001 and so"
            " on, as labeling_config.xml of a release does"
        )
    return vertex


def _face(
    found: dict[int, tuple[dict[str, Any], Place]], task: dict[str, Any], folder: Path, place: Place
) -> IncomingFace:
    points = np.full((_LAYOUT.count, 3), np.nan)
    visibility = np.zeros(_LAYOUT.count, np.uint8)
    sizes = set()
    for vertex, (entry, where) in found.items():
        width = where.at("original_width").side(entry.get("original_width"))
        height = where.at("original_height").side(entry.get("original_height"))
        where.at("image_rotation, of which only 0 is read").whole(
            entry.get("image_rotation") or 0, 0, 0
        )
        sizes.add((width, height))
        value = entry["value"]
        points[vertex, 0] = where.at("x").number(value.get("x")) / 100 * width
        points[vertex, 1] = where.at("y").number(value.get("y")) / 100 * height
        visibility[vertex] = _visibility(entry)
    if len(sizes) != 1:
        raise place.error("has points in images of several sizes")
    return IncomingFace(
        _clue(task, sizes.pop(), folder, place),
        sparse_scheme(_LAYOUT),
        place.points(points),
        visibility,
        where=str(place),
    )


def sparse_scheme(layout: MeshLayout) -> str:
    """Return the name of the scheme of some vertices of a layout."""
    return f"{layout.name}_sparse"


def _visibility(entry: dict[str, Any]) -> Visibility:
    meta = entry.get("meta")
    notes = meta.get("text") if isinstance(meta, dict) else None
    for note in notes if isinstance(notes, list) else [notes]:
        if isinstance(note, str) and note in _OF_NOTE:
            return _OF_NOTE[note]
    return Visibility.VISIBLE


def _clue(task: dict[str, Any], size: tuple[int, int], folder: Path, place: Place) -> ImageClue:
    data = place.at("data").an_object(task.get("data"))
    address = place.at(f"data, {IMAGE}").text(data.get(IMAGE) or _first_text(data))
    name = place.at(f"data, {IMAGE}").text(_name_in(address))
    sha256 = data.get("sha256")
    return ImageClue(
        name=name,
        sha256=None if sha256 is None else place.at("sha256").sha256(sha256),
        width=size[0],
        height=size[1],
        path=own_copy(folder, name),
    )


def _first_text(data: dict[str, Any]) -> object:
    return next((value for value in data.values() if isinstance(value, str)), None)


def _name_in(address: str) -> str:
    """Return the name that an address of a task's image has: a clue, which nobody follows."""
    if address.startswith(_LOCAL):
        return unquote(address.removeprefix(_LOCAL))
    try:
        return unquote(urlsplit(address).path) if "://" in address else unquote(address)
    except ValueError:  # no address, whatever it is
        return address
