"""Datumaro: a JSON file a split, a box and points a face."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Face
from annotator.release.boxes import box_of, clipped
from annotator.release.formats.datumaro_reading import (
    FOLDER,
    LABEL,
    STATES,
    VERSION,
    read_faces,
    recognises,
)
from annotator.release.formats.definition import Format
from annotator.release.number_text import shortest
from annotator.release.per_image import ImageFaces, images_of
from annotator.release.vertex_names import vertex_names

_NO_SPLIT = "default"  # as Datumaro calls what belongs to no subset
_IMAGE = 2  # its number of the kind of media
_OF_PEOPLE = ("verdict", "annotator", "reviewer")


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``annotations/SPLIT.json`` for each split, ``default.json`` where there is none."""
    (folder / FOLDER).mkdir()
    with ExitStack() as stack:
        streams: dict[str, TextIO] = {}
        for image in images_of(blocks):
            split = image.row.get("split") or _NO_SPLIT
            separator = ",\n"
            if split not in streams:
                path = folder / FOLDER / f"{split}.json"
                streams[split] = stack.enter_context(path.open("x", encoding="utf-8", newline="\n"))
                streams[split].write(_beginning(layout))
                separator = "\n"
            streams[split].write(separator + _json(_item(image)))
        for stream in streams.values():
            stream.write("\n]\n}\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _beginning(layout: MeshLayout) -> str:
    label = {"name": LABEL, "parent": "", "attributes": []}
    points = {
        "label_id": 0,
        "labels": vertex_names(layout),
        "joints": layout.topology.contour_edges.tolist(),
    }
    categories = {
        "label": {"labels": [label], "label_groups": [], "attributes": []},
        "points": {"items": [points]},
    }
    return (
        f'{{\n"dm_format_version": "{VERSION}",\n"media_type": {_IMAGE},\n"infos": {{}},\n'
        f'"categories": {_json(categories)},\n"items": ['
    )


def _item(image: ImageFaces) -> dict[str, Any]:
    width, height = image.size
    annotations = []
    for group, face in enumerate(image.faces, start=1):
        annotations += [_box(face, group, (width, height)), _points(face, group)]
    return {
        "id": image.name,
        "annotations": annotations,
        "attr": {"sha256": image.original_sha256} if image.original_sha256 else {},
        "image": {"path": image.name, "size": [height, width]},
    }


def _box(face: Face, group: int, size: tuple[int, int]) -> dict[str, Any]:
    box = clipped(box_of(face.landmarks), size)
    return {**_annotation(face, "bbox", group, {}), "bbox": list(box)}


def _points(face: Face, group: int) -> dict[str, Any]:
    said = {key: face.row[key] for key in _OF_PEOPLE if face.row.get(key)}
    states = np.array([STATES[one] for one in Visibility])
    return {
        **_annotation(face, "points", group, {"z": shortest(face.landmarks[:, 2]), **said}),
        "points": shortest(face.landmarks[:, :2].ravel()),
        "visibility": states[face.visibility].tolist(),
    }


def _annotation(face: Face, kind: str, group: int, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": face.row["sample_id"],
        "type": kind,
        "attributes": attributes,
        "group": group,
        "label_id": 0,
        "z_order": 0,
    }


FORMAT = Format(
    "datumaro",
    "Datumaro (JSON, points and boxes)",
    write,
    keeps="x, y, z (as an attribute) and visibility of every vertex, the split, who did what",
    loses="the prediction; Datumaro itself rounds x and y to 0.01 px as it reads them",
    needs_upright=True,
    read_faces=read_faces,
    recognises=recognises,
)
