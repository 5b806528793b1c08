"""iBUG's ``.pts``: the 68 points of a face, a text file each.

Version 1 of the format, as 300-W and menpo have it. It counts pixels from 1, and means their
centres: a point in the middle of the first pixel is ``1 1``.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.sparse.combinations import is_jaw_sure, to_68
from annotator.release.blocks import Block, Face
from annotator.release.formats.definition import Format
from annotator.release.formats.pts_reading import POINTS, read_faces, recognises
from annotator.release.sparse_points import file_stem, from_centres
from annotator.system.csv_text import csv_line
from annotator.system.guarded_cells import guarded

FIRST = 1
"""What the first pixel is called."""
TABLE = "faces.csv"
_COLUMNS = ("points", "image", "face_index", "sample_id", "split", "jaw_is_sure")


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write a file a face into ``points``, and ``faces.csv``, which says whose each is."""
    (folder / POINTS).mkdir()
    with (folder / TABLE).open("x", encoding="utf-8", newline="") as table:
        table.write(csv_line(_COLUMNS))
        for block in blocks:
            for face in block.faces():
                name = f"{POINTS}/{file_stem(face)}.pts"
                text = text_of(from_centres(to_68(face.landmarks, layout), FIRST))
                with (folder / name).open("x", encoding="ascii", newline="\n") as stream:
                    stream.write(text)
                table.write(csv_line(_row(name, face, layout)))


def text_of(points: NDArray[np.float32]) -> str:
    """Return the file of points (k, 2), each with the fewest digits that give it back."""
    lines = [" ".join(pair) for pair in points.astype(str).tolist()]
    return "\n".join(["version: 1", f"n_points: {len(points)}", "{", *lines, "}", ""])


def _row(name: str, face: Face, layout: MeshLayout) -> list[object]:
    row = face.row
    return [
        guarded(name),
        guarded(face.image.file),
        row["face_index"],
        row["sample_id"],
        row["split"],
        int(is_jaw_sure(face.landmarks, layout)),
    ]


FORMAT = Format(
    "pts",
    "iBUG .pts, 68 points",
    write,
    keeps="the 68 points of iBUG's scheme, from a fitted table, the jaw from the outline",
    loses="all other vertices, depth and visibility, who did what",
    needs_upright=True,
    layouts=frozenset(layout.name for layout in LAYOUTS.values() if layout.points_68),
    read_faces=read_faces,
    recognises=recognises,
)
