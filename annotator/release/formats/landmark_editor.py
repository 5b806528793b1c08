"""LandmarkEditor: an object of photographs by their names, each with its history of points."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Face
from annotator.release.formats.definition import Format
from annotator.release.formats.landmark_editor_reading import (
    ORIGINAL,
    TOOL,
    file_of_face,
    read_faces,
    recognises,
)
from annotator.release.normalised import normalised
from annotator.release.per_image import ImageFaces, images_of


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``face_mesh_annotations.json``.

    The tool knows one face a photograph: the second faces of group photographs are in
    ``face_mesh_annotations_2.json``, and so on.
    """
    del layout  # its points are the vertices, whichever they are
    entries: dict[str, int] = {}  # of images outside of the release, whose names may be shared
    files = 0
    for image in images_of(blocks):
        earlier = entries.get(image.name, 0)
        for number, face in enumerate(image.faces, start=earlier):
            with (folder / file_of_face(number)).open("a", encoding="utf-8", newline="\n") as file:
                file.write("{\n" if number == files else ",\n")
                file.write(f"{_json(image.name)}: {_json(_entry(image, face))}")
            files = max(files, number + 1)
        if image.image.sha256 is None:
            entries[image.name] = earlier + len(image.faces)
    for number in range(files):
        with (folder / file_of_face(number)).open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n}\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _entry(image: ImageFaces, face: Face) -> dict[str, Any]:
    states = [face.landmarks]
    if not np.array_equal(face.prediction, face.landmarks):
        states.insert(0, face.prediction)  # what Undo leads back to
    deleted = (face.visibility != Visibility.VISIBLE).tolist()
    original = image.original_sha256
    return {
        "points": {TOOL: [_points(state, deleted, image.size) for state in states]},
        # The tool takes annotations only of the very file that it has open.
        "sha256": image.image.sha256 or original,
        **({ORIGINAL: original} if original else {}),
        "width": image.size[0],
        "height": image.size[1],
    }


def _points(
    state: NDArray[np.float32], deleted: list[bool], size: tuple[int, int]
) -> list[dict[str, Any]]:
    return [
        {"id": vertex, "x": x, "y": y, "z": z, "deleted": is_deleted}
        for vertex, ((x, y, z), is_deleted) in enumerate(
            zip(normalised(state, size).tolist(), deleted, strict=True)
        )
    ]


FORMAT = Format(
    "landmark-editor",
    "LandmarkEditor (JSON)",
    write,
    keeps="x, y, z of every vertex, the prediction as the state before, which vertices are hidden",
    loses="why a vertex is hidden, people and verdicts",
    read_faces=read_faces,
    recognises=recognises,
)
