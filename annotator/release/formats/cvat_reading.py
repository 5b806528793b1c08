"""Reading skeletons of CVAT's XML, whoever made it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from annotator.mesh.layout import LAYOUTS
from annotator.mesh.marks import Visibility
from annotator.release.foreign_files import Place, Seen, head_of, own_copy
from annotator.release.foreign_xml import Element, elements_of
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.vertex_names import vertex_named

ANNOTATIONS = "annotations.xml"
LABEL = "face"
OUTSIDE, OCCLUDED = "outside", "occluded"

_MOST_POINTS = max(layout.count for layout in LAYOUTS.values())


def recognises(path: Path) -> bool:
    """Whether a file, or a folder's ``annotations.xml``, looks like CVAT's XML."""
    head = head_of(_file(path))
    return b"<annotations" in head and (b"<meta" in head or b"<version>1.1" in head)


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of all images: skeletons with an element for every vertex of a layout.

    Other shapes are passed over. z is NaN throughout.

    Raises
    ------
    AnnotationsError
        If it is no such XML, or a skeleton is not one of a mesh.
    """
    file = _file(path)
    reading = _Reading(file)
    for element in elements_of(file):
        face = reading.take(element)
        if face is not None:
            yield face


def _file(path: Path) -> Path:
    return path / ANNOTATIONS if path.is_dir() else path


class _Reading:
    """Where in the file reading is: in which image, in which skeleton."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._images = Seen("image")
        self._image: ImageClue | None = None
        self._elements: dict[int, Element] | None = None
        self._began = False

    def take(self, element: Element) -> IncomingFace | None:
        """Take the next beginning or end, and return the face that it completes."""
        place = Place(self._path, f"line {element.line}")
        if not self._began:
            if element.name != "annotations":
                raise place.error("is not CVAT's XML: it does not begin with annotations")
            self._began = True
        elif element.is_end:
            return self._end(element.name, place)
        elif element.name == "image":
            self._image = self._clue(element, place)
        elif element.name == "track":
            raise place.error("is of a track: export it as 'CVAT for images', not for video")
        elif element.name == "skeleton":
            if self._image is None or self._elements is not None:
                raise place.error("has a skeleton outside of an image, or in another one")
            self._elements = {}
        elif self._elements is not None and element.name != "attribute":
            self._add(element, self._elements, place)
        return None

    def _end(self, name: str, place: Place) -> IncomingFace | None:
        if name == "image":
            self._image, self._elements = None, None
        elif name == "skeleton" and self._image is not None and self._elements is not None:
            elements, self._elements = self._elements, None
            return _face(self._image, elements, place)
        return None

    def _clue(self, element: Element, place: Place) -> ImageClue:
        if self._image is not None:
            raise place.error("has an image in an image")
        stated = element.attributes
        number = place.at("id").whole(stated.get("id"), 0, 1 << 53)
        self._images.add(number, place)
        name = place.at("name").text(stated.get("name"))
        return ImageClue(
            name=name,
            width=place.at("width").side(stated.get("width")),
            height=place.at("height").side(stated.get("height")),
            path=own_copy(self._path.parent, name),
        )

    def _add(self, element: Element, elements: dict[int, Element], place: Place) -> None:
        label = element.attributes.get("label", "")
        vertex = vertex_named(label)
        if element.name != "points" or vertex is None or vertex >= _MOST_POINTS:
            raise place.error(
                f"has {label!a:.40} in a skeleton, which is no vertex of a mesh: call them v000,"
                " v001 and so on, as labels.json of a release does"
            )
        if vertex in elements:
            raise place.error(f"has vertex {vertex} twice in one skeleton")
        elements[vertex] = element


def _face(image: ImageClue, elements: dict[int, Element], place: Place) -> IncomingFace:
    layout = next((known for known in LAYOUTS.values() if known.count == len(elements)), None)
    if layout is None or max(elements) != layout.count - 1:
        counts = " or ".join(str(known.count) for known in LAYOUTS.values())
        raise place.error(f"ends a skeleton of {len(elements)} vertices, and a mesh has {counts}")
    points = np.full((layout.count, 3), np.nan)
    visibility = np.zeros(layout.count, np.uint8)
    for vertex, element in elements.items():
        there = Place(place.path, f"line {element.line}")
        points[vertex, :2] = _coordinates(element.attributes.get("points", ""), there)
        visibility[vertex] = _visibility(element, there)
    return IncomingFace(
        image, layout.name, place.points(points), visibility, where=str(place.at(image.name))
    )


def _coordinates(text: str, place: Place) -> tuple[float, float]:
    parts = text.split(",", 2)
    if len(parts) != 2:
        raise place.error("has a vertex that is not one point, x,y")
    return place.at("x").number(parts[0]), place.at("y").number(parts[1])


def _visibility(element: Element, place: Place) -> Visibility:
    if place.at(OUTSIDE).whole(element.attributes.get(OUTSIDE, "0"), 0, 1):
        return Visibility.OUT_OF_FRAME
    if place.at(OCCLUDED).whole(element.attributes.get(OCCLUDED, "0"), 0, 1):
        return Visibility.OCCLUDED
    return Visibility.VISIBLE
