"""Label Studio: a task a photograph, with a box a face and its contours as key points in it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Face
from annotator.release.boxes import box_of, clipped
from annotator.release.formats.definition import Format
from annotator.release.formats.label_studio_reading import (
    BOX,
    HIDDEN,
    IMAGE,
    POINT,
    TASKS,
    read_faces,
    recognises,
)
from annotator.release.per_image import ImageFaces, images_of
from annotator.release.vertex_names import vertex_names

CONFIG = "labeling_config.xml"
_DOT = 0.4  # percent of the width, how large a point is drawn


def sparse_vertices(layout: MeshLayout) -> NDArray[np.intp]:
    """Return the vertices that are written, (k,): of all contours, and those that have a name.

    All vertices of a face would be more than 100 kB, and more points than the tool is for.
    """
    rings = [contour.vertices for contour in layout.contours.values()]
    return np.unique(np.concatenate([*rings, np.fromiter(layout.vertex_names, np.intp)]))


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``tasks.json``, and ``labeling_config.xml`` for the project that takes them."""
    vertices = sparse_vertices(layout)
    with (folder / CONFIG).open("x", encoding="utf-8", newline="\n") as stream:
        stream.writelines(_config(layout, vertices))
    with (folder / TASKS).open("x", encoding="utf-8", newline="\n") as stream:
        separator = "[\n"
        for image in images_of(blocks):
            task = _task(image, layout, vertices)
            stream.write(separator + json.dumps(task, ensure_ascii=False, allow_nan=False))
            separator = ",\n"
        stream.write("\n]\n")


def _config(layout: MeshLayout, vertices: NDArray[np.intp]) -> Iterator[str]:
    names = vertex_names(layout)
    yield f'<View>\n<Image name="{IMAGE}" value="${IMAGE}" zoom="true" zoomControl="true"/>\n'
    yield f'<RectangleLabels name="{BOX}" toName="{IMAGE}">\n<Label value="face"/>\n'
    yield f'</RectangleLabels>\n<KeyPointLabels name="{POINT}" toName="{IMAGE}">\n'
    for index, vertex in enumerate(vertices.tolist()):
        yield f'<Label value="{names[vertex]}" model_index="{index}"/>\n'
    yield "</KeyPointLabels>\n</View>\n"


def _task(image: ImageFaces, layout: MeshLayout, vertices: NDArray[np.intp]) -> dict[str, Any]:
    names = vertex_names(layout)
    results: list[dict[str, Any]] = []
    for face in image.faces:
        results.append(_box(face, image.size))
        results += _points(face, image.size, names, vertices)
    place = quote(image.image.file)  # below the root that the tool is given for local files
    return {
        "id": image.number + 1,
        "data": {
            IMAGE: f"/data/local-files/?d={place}",
            "name": image.name,
            "sha256": image.original_sha256,
        },
        "annotations": [{"result": results, "ground_truth": False, "was_cancelled": False}],
    }


def _box(face: Face, size: tuple[int, int]) -> dict[str, Any]:
    left, top, width, height = clipped(box_of(face.landmarks), size)
    value = {
        "x": left / size[0] * 100,
        "y": top / size[1] * 100,
        "width": width / size[0] * 100,
        "height": height / size[1] * 100,
        "rotation": 0,
        "rectanglelabels": ["face"],
    }
    return _result(_id(face), BOX, "rectanglelabels", size, value)


def _points(
    face: Face, size: tuple[int, int], names: tuple[str, ...], vertices: NDArray[np.intp]
) -> Iterator[dict[str, Any]]:
    percent = face.landmarks[vertices, :2].astype(np.float64) / size * 100
    for vertex, (x, y) in zip(vertices.tolist(), percent.tolist(), strict=True):
        value = {"x": x, "y": y, "width": _DOT, "keypointlabels": [names[vertex]]}
        result = _result(f"{_id(face)}-{names[vertex]}", POINT, "keypointlabels", size, value)
        result["parentID"] = _id(face)
        visibility = Visibility(face.visibility[vertex])
        if visibility != Visibility.VISIBLE:
            result["meta"] = {"text": [HIDDEN[visibility]]}
        yield result


def _id(face: Face) -> str:
    return f"face-{face.row['sample_id']}"


def _result(
    number: str, name: str, kind: str, size: tuple[int, int], value: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": number,
        "from_name": name,
        "to_name": IMAGE,
        "type": kind,
        "original_width": size[0],
        "original_height": size[1],
        "image_rotation": 0,
        "value": value,
    }


FORMAT = Format(
    "label-studio",
    "Label Studio (JSON tasks, contours only)",
    write,
    keeps="x, y and visibility of the vertices of the contours and of those that have a name",
    loses="all other vertices, z, the prediction, people and verdicts",
    needs_upright=True,
    read_faces=read_faces,
    recognises=recognises,
)
