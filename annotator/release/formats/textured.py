"""What meshes with a photograph as their texture have in common: axes, and texture coordinates.

Pictures count y downwards and the mesh's z grows away from the viewer; files of 3-D meshes have y
up and z towards the viewer. Both signs are turned, which turns the face by half a circle about x:
left stays left, front stays front. Nothing is moved or scaled, and doing it again undoes it.
"""

from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from annotator.release.blocks import Face, Row
from annotator.release.per_image import size_of

MESHES = "meshes"
"""The folder of the meshes. The images are in it, too: readers refuse a texture with ``..``."""
_TURNED = np.array([1, -1, -1], np.float32)


def turned(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return landmarks (n, 3) with y up and z towards the viewer, or such points as landmarks."""
    return points * _TURNED


def texture_coordinates(face: Face) -> NDArray[np.float64]:
    """Return (u, v) of each vertex, (n, 2), as shares of the image from its upper left corner."""
    return face.landmarks[:, :2].astype(np.float64) / size_of(face.row)


def mesh_file(face: Face, suffix: str) -> str:
    """Return what the file of a sample is called; its number is its own."""
    return f"{face.row['sample_id']:08d}{suffix}"


def image_folder(row: Row) -> str:
    """Return the folder of all images."""
    return f"{MESHES}/images"


def from_meshes(file: str) -> str:
    """Return the path of a file of the release as seen from the folder of the meshes."""
    return PurePosixPath(file).relative_to(MESHES).as_posix()
