"""Reading points of Datumaro's JSON, whoever made it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.foreign_files import Place, Seen, head_of, own_copy
from annotator.release.foreign_json import LONGEST_ENTRY, entries_of_object
from annotator.release.incoming import ImageClue, IncomingFace, Said
from annotator.release.vertex_names import vertex_named

FOLDER = "annotations"
VERSION = "1.0"
LABEL = "face"
STATES: Mapping[Visibility, int] = {
    Visibility.VISIBLE: 2,
    Visibility.OCCLUDED: 1,  # "hidden"
    Visibility.OUT_OF_FRAME: 0,  # "absent"
}
"""Datumaro's states of a point."""

_MOST_FILES = 1000  # subsets
_OF_STATE = {state: visibility for visibility, state in STATES.items()}
_MOST = LONGEST_ENTRY // 2


def recognises(path: Path) -> bool:
    """Whether a file, or a folder's ``annotations``, looks like Datumaro's JSON."""
    return any(b'"dm_format_version"' in head_of(file) for file in _files(path)[:1])


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of all subsets: points, one for every vertex of a layout.

    Other annotations are passed over.

    Raises
    ------
    AnnotationsError
        If there is no such JSON, or points are not those of a mesh.
    """
    files = _files(path)
    if not files:
        raise Place(path).error(f"has no JSON files in a folder {FOLDER}")
    if len(files) > _MOST_FILES:
        raise Place(path).error(f"has more than {_MOST_FILES} files in {FOLDER}")
    for file in files:
        yield from _faces_of(file, path if path.is_dir() else path.parent.parent)


def _files(path: Path) -> list[Path]:
    return sorted((path / FOLDER).glob("*.json")) if path.is_dir() else [path]


def _faces_of(file: Path, folder: Path) -> Iterator[IncomingFace]:
    place, items, names = Place(file), Seen("item"), {}
    for key, value in entries_of_object(file, ("items",)):
        if key == "categories":
            names = _names(value, place.at(key))
        elif key == "items" and value is not None:
            item = place.at("an item").an_object(value)
            number = place.at("the id of an item").text(item.get("id"))
            there = place.at(f"item {number}")
            items.add(number, place)
            image = _clue(item, folder, there)
            for annotation in there.a_list(item.get("annotations", []), at_most=_MOST):
                if there.an_object(annotation).get("type") == "points":
                    yield _face(annotation, image, names, there)


def _names(value: object, place: Place) -> dict[int, list[Any]]:
    """Return what the points of each label are called, in their order."""
    described = place.an_object(place.an_object(value).get("points", {})).get("items", [])
    names = {}
    for item in place.a_list(described, at_most=_MOST):
        label = place.at("label_id").whole(place.an_object(item).get("label_id"), 0, 1 << 31)
        names[label] = place.at("labels").a_list(item.get("labels", []), at_most=_MOST)
    return names


def _clue(item: dict[str, Any], folder: Path, place: Place) -> ImageClue:
    image = place.at("image").an_object(item.get("image", {}))
    name = place.at("path").text(image.get("path") or item["id"])
    size = image.get("size")
    height, width = None, None
    if size is not None:
        height, width = map(place.at("size").side, (*place.a_list(size, at_most=2), 0, 0)[:2])
    sha256 = place.at("attr").an_object(item.get("attr") or {}).get("sha256")
    return ImageClue(
        name=name,
        sha256=None if sha256 is None else place.sha256(sha256),
        width=width,
        height=height,
        path=own_copy(folder, name),
    )


def _face(
    annotation: dict[str, Any], image: ImageClue, names: dict[int, list[Any]], place: Place
) -> IncomingFace:
    flat = _numbers(annotation.get("points"), place.at("points"))
    layout = next((known for known in LAYOUTS.values() if 2 * known.count == len(flat)), None)
    if layout is None:
        counts = " or ".join(str(known.count) for known in LAYOUTS.values())
        raise place.error(f"has {len(flat) / 2:g} points, and a mesh has {counts}")
    attributes = place.at("attributes").an_object(annotation.get("attributes") or {})
    points = np.full((layout.count, 3), np.nan)
    points[:, :2] = flat.reshape(-1, 2)
    if "z" in attributes:
        z = _numbers(attributes["z"], place.at("z"))
        if len(z) != layout.count:
            raise place.error(f"has {len(z)} z, and {layout.count} points")
        points[:, 2] = z
    visibility = _visibility(annotation.get("visibility"), layout, place.at("visibility"))
    unlabelled = (visibility == Visibility.OUT_OF_FRAME) & (points[:, :2] == 0).all(axis=1)
    points[unlabelled] = np.nan  # COCO's way, which Datumaro hands on
    order = _order(names.get(annotation.get("label_id", -1)), layout, place)
    return IncomingFace(
        image,
        layout.name,
        place.points(points)[order],
        visibility[order],
        said=_said(attributes, place),
        where=str(place),
    )


def _visibility(value: object, layout: MeshLayout, place: Place) -> NDArray[np.uint8]:
    if value is None:
        return np.zeros(layout.count, np.uint8)
    states = place.a_list(value, at_most=layout.count)
    if len(states) != layout.count:
        raise place.error(f"has {len(states)} entries, and should have {layout.count}")
    return np.array([_OF_STATE[place.whole(state, 0, 2)] for state in states], np.uint8)


def _order(names: list[Any] | None, layout: MeshLayout, place: Place) -> NDArray[np.intp]:
    """Return where in the points each vertex is, by the names of the points if there are any."""
    if not names:
        return np.arange(layout.count)
    vertices = [vertex_named(name) if isinstance(name, str) else None for name in names]
    if sorted(-1 if vertex is None else vertex for vertex in vertices) != list(range(layout.count)):
        raise place.error("has points that are not called as the vertices of a mesh")
    return np.argsort(np.array(vertices, np.intp))


def _said(attributes: dict[str, Any], place: Place) -> Said:
    def stated(key: str) -> str | None:
        value = attributes.get(key)
        return None if value is None else place.at(key).text(value)

    return Said(stated("annotator"), stated("reviewer"), stated("verdict"))


def _numbers(value: object, place: Place) -> NDArray[np.float64]:
    values = place.a_list(value, at_most=_MOST)
    return np.array([place.number(one) for one in values], np.float64)
