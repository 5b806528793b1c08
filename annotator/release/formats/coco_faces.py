"""COCO keypoints of anybody's: meshes of our vertices, 68 points, or COCO-WholeBody's faces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import LAYOUTS
from annotator.mesh.marks import Visibility
from annotator.release.foreign_files import MOST_IMAGES, Place, Seen, head_of, own_copy
from annotator.release.foreign_json import entries_of_object
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.vertex_names import vertex_named

ANNOTATIONS = "annotations.json"

_LISTS = ("images", "annotations", "categories")
_WHOLE_BODY = "face_kpts"  # COCO-WholeBody's key: 68 points in iBUG's order, 3 numbers each
_SPARSE = {68: "ibug_68", 98: "wflw_98"}
_MOST_CATEGORIES = 10_000
_MOST_KEYPOINTS = 4_096
_NOT_LABELLED, _VISIBLE = 0, 2  # of COCO's flags; 1 is labelled and not visible


@dataclass(frozen=True, slots=True, eq=False)
class _Category:
    """What the keypoints of a category are; `order` says where each has its place."""

    scheme: str
    order: NDArray[np.intp] | None


@dataclass(slots=True)
class _Known:
    images: dict[int, ImageClue] = field(default_factory=dict)
    categories: dict[int, _Category] = field(default_factory=dict)


def recognises(path: Path) -> bool:
    """Return whether a file, or the ``annotations.json`` of a folder, looks like COCO keypoints."""
    head = head_of(path / ANNOTATIONS if path.is_dir() else path).lstrip()
    if not head.startswith(b"{"):
        return False
    has_annotations = b'"image_id"' in head and b'"keypoints"' in head
    return has_annotations or (b'"images"' in head and b'"file_name"' in head)


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of a COCO file in its order, in pixels as they stand there.

    Keypoints are taken by the names of our vertices where their category has them, else in their
    order: as many as a layout has vertices are a mesh, 68 iBUG's points, 98 WFLW's. Annotations of
    other categories, and crowds, are passed over; a keypoint with the flag 0 is not labelled.

    Parameters
    ----------
    path
        The file, or a folder with ``annotations.json``.

    Raises
    ------
    AnnotationsError
        If it is no such file, or holds what cannot be.
    """
    file = path / ANNOTATIONS if path.is_dir() else path
    place = Place(file)
    known = _known(file, place)
    seen, found = Seen("the annotation"), 0
    for key, value in entries_of_object(file, _LISTS):
        if key != "annotations" or value is None:
            continue
        annotation = place.at("an annotation").an_object(value)
        number = _id(annotation, place.at("an annotation"))
        here = place.at(f"annotation {number}")
        seen.add(number, here)
        for face in _faces(annotation, known, here):
            found += 1
            yield face
    if not found:
        raise place.error("has no faces with keypoints that are known: 468 vertices, 68 or 98")


def _known(file: Path, place: Place) -> _Known:
    """Read what images and categories there are; they may come after the annotations."""
    known, annotations = _Known(), 0
    for key, value in entries_of_object(file, _LISTS):
        if value is None:
            continue
        if key == "annotations":
            annotations += 1
            place.at("an annotation").an_object(value)
            if annotations > MOST_IMAGES:
                raise place.error(f"has more than {MOST_IMAGES} annotations")
        elif key == "images":
            image = place.at("an image").an_object(value)
            number = _id(image, place.at("an image"))
            here = place.at(f"image {number}")
            if number in known.images or len(known.images) == MOST_IMAGES:
                raise here.error("is there twice, or one of too many")
            known.images[number] = _clue(image, file.parent, here)
        elif key == "categories":
            category = place.at("a category").an_object(value)
            number = _id(category, place.at("a category"))
            here = place.at(f"category {number}")
            if number in known.categories or len(known.categories) == _MOST_CATEGORIES:
                raise here.error("is there twice, or one of too many")
            known.categories[number] = _category(category, here)
    return known


def _id(entry: Mapping[str, Any], place: Place) -> int:
    return place.at("id").whole(entry.get("id"), 0, 1 << 62)


def _clue(image: Mapping[str, Any], folder: Path, place: Place) -> ImageClue:
    name = place.at("file_name").text(image.get("file_name"))
    width, height = (
        None if image.get(key) is None else place.at(key).side(image[key])
        for key in ("width", "height")
    )
    said = image.get("sha256")
    sha256 = None if said is None else place.at("sha256").sha256(said)
    return ImageClue(name, sha256, width, height, own_copy(folder, name))


def _category(category: Mapping[str, Any], place: Place) -> _Category:
    names = category.get("keypoints")
    if names is None:
        return _Category("", None)
    listed = place.at("keypoints").a_list(names, at_most=_MOST_KEYPOINTS)
    scheme = _scheme_of(len(listed))
    if scheme not in LAYOUTS:
        return _Category(scheme, None)
    vertices = [vertex_named(name) if isinstance(name, str) else None for name in listed]
    if sorted(each for each in vertices if each is not None) != list(range(len(listed))):
        return _Category(scheme, None)  # other names: they are in order
    return _Category(scheme, np.array(vertices, np.intp))


def _scheme_of(count: int) -> str:
    """Return what so many keypoints are; nothing that is known is an empty name."""
    for name, layout in LAYOUTS.items():
        if layout.count == count:
            return name
    return _SPARSE.get(count, "")


def _faces(annotation: Mapping[str, Any], known: _Known, place: Place) -> Iterator[IncomingFace]:
    if annotation.get("iscrowd") in (1, True):
        return
    category_id = annotation.get("category_id", -1)
    category = known.categories.get(category_id) if isinstance(category_id, int) else None
    if isinstance(annotation.get("keypoints"), list):
        count = len(annotation["keypoints"]) // 3
        found = category if category is not None and category.scheme else None
        found = found or _Category(_scheme_of(count), None)
        if found.scheme:
            yield _face(annotation, "keypoints", found, known, place)
    if annotation.get("face_valid") and isinstance(annotation.get(_WHOLE_BODY), list):
        yield _face(annotation, _WHOLE_BODY, _Category(_SPARSE[68], None), known, place)


def _face(
    annotation: Mapping[str, Any], key: str, category: _Category, known: _Known, place: Place
) -> IncomingFace:
    image = known.images.get(place.at("image_id").whole(annotation.get("image_id"), 0, 1 << 62))
    if image is None:
        raise place.error("is of an image that is not there")
    numbers = _numbers(annotation[key], place.at(key))
    if len(numbers) % 3 or not len(numbers):
        raise place.at(key).error("has no three numbers a keypoint")
    triples = numbers.reshape(-1, 3)
    if _scheme_of(len(triples)) != category.scheme:
        raise place.at(key).error(f"has {len(triples)} keypoints, and its category others")
    points = np.full((len(triples), 3), np.nan)
    labelled = triples[:, 2] != _NOT_LABELLED
    points[labelled, :2] = triples[labelled, :2]
    if key == "keypoints" and annotation.get("keypoints_z") is not None:
        depth = _numbers(annotation["keypoints_z"], place.at("keypoints_z"))
        if len(depth) != len(points):
            raise place.at("keypoints_z").error(f"has {len(depth)} numbers, not {len(points)}")
        points[labelled, 2] = depth[labelled]
    visibility = _visibility(annotation, triples[:, 2], key, place)
    if category.order is not None:
        points, visibility = _ordered(points, category.order), _ordered(visibility, category.order)
    return IncomingFace(image, category.scheme, place.points(points), visibility, where=str(place))


def _visibility(
    annotation: Mapping[str, Any], flags: NDArray[np.float64], key: str, place: Place
) -> NDArray[np.uint8]:
    """Return what is said of each keypoint: by our own key, else by COCO's flags."""
    if key != "keypoints" or annotation.get("visibility") is None:
        not_seen = (flags != _VISIBLE) & (flags != _NOT_LABELLED)
        return np.where(not_seen, Visibility.OCCLUDED, Visibility.VISIBLE).astype(np.uint8)
    here = place.at("visibility")
    said = _numbers(annotation["visibility"], here)
    if len(said) != len(flags) or not np.isin(said, list(Visibility)).all():
        raise here.error("is not 0, 1 or 2 of each keypoint")
    return said.astype(np.uint8)


def _numbers(values: object, place: Place) -> NDArray[np.float64]:
    listed = place.a_list(values, at_most=3 * _MOST_KEYPOINTS)
    return np.array([place.number(value) for value in listed], np.float64)


def _ordered(values: NDArray[Any], order: NDArray[np.intp]) -> NDArray[Any]:
    """Return rows at the places of the vertices that they are of."""
    result = np.empty_like(values)
    result[order] = values
    return result
