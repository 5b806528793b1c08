"""COCO keypoints: one category, ``face``, with a keypoint for each vertex."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.boxes import area, box_of, clipped
from annotator.release.formats.coco_reading import (
    ANNOTATIONS,
    CATEGORY,
    NOT_VISIBLE,
    VISIBLE,
    read,
)
from annotator.release.formats.definition import Format
from annotator.release.rows import ReleaseSample
from annotator.release.spool import sorted_spool


def write(folder: Path, samples: Iterable[ReleaseSample], layout: MeshLayout) -> None:
    """Write ``annotations.json``, one entry a line."""
    path = folder / ANNOTATIONS
    last = datetime.min.replace(tzinfo=UTC)
    with path.open("x", encoding="utf-8", newline="\n") as stream, sorted_spool(folder) as images:
        stream.write('{\n"annotations": [')
        separator = "\n"
        for sample in samples:
            stream.write(separator + _json(_annotation(sample)))
            separator = ",\n"
            images.add(sample.sample.image.id, _image(sample))
            last = max(last, sample.accepted_at)
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


def _info(last: datetime, layout: MeshLayout) -> dict[str, Any]:
    return {
        "description": f"{layout.count}-vertex face meshes, refined and reviewed by people",
        "version": "1",
        "year": last.year,
        "date_created": last.date().isoformat(),  # the last verdict's: nothing depends on now
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


def _image(sample: ReleaseSample) -> dict[str, Any]:
    image = sample.sample.image
    return {
        "id": image.id,
        "file_name": sample.image.file,
        "width": image.width,
        "height": image.height,
        "sha256": image.picture_sha256,
        "exif_orientation": sample.image.orientation,
        "stored": sample.image.stored,
        **sample.clip(),
    }


def _annotation(sample: ReleaseSample) -> dict[str, Any]:
    landmarks = np.asarray(sample.sample.landmarks, dtype=np.float32)
    x, y, z = (_shortest(column) for column in landmarks.T)
    box = box_of(landmarks)
    shown = clipped(box, (sample.sample.image.width, sample.sample.image.height))
    visibility = sample.sample.visibility
    flags = np.where(visibility == Visibility.VISIBLE, VISIBLE, NOT_VISIBLE).tolist()
    keypoints: list[float] = []
    for point in zip(x, y, flags, strict=True):
        keypoints += point
    return {
        "id": sample.sample.sample_id,
        "image_id": sample.sample.image.id,
        "category_id": CATEGORY,
        "keypoints": keypoints,
        "keypoints_z": z,
        "visibility": visibility.tolist(),
        "num_keypoints": len(landmarks),
        "bbox": list(shown),
        "bbox_unclipped": list(box),
        "area": area(shown),
        "iscrowd": 0,
        "verdict": sample.sample.verdict,
        "clip_track": sample.sample.clip_track,
    }


def _shortest(values: NDArray[np.float32]) -> list[float]:
    """Return numbers with the fewest digits that give the same float32 back."""
    return [float(text) for text in values.astype(str).tolist()]


FORMAT = Format("coco", "COCO keypoints", write, read)
