"""Reading COCO keypoints back, one annotation at a time, each compared with its sample."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.formats.definition import Rows
from annotator.release.glances import Room, kept
from annotator.release.json_objects import MalformedError, read_object
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes, as_visibility

ANNOTATIONS = "annotations.json"
CATEGORY = 1
# COCO's visibility flags. Its 0 means "not labelled", and readers drop such a keypoint with its
# coordinates. All vertices are labelled, those outside the image too: they have places.
NOT_VISIBLE, VISIBLE = 1, 2

_NUMBER = 26  # characters of one at most, with what is between two
_REST = 1 << 16  # of everything else that an entry says
_BOXES = {"bbox": 4, "bbox_unclipped": 4}


def read(files: ListedFiles, layout: MeshLayout, rows: Rows, room: Room = kept) -> Meshes:
    """Return landmarks and visibility in the order of the annotations."""
    longest = _REST + _NUMBER * 5 * layout.count
    with files.open(ANNOTATIONS, longest * (len(rows) + 2)) as stream:
        reading = _Reading(layout, rows, room)
        try:
            for key, value in read_object(
                stream, ("annotations", "categories", "images"), longest=longest
            ):
                if value is not None:
                    reading.take(key, value)
            return reading.meshes()
        except MalformedError as error:
            raise files.damaged(ANNOTATIONS, f"is damaged: {error}") from error


class _Reading:
    """Meshes as they come, in arrays of the size that the manifest says."""

    def __init__(self, layout: MeshLayout, rows: Rows, room: Room) -> None:
        self._layout, self._rows = layout, rows
        self._points = room((len(rows), layout.count, 3), np.float32)
        self._visibility = room((len(rows), layout.count), np.uint8)
        self._image_ids: list[object] = []
        self._images: dict[object, object] = {}
        self._categories = 0

    def take(self, key: str, value: Any) -> None:
        """Take an entry, whichever it is."""
        if key == "annotations":
            self._take_annotation(_object(value, "an annotation"))
        elif key == "images":
            self._take_image(_object(value, "an image"))
        elif key == "categories":
            self._take_category(_object(value, "a category"))

    def meshes(self) -> Meshes:
        """Return all of them, once there are as many as there have to be."""
        if len(self._image_ids) != len(self._rows):
            raise MalformedError(
                f"it has {len(self._image_ids)} annotations, and the manifest {len(self._rows)}"
            )
        if self._categories != 1:
            raise MalformedError(f"it has {self._categories} categories, and should have one")
        for index, image_id in enumerate(self._image_ids):
            if self._images.get(image_id) != self._rows[index]["image_file"]:
                raise MalformedError(f"annotation {index} is of another image than in the manifest")
        if len(self._images) != len(set(self._image_ids)):
            raise MalformedError("it has images without annotations")
        return Meshes(self._points, None, self._visibility)

    def _take_image(self, image: Mapping[str, Any]) -> None:
        number, name = image.get("id"), image.get("file_name")
        if type(number) is not int or not isinstance(name, str) or number in self._images:
            raise MalformedError(f"image {number!a:.40} has no id of its own, or no name")
        if len(self._images) == len(self._rows):
            raise MalformedError("it has more images than annotations")
        self._images[number] = name

    def _take_category(self, category: Mapping[str, Any]) -> None:
        names = category.get("keypoints")
        if category.get("id") != CATEGORY or not isinstance(names, list):
            raise MalformedError("its category is not the face")
        if len(names) != self._layout.count:
            raise MalformedError(
                f"its category has {len(names)} keypoints, and the layout {self._layout.count}"
            )
        self._categories += 1

    def _take_annotation(self, annotation: Mapping[str, Any]) -> None:
        index, count = len(self._image_ids), self._layout.count
        if index == len(self._rows):
            raise MalformedError(f"it has more than the manifest's {index} annotations")
        where = f"annotation {index}"
        self._check_stated(annotation, index, where)
        keypoints = _numbers(annotation, "keypoints", 3 * count, where).reshape(count, 3)
        depths = _numbers(annotation, "keypoints_z", count, where)
        with np.errstate(over="ignore"):  # found, as infinite, when all are looked at
            self._points[index] = np.column_stack([keypoints[:, :2], depths])
        if "visibility" in annotation:  # else it is of an earlier version
            numbers = _numbers(annotation, "visibility", count, where)
            self._visibility[index] = as_visibility(numbers)
            visible = numbers == Visibility.VISIBLE
            if (keypoints[:, 2] != np.where(visible, VISIBLE, NOT_VISIBLE)).any():
                raise MalformedError(f"the keypoints of {where} contradict its visibility")
        self._image_ids.append(annotation["image_id"])

    def _check_stated(self, annotation: Mapping[str, Any], index: int, where: str) -> None:
        stated = {
            "id": self._rows[index]["sample_id"],
            "category_id": CATEGORY,
            "num_keypoints": self._layout.count,
        }
        for key, expected in stated.items():
            said = annotation.get(key)
            if type(said) is not int or said != expected:
                raise MalformedError(f"the {key} of {where} is {said!a:.40}, not {expected}")
        if type(annotation.get("image_id")) is not int:
            raise MalformedError(f"{where} has no image_id")
        for key, length in _BOXES.items():
            if (
                key in annotation
                and not np.isfinite(_numbers(annotation, key, length, where)).all()
            ):
                raise MalformedError(f"the {key} of {where} is no box")


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(f"{what} is no object")
    return value


def _numbers(
    annotation: Mapping[str, Any], key: str, count: int, where: str
) -> NDArray[np.float64]:
    """Return a list of so many numbers; what else JSON can hold is none."""
    values = annotation.get(key)
    if not isinstance(values, list) or len(values) != count:
        length = len(values) if isinstance(values, list) else "no"
        raise MalformedError(f"expected {count} {key} of {where}, but got {length}")
    if not set(map(type, values)) <= {int, float}:
        raise MalformedError(f"the {key} of {where} are not all numbers")
    try:
        return np.array(values, np.float64)
    except OverflowError as error:  # an integer of hundreds of digits
        raise MalformedError(f"the {key} of {where} are too large") from error
