"""Wavefront OBJ: a mesh a face, with the photograph as its texture."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Face
from annotator.release.formats.definition import Format
from annotator.release.formats.membership import held_at
from annotator.release.formats.textured import (
    MESHES,
    from_meshes,
    image_folder,
    mesh_file,
    texture_coordinates,
    turned,
)
from annotator.release.images import PlacedImage

_MATERIAL = "photograph"


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write an ``.obj`` and an ``.mtl`` for each face into ``meshes/``."""
    meshes = folder / MESHES
    meshes.mkdir(exist_ok=True)
    triangles = _triangles(layout)
    for block in blocks:
        for face in block.faces():
            text = _obj(face, triangles, layout)
            _write(meshes / mesh_file(face, ".obj"), text)
            _write(meshes / mesh_file(face, ".mtl"), _material(face.image))


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _obj(face: Face, triangles: str, layout: MeshLayout) -> str:
    row = face.row
    coordinates = texture_coordinates(face)
    coordinates[:, 1] = 1 - coordinates[:, 1]  # OBJ counts v from the image's lower edge
    return (
        f"# {layout.name}, sample {row['sample_id']}, image {row['image_sha256']},"
        f" face {row['face_index']}\n"
        "# x right, y up, z to the viewer, in pixels from the image's upper left corner\n"
        f"mtllib {mesh_file(face, '.mtl')}\n"
        f"o face_{row['sample_id']}\n"
        f"{_lines('v %s %s %s', turned(face.landmarks).astype(str))}"
        f"{_lines('vt %.9f %.9f', coordinates)}"
        f"usemtl {_MATERIAL}\n"
        f"{triangles}"
    )


def _lines(line: str, values: NDArray[Any]) -> str:
    """Return a line for each row of a table."""
    return f"{line}\n" * len(values) % tuple(values.ravel().tolist())


def _triangles(layout: MeshLayout) -> str:
    """Return the faces of the closed mesh, vertices counted from 1, with their coordinates."""
    numbers = np.repeat(layout.topology.triangles + 1, 2, axis=1)
    return _lines("f %d/%d %d/%d %d/%d", numbers)


def _material(image: PlacedImage) -> str:
    """Return a material that shows the image as it is, without light."""
    colours = f"newmtl {_MATERIAL}\nKa 1 1 1\nKd 1 1 1\nKs 0 0 0\nillum 0\n"
    if held_at(image) is None or not image.file.isprintable():  # such a name could be a command
        return colours
    return f"{colours}map_Kd {from_meshes(image.file)}\n"


FORMAT = Format(
    "obj",
    "OBJ meshes, textured",
    write,
    keeps="x, y and z to the last bit, triangles, and the photograph as texture",
    loses="visibility, predictions, splits, who did what",
    needs_upright=True,
    image_folder=image_folder,
)
