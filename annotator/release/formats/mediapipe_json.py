"""JSON as MediaPipe's FaceLandmarker gives results: a file a photograph."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats.definition import Format
from annotator.release.formats.mediapipe_json_reading import (
    FOLDER,
    VISIBILITY,
    read_faces,
    recognises,
)
from annotator.release.normalised import normalised
from annotator.release.per_image import ImageFaces, images_of


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``landmarks/NAME.json`` for each photograph, or its SHA-256 where it is elsewhere."""
    del layout  # its points are the vertices, whichever they are
    (folder / FOLDER).mkdir()
    for image in images_of(blocks):
        text = json.dumps(_result(image), ensure_ascii=False, allow_nan=False)
        path = folder / FOLDER / f"{_name(image)}.json"
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(f"{text}\n")


def _name(image: ImageFaces) -> str:
    # Outside of the release several images may have one name.
    return image.row["image_sha256"] if image.image.sha256 is None else image.name


def _result(image: ImageFaces) -> dict[str, Any]:
    width, height = image.size
    return {
        "image": {
            "file": image.image.file,
            "width": width,
            "height": height,
            "sha256": image.original_sha256,
        },
        "faceLandmarks": [_face(face.landmarks, image.size) for face in image.faces],
        "faceBlendshapes": [],
        "facialTransformationMatrixes": [],
        VISIBILITY: [face.visibility.tolist() for face in image.faces],
    }


def _face(landmarks: NDArray[np.float32], size: tuple[int, int]) -> list[dict[str, float]]:
    points = normalised(landmarks, size).tolist()
    return [{"x": x, "y": y, "z": z} for x, y, z in points]


FORMAT = Format(
    "mediapipe-json",
    "MediaPipe FaceLandmarker results (JSON)",
    write,
    keeps="x, y, z and visibility of every vertex, every face of a photograph",
    loses="the prediction, people and verdicts",
    read_faces=read_faces,
    recognises=recognises,
)
