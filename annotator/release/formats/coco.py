"""COCO keypoints: one category, ``face``, with a keypoint for each vertex."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Row
from annotator.release.boxes import area, boxes_of, clipped
from annotator.release.formats.coco_faces import read_faces, recognises
from annotator.release.formats.coco_reading import (
    ANNOTATIONS,
    CATEGORY,
    NOT_VISIBLE,
    VISIBLE,
    read,
)
from annotator.release.formats.definition import BUFFER, Format
from annotator.release.number_text import as_json, rows_of_digits, rows_of_numbers, rows_of_points
from annotator.release.spool import sorted_spool

SIGMA = 0.025
"""Of every vertex, for COCO's object keypoint similarity: what COCO measured of the eyes.

COCO's sigmas are how far annotators lie apart, as a share of the root of the object's area. Nobody
measured them of each vertex of this mesh; of COCO's 17 points those of the eyes are most alike.
The area is that of the face and not of a whole person, so that the same share asks for more.
"""

_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False).encode
_OF_CLIP = ("clip_name", "clip_sha256", "clip_frame", "clip_time")


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``annotations.json``, one entry a line."""
    last = ""
    with (
        (folder / ANNOTATIONS).open("xb", buffering=BUFFER) as stream,
        sorted_spool(folder) as images,
    ):
        stream.write(b'{\n"annotations": [')
        separator = b"\n"
        for block in blocks:
            last = max(last, *(row["accepted_at"] for row in block.rows))
            for annotation in _annotations(block):
                stream.write(separator)
                stream.write(annotation)
                separator = b",\n"
            for image_id, image in _images(block):
                images.add(image_id, image)
        stream.write(b"\n],\n")
        _write_list(stream, "categories", [_category(layout)])
        # An image that two blocks share is there twice.
        _write_list(stream, "images", (next(same) for _, same in groupby(images, itemgetter("id"))))
        end = f'"info": {_json(_info(last, layout))},\n"licenses": []\n}}\n'
        stream.write(end.encode())


def _write_list(stream: IO[bytes], key: str, entries: Iterable[dict[str, Any]]) -> None:
    stream.write(f'"{key}": ['.encode())
    separator = "\n"
    for entry in entries:
        stream.write(f"{separator}{_json(entry)}".encode())
        separator = ",\n"
    stream.write(b"\n],\n")


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
        "sigmas": [SIGMA] * layout.count,
        "skeleton": (topology.opened_edges + 1).tolist(),  # COCO counts keypoints from 1
        "contours": (topology.contour_edges + 1).tolist(),
    }


def _images(block: Block) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the id and the entry of each image of a block, once."""
    last = None
    for row, image in zip(block.rows, block.images, strict=True):
        if (image_id := _image_id(row)) != last:
            yield (
                image_id,
                {
                    "id": image_id,
                    "file_name": image.file,
                    "width": row["image_width"],
                    "height": row["image_height"],
                    "sha256": row["image_sha256"],
                    "exif_orientation": image.orientation,
                    "stored": image.stored,
                    **{name: row[name] for name in _OF_CLIP},
                },
            )
        last = image_id


def _image_id(row: Row) -> int:
    """Return what an image is known by; a crop, of which an image has several, by its face."""
    number: int = row["sample_id"] if row["image_stored"] == "crop" else row["image_id"]
    return number


def _annotations(block: Block) -> Iterator[bytes]:
    """Yield the entries of a block: what `_json` makes of them, with long lists put into it."""
    lists, count = zip(*_lists(block), strict=True), block.visibility.shape[1]
    ends = {
        verdict: _json({"num_keypoints": count, "verdict": verdict})[1:-1].encode()
        for verdict in {row["verdict"] for row in block.rows}
    }
    # Of numbers alone, so that nothing else in them looks like where one ends.
    begins = _json(list(_begins(block)))[2:-2].encode().split(b"}, {")
    for row, begin, (keypoints, z, visibility) in zip(block.rows, begins, lists, strict=True):
        yield b'{%b, "keypoints": [%b], "keypoints_z": [%b], %b, "visibility": [%b]}' % (
            begin, keypoints, z, ends[row["verdict"]], visibility,
        )  # fmt: skip


def _begins(block: Block) -> Iterator[dict[str, Any]]:
    """Yield what entries say before their long lists, in the order of the alphabet."""
    for row, box in zip(block.rows, boxes_of(block.landmarks), strict=True):
        shown = clipped(box, (row["image_width"], row["image_height"]))
        yield {
            "id": row["sample_id"],
            "image_id": _image_id(row),
            "category_id": CATEGORY,
            "bbox": shown,
            "bbox_unclipped": box,
            "area": area(shown),
            "iscrowd": 0,
            "clip_track": row["clip_track"],
        }


def _lists(block: Block) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Return keypoints, depths and visibility of each sample, as JSON without its brackets."""
    flags = np.where(block.visibility == Visibility.VISIBLE, VISIBLE, NOT_VISIBLE)
    return (
        rows_of_points(block.landmarks[..., :2], flags.astype(np.uint8), as_json),
        rows_of_numbers(block.landmarks[..., 2], as_json, between=b", "),
        rows_of_digits(block.visibility, b", "),
    )


FORMAT = Format(
    "coco",
    "COCO keypoints",
    write,
    read,
    keeps="landmarks to the last bit, visibility, boxes, and which image each face is in",
    loses="predictions; people, times and all else of the table, which are in the manifest alone",
    read_faces=read_faces,
    recognises=recognises,
)
