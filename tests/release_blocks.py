"""Blocks as formats get them, of two photographs of one face and one of two, without a project."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from annotator.mesh.layout import FACE_468
from annotator.release.blocks import Block
from annotator.release.images import PlacedImage

NAMES = ("plain.jpg", "a, b & 'c' \"d\" <ü>.v2.png", "gruppe 1.jpg", "gruppe 1.jpg")
SIZES = ((640, 480), (300, 400), (1001, 777), (1001, 777))


def mesh(seed: int, size: tuple[int, int]) -> np.ndarray:
    """Return the canonical face somewhere in an image, a bit of it outside, (468, 3)."""
    generator = np.random.default_rng(seed)
    points = FACE_468.topology.vertices * [1, -1, -1]
    points = points / np.ptp(points[:, 0]) * min(size) * 0.6 + [*generator.uniform(100, 200, 2), 0]
    return (points + generator.normal(0, 1, points.shape)).astype(np.float32)


def row(number: int, name: str, size: tuple[int, int], **changes: Any) -> dict[str, Any]:
    stated = {
        "sample_id": number + 11,
        "image_id": 5 if "gruppe" in name else number + 1,
        "image_file": f"images/{name}",
        "image_name": name,
        "image_sha256": ("cc" if "gruppe" in name else f"{number:02d}") * 32,
        "image_width": size[0],
        "image_height": size[1],
        "image_orientation": 1,
        "image_stored": "original",
        "face_index": int(number == 3),
        "presence": 0.9,
        "model_name": "face_landmark",
        "model_sha256": "ab" * 32,
        "annotator": "Ada",
        "reviewer": "Grace",
        "verdict": "accepted",
        "accepted_at": "2026-03-01T10:00:00.000000+00:00",
        "split": None,
        "crop_size": None,
        "clip_name": None,
    }
    return stated | changes


def blocks(
    names: Sequence[str] = NAMES,
    *,
    portion: int = 3,
    splits: Sequence[str | None] = (None,) * 4,
    **changes: Any,
) -> list[Block]:
    """Return four faces in blocks of so many, so that a photograph may lie in two of them."""
    meshes = np.stack([mesh(n, size) for n, size in enumerate(SIZES)])
    visibility = np.tile((np.arange(468) % 3).astype(np.uint8), (4, 1))
    visibility[1] = 0
    rows = [
        row(n, name, SIZES[n], **{"split": splits[n]} | changes) for n, name in enumerate(names)
    ]
    images = [
        PlacedImage(one["image_file"], 1, "original", f"e{n % 3}" * 32, 100)
        for n, one in enumerate(rows)
    ]
    images[3] = images[2]
    predicted = meshes + np.float32(0.5)
    cuts = [slice(start, start + portion) for start in range(0, 4, portion)]
    return [
        Block(rows[cut], meshes[cut], predicted[cut], visibility[cut], images[cut]) for cut in cuts
    ]


def elsewhere(paths: Sequence[str]) -> list[Block]:
    """Return them with their images referenced where they are."""
    return [
        replace(
            block,
            rows=[one | {"image_file": one["image_name"]} for one in block.rows],
            images=[
                PlacedImage(one["image_name"], 1, "original", None, None) for one in block.rows
            ],
        )
        for block in blocks(paths)
    ]


def written(folder: Path, chosen: Any, **options: Any) -> Path:
    """Write those faces in a format, and return the folder."""
    folder.mkdir(exist_ok=True)
    chosen.write(folder, blocks(**options), FACE_468)
    return folder


GONE = object()


def put(document: Any, place: str, value: Any) -> None:
    """Put a value where dots lead to in what JSON gave; `GONE` takes away what is there."""
    *way, last = [int(part) if part.lstrip("-").isdigit() else part for part in place.split(".")]
    for part in way:
        document = document[part]
    if value is GONE:
        del document[last]
    else:
        document[last] = value
