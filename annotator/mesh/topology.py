"""The connectivity of a layout of face meshes, as its asset defines it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]
FloatArray = NDArray[np.float32]

_REGION_PREFIX = "region_"


@dataclass(frozen=True)
class FaceTopology:
    """What is the same for every mesh of a layout of n vertices. All arrays are read-only.

    Attributes
    ----------
    vertices : (n, 3) float32
        The canonical face in centimetres: x to the subject's left, y up, z towards the camera.
    uv : (n, 2) float32
        Texture coordinates in [0, 1].
    triangles : (t, 3) int32
        The full disk, mouth and eyes closed.
    opened_triangles : (o, 3) int32
        The same without the triangles that close the mouth and the eyes.
    edges, opened_edges : (e, 2) int32
        Undirected edges of either, each once, smaller index first.
    contour_edges : (m, 2) int32
        Edges along the face oval, lips, eyes and eyebrows.
    mirror : (n,) int32
        The vertex on the other half of the face; midline vertices map to themselves.
    regions : dict of str to (k,) int32
        Named contours and vertex sets; left is the subject's left.
    """

    vertices: FloatArray
    uv: FloatArray
    triangles: IntArray
    opened_triangles: IntArray
    edges: IntArray
    opened_edges: IntArray
    contour_edges: IntArray
    mirror: IntArray
    regions: dict[str, IntArray]


def read_topology(path: Path) -> FaceTopology:
    """Read the asset of a layout.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    with np.load(path) as archive:
        arrays = {name: _read_only(archive[name]) for name in archive.files}
    regions = {
        name.removeprefix(_REGION_PREFIX): arrays.pop(name)
        for name in list(arrays)
        if name.startswith(_REGION_PREFIX)
    }
    return FaceTopology(**arrays, regions=regions)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
