"""glTF 2.0: a mesh a face, with the photograph as its texture."""

import json
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Face
from annotator.release.formats.common_images import common_image, common_suffix
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
from annotator.release.per_image import ImageFaces, images_of

_TEXTURES = f"{MESHES}/textures"
_FLOAT, _UINT16 = 5126, 5123  # WebGL's numbers of these types
_VERTICES, _INDICES = 34962, 34963  # and of what a buffer is for
_CLAMP, _LINEAR = 33071, 9729
_UNLIT = "KHR_materials_unlit"


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write a ``.gltf`` for each face into ``meshes/``.

    Images that are neither JPEG nor PNG, which are all that glTF knows, have a copy as PNG in
    ``meshes/textures/``.
    """
    (folder / MESHES).mkdir(exist_ok=True)
    triangles = layout.topology.triangles.astype("<u2")
    for image in images_of(blocks):
        texture = _texture(folder, image)
        for face in image.faces:
            _write(folder / MESHES, face, texture, triangles, layout)


def _texture(folder: Path, image: ImageFaces) -> str | None:
    """Return where the texture of an image is, seen from a mesh; None if there is no image."""
    path = held_at(image.image)
    if path is None:
        return None
    if common_suffix(path) is not None:
        return quote(from_meshes(image.image.file))
    (folder / _TEXTURES).mkdir(exist_ok=True)
    file = f"{_TEXTURES}/{image.row['sample_id']:08d}.png"
    with (folder / file).open("xb") as stream:
        stream.write(common_image(path).content)
    return quote(from_meshes(file))


def _write(
    folder: Path,
    face: Face,
    texture: str | None,
    triangles: NDArray[np.uint16],
    layout: MeshLayout,
) -> None:
    text = json.dumps(_document(face, texture, triangles, layout), indent=1, sort_keys=True)
    with (folder / mesh_file(face, ".gltf")).open("x", encoding="ascii", newline="\n") as stream:
        stream.write(f"{text}\n")


def _document(
    face: Face, texture: str | None, triangles: NDArray[np.uint16], layout: MeshLayout
) -> dict[str, Any]:
    points = turned(face.landmarks).astype("<f4")
    coordinates = texture_coordinates(face).astype("<f4")
    parts = [points.tobytes(), coordinates.tobytes(), triangles.tobytes()]
    primitive = {"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}
    return {
        "asset": {"version": "2.0", "generator": "facemesh-annotator"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": f"face_{face.row['sample_id']}"}],
        "meshes": [{"primitives": [primitive], "extras": _extras(face, layout)}],
        "accessors": [
            _accessor(0, _FLOAT, "VEC3", points)
            | {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()},
            _accessor(1, _FLOAT, "VEC2", coordinates),
            _accessor(2, _UINT16, "SCALAR", triangles.ravel()),
        ],
        "bufferViews": _views(parts),
        "buffers": [_buffer(b"".join(parts))],
        "extensionsUsed": [_UNLIT],
        **_looks(texture),
    }


def _extras(face: Face, layout: MeshLayout) -> dict[str, Any]:
    known = ("sample_id", "image_sha256", "face_index", "split")
    return {
        "layout": layout.name,
        **{name: face.row[name] for name in known},
        "visibility": face.visibility.tolist(),
    }


def _accessor(view: int, component: int, kind: str, values: NDArray[Any]) -> dict[str, Any]:
    return {"bufferView": view, "componentType": component, "type": kind, "count": len(values)}


def _views(parts: list[bytes]) -> list[dict[str, int]]:
    views, start = [], 0
    for part, target in zip(parts, (_VERTICES, _VERTICES, _INDICES), strict=True):
        views.append({"buffer": 0, "byteOffset": start, "byteLength": len(part), "target": target})
        start += len(part)
    return views


def _buffer(content: bytes) -> dict[str, Any]:
    encoded = b64encode(content).decode("ascii")
    return {"byteLength": len(content), "uri": f"data:application/octet-stream;base64,{encoded}"}


def _looks(texture: str | None) -> dict[str, Any]:
    """Return a material that shows the image as it is, without light."""
    surface: dict[str, Any] = {"metallicFactor": 0, "roughnessFactor": 1}
    material = {
        "name": "photograph",
        "doubleSided": True,
        "pbrMetallicRoughness": surface,
        "extensions": {_UNLIT: {}},
    }
    if texture is None:
        return {"materials": [material]}
    surface["baseColorTexture"] = {"index": 0}
    sampler = {"wrapS": _CLAMP, "wrapT": _CLAMP, "magFilter": _LINEAR, "minFilter": _LINEAR}
    return {
        "materials": [material],
        "textures": [{"source": 0, "sampler": 0}],
        "images": [{"uri": texture}],
        "samplers": [sampler],
    }


FORMAT = Format(
    "gltf",
    "glTF meshes, textured",
    write,
    keeps="x, y and z to the last bit, triangles, visibility, and the photograph as texture",
    loses="predictions, who did what",
    needs_upright=True,
    image_folder=image_folder,
)
