"""WFLW's list: the 98 points of a face, its box, six attributes and its image, a line each.

Coordinates count from the centre of the first pixel, which is 0. The scheme has pupils, so only
layouts with irises have its points.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.mesh.sparse.points_98 import to_98
from annotator.release.blocks import Block, Face
from annotator.release.formats.definition import Format
from annotator.release.formats.wflw_reading import ATTRIBUTES, read_faces, recognises
from annotator.release.sparse_points import FilesOfSplits, from_centres

LIST = "list_98pt.txt"
FIRST = 0
"""What the first pixel is called."""


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``list_98pt.txt``, or one list a split."""
    with FilesOfSplits(folder, LIST, lambda stream: None) as files:
        for block in blocks:
            for face in block.faces():
                files.of(face.row["split"]).write(line_of(face, layout))


def line_of(face: Face, layout: MeshLayout) -> str:
    """Return the line of a face: 196 coordinates, the box's corners, attributes, the image."""
    points = from_centres(to_98(face.landmarks, layout), FIRST)
    box = [*np.floor(points.min(axis=0)).tolist(), *np.ceil(points.max(axis=0)).tolist()]
    said = dict.fromkeys(ATTRIBUTES, 0)
    said["occlusion"] = int((face.visibility == Visibility.OCCLUDED).any())
    parts = [*points.astype(str).ravel().tolist(), *(f"{side:.0f}" for side in box)]
    return " ".join([*parts, *map(str, said.values()), face.image.file]) + "\n"


FORMAT = Format(
    "wflw",
    "WFLW, 98 points",
    write,
    keeps="98 points, between those of the table of 68, and whether some vertex is occluded",
    loses="all other vertices, depth, which vertices are occluded, who did what",
    needs_upright=True,
    layouts=frozenset({"face_478"}),
    read_faces=read_faces,
    recognises=recognises,
)
