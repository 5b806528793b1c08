"""CVAT for images 1.1: an XML file of skeletons, and the definition of the label that they need."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.blocks import Block, Face
from annotator.release.formats.cvat_reading import (
    ANNOTATIONS,
    LABEL,
    OCCLUDED,
    OUTSIDE,
    read_faces,
    recognises,
)
from annotator.release.formats.definition import Format
from annotator.release.per_image import ImageFaces, images_of
from annotator.release.vertex_names import vertex_names

LABELS = "labels.json"
_COLOUR = "#33ddff"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Whether an element is outside, and whether it is occluded, by its visibility.
_FLAGS = {
    Visibility.VISIBLE: (0, 0),
    Visibility.OCCLUDED: (0, 1),
    Visibility.OUT_OF_FRAME: (1, 0),
}
_SUBSETS = {"train": "Train", "validation": "Validation", "test": "Test"}


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``annotations.xml``, and ``labels.json`` to paste where a task is created."""
    with (folder / LABELS).open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps([_label(layout)], indent=1) + "\n")
    names = vertex_names(layout)
    with (folder / ANNOTATIONS).open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(
            '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        )
        stream.writelines(_meta(layout))
        for image in images_of(blocks):
            stream.writelines(_image(image, names))
        stream.write("</annotations>\n")


def _meta(layout: MeshLayout) -> Iterator[str]:
    yield "<meta>\n<task>\n<mode>annotation</mode>\n<labels>\n"
    yield f"<label><name>{LABEL}</name><color>{_COLOUR}</color><type>skeleton</type>"
    yield f"<attributes></attributes><svg>{escape(_drawing(layout))}</svg></label>\n"
    for name in vertex_names(layout):
        yield f"<label><name>{name}</name><color>{_COLOUR}</color><type>points</type>"
        yield f"<attributes></attributes><parent>{LABEL}</parent></label>\n"
    yield "</labels>\n</task>\n</meta>\n"


def _image(image: ImageFaces, names: tuple[str, ...]) -> Iterator[str]:
    width, height = image.size
    split = _SUBSETS.get(image.row.get("split") or "")
    subset = f' subset="{split}"' if split else ""
    name = quoteattr(_NOT_IN_XML.sub(_spelt_out, image.name))
    yield f'<image id="{image.number}" name={name}{subset} width="{width}" height="{height}">\n'
    for face in image.faces:
        yield f'<skeleton label="{LABEL}" source="manual" z_order="0">\n'
        yield from _points(face, names)
        yield "</skeleton>\n"
    yield "</image>\n"


def _points(face: Face, names: tuple[str, ...]) -> Iterator[str]:
    places = np.asarray(face.landmarks[:, :2], np.float32).astype(str).tolist()
    for name, (x, y), visibility in zip(names, places, face.visibility.tolist(), strict=True):
        outside, occluded = _FLAGS[visibility]
        yield (
            f'<points label="{name}" source="manual" {OUTSIDE}="{outside}"'
            f' {OCCLUDED}="{occluded}" points="{x},{y}"></points>\n'
        )


def _label(layout: MeshLayout) -> dict[str, object]:
    sublabels = [
        {"name": name, "type": "points", "color": _COLOUR, "attributes": []}
        for name in vertex_names(layout)
    ]
    return {
        "name": LABEL,
        "type": "skeleton",
        "color": _COLOUR,
        "attributes": [],
        "sublabels": sublabels,
        "svg": _drawing(layout),
    }


def _drawing(layout: MeshLayout) -> str:
    """Return the skeleton as CVAT draws it, in a square of 100: all vertices, and the contours."""
    shape = layout.topology.vertices[:, :2] * [1, -1]  # its y points up
    shape = (shape - shape.min(axis=0)) / np.ptp(shape, axis=0).max() * 90 + 5
    places = [(f"{x:.2f}", f"{y:.2f}") for x, y in shape.tolist()]
    lines = [
        f'<line x1="{places[one][0]}" y1="{places[one][1]}" x2="{places[other][0]}"'
        f' y2="{places[other][1]}" data-type="edge" data-node-from="{one + 1}"'
        f' data-node-to="{other + 1}" stroke="black" stroke-width="0.2"></line>'
        for one, other in layout.topology.contour_edges.tolist()
    ]
    names = vertex_names(layout)
    circles = [
        f'<circle r="0.4" cx="{x}" cy="{y}" data-type="element node"'
        f' data-element-id="{vertex + 1}" data-node-id="{vertex + 1}"'
        f' data-label-name="{names[vertex]}" stroke="black" stroke-width="0.1"'
        f' fill="{_COLOUR}"></circle>'
        for vertex, (x, y) in enumerate(places)
    ]
    return "".join(lines + circles)


def _spelt_out(match: re.Match[str]) -> str:
    return ascii(match[0])[1:-1]


FORMAT = Format(
    "cvat",
    "CVAT for images (XML skeletons)",
    write,
    keeps="x, y and visibility of every vertex, every face of a photograph, the split",
    loses="z, the prediction, people and verdicts (they are in the exact record beside it)",
    needs_upright=True,
    read_faces=read_faces,
    recognises=recognises,
)
