"""COCO keypoints: one category, ``face``, with a keypoint for each vertex."""

import json
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Face
from annotator.release.boxes import area, box_of, clipped
from annotator.release.formats.coco_faces import read_faces, recognises
from annotator.release.formats.coco_reading import (
    ANNOTATIONS,
    CATEGORY,
    NOT_VISIBLE,
    VISIBLE,
    read,
)
from annotator.release.formats.definition import Format
from annotator.release.spool import sorted_spool

_OF_CLIP = ("clip_name", "clip_sha256", "clip_frame", "clip_time")


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``annotations.json``, one entry a line."""
    path = folder / ANNOTATIONS
    last = ""
    with path.open("x", encoding="utf-8", newline="\n") as stream, sorted_spool(folder) as images:
        stream.write('{\n"annotations": [')
        separator = "\n"
        for block in blocks:
            for face in block.faces():
                image = _image(face)
                stream.write(separator + _json(_annotation(face, image["id"])))
                separator = ",\n"
                images.add(image["id"], image)
                last = max(last, face.row["accepted_at"])
        stream.write("\n],\n")
        _write_list(stream, "categories", [_category(layout)])
        _write_list(stream, "images", (next(same) for _, same in groupby(images, itemgetter("id"))))
        stream.write(f'"info": {_json(_info(last, layout))},\n"licenses": []\n}}\n')


def _write_list(stream: TextIO, key: str, entries: Iterable[dict[str, Any]]) -> None:
    stream.write(f'"{key}": [')
    separator = "\n"
    for entry in entries:
        stream.write(separator + _json(entry))
        separator = ",\n"
    stream.write("\n],\n")


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _info(last: str, layout: MeshLayout) -> dict[str, Any]:
    return {
        "description": f"{layout.count}-vertex face meshes, refined and reviewed by people",
        "version": "1",
        "year": int(last[:4]),
        "date_created": last[:10],  # the last verdict's: nothing depends on now
    }


def _category(layout: MeshLayout) -> dict[str, Any]:
    topology = layout.topology
    return {
        "id": CATEGORY,
        "name": "face",
        "supercategory": "person",
        "keypoints": [f"vertex_{vertex}" for vertex in range(layout.count)],
        "skeleton": (topology.opened_edges + 1).tolist(),  # COCO counts keypoints from 1
        "contours": (topology.contour_edges + 1).tolist(),
    }


def _image(face: Face) -> dict[str, Any]:
    """Return the entry of an image; a crop, of which an image has several, is known by its face."""
    row, image = face.row, face.image
    return {
        "id": row["sample_id"] if image.stored == "crop" else row["image_id"],
        "file_name": image.file,
        "width": row["image_width"],
        "height": row["image_height"],
        "sha256": row["image_sha256"],
        "exif_orientation": image.orientation,
        "stored": image.stored,
        **{name: row[name] for name in _OF_CLIP},
    }


def _annotation(face: Face, image_id: int) -> dict[str, Any]:
    row, landmarks = face.row, face.landmarks
    x, y, z = (_shortest(column) for column in landmarks.T)
    box = box_of(landmarks)
    shown = clipped(box, (row["image_width"], row["image_height"]))
    flags = np.where(face.visibility == Visibility.VISIBLE, VISIBLE, NOT_VISIBLE).tolist()
    keypoints: list[float] = []
    for point in zip(x, y, flags, strict=True):
        keypoints += point
    return {
        "id": row["sample_id"],
        "image_id": image_id,
        "category_id": CATEGORY,
        "keypoints": keypoints,
        "keypoints_z": z,
        "visibility": face.visibility.tolist(),
        "num_keypoints": len(landmarks),
        "bbox": list(shown),
        "bbox_unclipped": list(box),
        "area": area(shown),
        "iscrowd": 0,
        "verdict": row["verdict"],
        "clip_track": row["clip_track"],
    }


def _shortest(values: NDArray[np.float32]) -> list[float]:
    """Return numbers with the fewest digits that give the same float32 back."""
    return [float(text) for text in values.astype(str).tolist()]


FORMAT = Format("coco", "COCO keypoints", write, read, read_faces=read_faces, recognises=recognises)
