"""Reading dlib's XML of anybody's: boxes with named parts."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from annotator.release.foreign_files import Place, files_of, head_of, own_copy
from annotator.release.foreign_xml import Element, elements_of
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.sparse_points import points_from_centres

SUFFIX = ".xml"

_LOOKS = 16  # files of a folder before it is none of this format
_COUNTS = {68: "ibug_68", 98: "wflw_98"}
_MOST = max(_COUNTS)
_FIVE = frozenset(range(5))  # dlib's other model; its points are not the first of the 68
_Parts = dict[int, tuple[float, float]]


def recognises(path: Path) -> bool:
    """Return whether a file, or one in a folder, begins as dlib's."""
    if path.is_dir():
        return any(map(_is_ours, sorted(path.glob(f"*{SUFFIX}"))[:_LOOKS]))
    return _is_ours(path)


def _is_ours(path: Path) -> bool:
    head = head_of(path)
    return b"<dataset" in head and (b"<images" in head or b"imglab" in head)


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the face of each box that has parts and is not to be ignored.

    A folder's files of the format are read one after the other.

    Raises
    ------
    AnnotationsError
        If it is no such XML, or a box has other parts than some of 68 or 98.
    """
    for file in files_of(path, SUFFIX, _is_ours):
        yield from _faces_of(file)


def _faces_of(path: Path) -> Iterator[IncomingFace]:
    place = Place(path)
    clue: ImageClue | None = None
    box: Mapping[str, str] | None = None
    parts: _Parts = {}
    for element in elements_of(path):
        here = place.at(f"line {element.line}")
        if element.name == "image":
            clue = None if element.is_end else _clue(element, here)
        elif element.name == "box" and not element.is_end:
            box, parts = element.attributes, {}
        elif element.name == "part" and not element.is_end and box is not None:
            _add(parts, element, here)
        elif element.name == "box":
            if clue is None:
                raise here.error("has a box outside of an image")
            if box is not None and parts and box.get("ignore", "0") in ("0", "false"):
                yield _face(clue, parts, here)
            box = None


def _clue(element: Element, place: Place) -> ImageClue:
    said = element.attributes
    name = place.at("file").text(said.get("file"))
    sides = [
        place.at(side).side(said[side]) if side in said else None for side in ("width", "height")
    ]
    copy = own_copy(place.path.parent, name)
    return ImageClue(name, width=sides[0], height=sides[1], path=copy)


def _add(parts: _Parts, element: Element, place: Place) -> None:
    said = element.attributes
    number = place.at("the name of a part").whole(said.get("name"), 0, _MOST - 1)
    if number in parts:
        raise place.error(f"has part {number} twice")
    x, y = (place.at(f"part {number}, {axis}").number(said.get(axis)) for axis in ("x", "y"))
    parts[number] = (x, y)


def _face(clue: ImageClue, parts: _Parts, place: Place) -> IncomingFace:
    """Return a face; points of the 68 that are no parts of it are not labelled."""
    if set(parts) == _FIVE:
        raise place.error("has dlib's five points: 68 and 98 can be read")
    count = next(count for count in sorted(_COUNTS) if max(parts) < count)
    values = np.full((count, 2), np.nan)
    values[list(parts)] = list(parts.values())
    points = place.points(points_from_centres(values, first=0))
    return IncomingFace(clue, _COUNTS[count], points, where=str(place))
