"""COCO keypoints: one category, ``face``, with 468 keypoints."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility
from annotator.release.meshes import Meshes, all_visible
from annotator.release.rows import ReleaseSample

ANNOTATIONS = "annotations.json"
_CATEGORY = 1
# COCO's visibility flags. Its 0 means "not labelled", and readers drop such a keypoint with its
# coordinates. All vertices are labelled, those outside the image too: they have places.
_NOT_VISIBLE, _VISIBLE = 1, 2


def write(folder: Path, samples: Sequence[ReleaseSample]) -> None:
    """Write ``annotations.json``."""
    images = {sample.sample.image.id: _image(sample) for sample in samples}
    with (folder / ANNOTATIONS).open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("{\n")
        _write_list(stream, "annotations", map(_annotation, samples))
        _write_list(stream, "categories", [_category()])
        _write_list(stream, "images", (images[key] for key in sorted(images)))
        stream.write(f'"info": {_json(_info(samples))},\n"licenses": []\n}}\n')


def read(folder: Path) -> Meshes:
    """Return landmarks and visibility in the order of the annotations."""
    content = json.loads((folder / ANNOTATIONS).read_text(encoding="utf-8"))
    annotations = content["annotations"]
    points = [
        np.column_stack(
            [
                np.reshape(annotation["keypoints"], (FACE_468.count, 3))[:, :2],
                annotation["keypoints_z"],
            ]
        )
        for annotation in annotations
    ]
    visibility = all_visible(len(points))  # of releases of earlier versions
    for row, annotation in zip(visibility, annotations, strict=True):
        row[:] = annotation.get("visibility", Visibility.VISIBLE)
    return Meshes(np.array(points, dtype=np.float32), None, visibility)


def _write_list(stream: TextIO, key: str, entries: Iterable[dict[str, Any]]) -> None:
    """Write one entry a line, and one at a time: a release may hold many."""
    stream.write(f'"{key}": [')
    separator = "\n"
    for entry in entries:
        stream.write(separator + _json(entry))
        separator = ",\n"
    stream.write("\n],\n")


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _info(samples: Sequence[ReleaseSample]) -> dict[str, Any]:
    last = max(sample.accepted_at for sample in samples)
    return {
        "description": f"{FACE_468.count}-vertex face meshes, refined and reviewed by people",
        "version": "1",
        "year": last.year,
        "date_created": last.date().isoformat(),  # the last verdict's: nothing depends on now
    }


def _category() -> dict[str, Any]:
    topology = FACE_468.topology
    return {
        "id": _CATEGORY,
        "name": "face",
        "supercategory": "person",
        "keypoints": [f"vertex_{vertex}" for vertex in range(FACE_468.count)],
        "skeleton": (topology.opened_edges + 1).tolist(),  # COCO counts keypoints from 1
        "contours": (topology.contour_edges + 1).tolist(),
    }


def _image(sample: ReleaseSample) -> dict[str, Any]:
    image = sample.sample.image
    return {
        "id": image.id,
        "file_name": sample.image.file,
        "width": image.width,
        "height": image.height,
        "sha256": image.sha256,
        "exif_orientation": sample.image.orientation,
    }


def _annotation(sample: ReleaseSample) -> dict[str, Any]:
    landmarks = np.asarray(sample.sample.landmarks, dtype=np.float32)
    x, y, z = (_shortest(column) for column in landmarks.T)
    left, top, width, height = _shortest(np.array(bounding_box(landmarks), dtype=np.float32))
    visibility = sample.sample.visibility
    flags = np.where(visibility == Visibility.VISIBLE, _VISIBLE, _NOT_VISIBLE).tolist()
    keypoints: list[float] = []
    for point in zip(x, y, flags, strict=True):
        keypoints += point
    return {
        "id": sample.sample.sample_id,
        "image_id": sample.sample.image.id,
        "category_id": _CATEGORY,
        "keypoints": keypoints,
        "keypoints_z": z,
        "visibility": visibility.tolist(),
        "num_keypoints": FACE_468.count,
        "bbox": [left, top, width, height],
        "area": width * height,
        "iscrowd": 0,
        "verdict": sample.sample.verdict,
    }


def _shortest(values: NDArray[np.float32]) -> list[float]:
    """Return numbers with the fewest digits that give the same float32 back."""
    return [float(text) for text in values.astype(str)]
