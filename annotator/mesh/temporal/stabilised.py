"""The face of a photograph laid out in the mesh's texture coordinates.

There skin that a mesh sticks to lies in one place, whatever the head does; where the mesh is wrong
it moves. Made with numpy alone: a few thousand pixels need no faster tool.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import as_landmarks
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import cross
from annotator.mesh.temporal.checked import Floats

Image = NDArray[np.uint8]
_SIZES = (8, 1024)


@dataclass(frozen=True, eq=False)
class Unwrapped:
    """Which points of a mesh the pixels of a square of texture coordinates show. Read-only.

    Attributes
    ----------
    size : int
        Rows and columns.
    inside : (m,) intp
        The pixels that show any, counted along rows.
    vertices : (m, 3) intp
        The corners of the triangle that each of them lies in.
    weights : (m, 3) float32
        And how much of each corner: barycentric coordinates.
    """

    size: int
    inside: NDArray[np.intp]
    vertices: NDArray[np.intp]
    weights: NDArray[np.float32]

    def points(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return what vertices have (n, d) at the pixels inside, (m, d)."""
        corners = values.astype(np.float32)[self.vertices]
        return np.asarray(np.einsum("mc,mcd->md", self.weights, corners))


@lru_cache(maxsize=16)
def unwrapped(layout: MeshLayout, size: int) -> Unwrapped:
    """Return how a layout lies in a square of so many pixels.

    Raises
    ------
    ValueError
        If the size is not from 8 to 1024.
    """
    if not _SIZES[0] <= size <= _SIZES[1]:
        raise ValueError(f"expected a size from {_SIZES[0]} to {_SIZES[1]}, but got {size}")
    topology = layout.topology
    places = topology.uv.astype(np.float64) * size - 0.5  # in pixels' centres
    corners = places[:, 0] + 1j * places[:, 1]
    owner = np.full(size * size, -1)
    weights = np.zeros((size * size, 3), np.float32)
    for number, triangle in enumerate(topology.triangles):
        pixels, shares = _pixels_in(corners[triangle], size)
        owner[pixels], weights[pixels] = number, shares
    inside = np.flatnonzero(owner >= 0)
    vertices = topology.triangles[owner[inside]].astype(np.intp)
    arrays = inside, vertices, weights[inside]
    for array in arrays:
        array.flags.writeable = False
    return Unwrapped(size, *arrays)


def stabilised(
    image: NDArray[np.uint8], landmarks: NDArray[np.floating], layout: MeshLayout, size: int
) -> Image:
    """Return the face as it lies in texture coordinates, (size, size, 3) uint8.

    Each triangle of the mesh is warped to its place there; what belongs to none is black. Of a face
    much larger than the result the mean of the pixels is taken that fall into one. Beyond the image
    its edge goes on; what the head itself hides is not left out.

    Parameters
    ----------
    image : (height, width, 3) uint8
        Upright.
    landmarks : (n, 3)
        In px of the image.
    layout
    size
        Rows and columns of the result, 8 to 1024.

    Raises
    ------
    ValueError
        If the image, the mesh or the size is none of these.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(
            f"expected an image of shape (height, width, 3) and type uint8, "
            f"but got {image.shape} and {image.dtype}"
        )
    target = unwrapped(layout, size)
    places = target.points(as_landmarks(landmarks, layout)[:, :2])
    part, places = _thinned(image, places, size)
    result = np.zeros((size * size, 3), np.uint8)
    result[target.inside] = _sampled(part, places - np.float32(0.5))
    return result.reshape(size, size, 3)


def _pixels_in(corners: NDArray[np.complex128], size: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the pixels whose centres lie in a triangle, and their barycentric coordinates."""
    low = np.ceil([corners.real.min(), corners.imag.min()]).astype(int).clip(0, size)
    high = np.floor([corners.real.max(), corners.imag.max()]).astype(int).clip(-1, size - 1) + 1
    columns, rows = (grid.ravel() for grid in np.mgrid[low[0] : high[0], low[1] : high[1]])
    points = columns + 1j * rows
    area = cross(corners[1:2] - corners[0], corners[2:] - corners[0])
    opposite = np.stack(
        [
            cross(corners[at - 2] - points, corners[at - 1] - points)  # at + 1 and at + 2
            for at in range(3)
        ],
        axis=1,
    )
    shares = opposite / np.where(area == 0, np.inf, area)
    # A hair's breadth more: no pixel on an edge belongs to neither side.
    within = (shares >= -1e-6).all(axis=1) & (area != 0)
    return (rows * size + columns)[within].astype(np.intp), shares[within]


def _thinned(
    image: Image, places: NDArray[np.float32], size: int
) -> tuple[Image, NDArray[np.float32]]:
    """Return the part of an image around places, thinned for so small a result, with them in it."""
    height, width = image.shape[:2]
    low, high = np.floor(places.min(axis=0)) - 1, np.ceil(places.max(axis=0)) + 2
    left, top = (int(at) for at in np.clip(low, 0, (width - 1, height - 1)))
    right, bottom = (int(at) for at in np.clip(high, (left + 1, top + 1), (width, height)))
    part = image[top:bottom, left:right]
    places = places - np.array([left, top], np.float32)
    thin = int(min(np.ptp(places, axis=0).max() / size, *part.shape[:2]))
    if thin < 2:
        return part, places
    rows, columns = part.shape[0] // thin, part.shape[1] // thin
    blocks = part[: rows * thin, : columns * thin].reshape(rows, thin, columns, thin, 3)
    means = blocks.mean(axis=(1, 3), dtype=np.float32)
    return np.rint(means).astype(np.uint8), places / np.float32(thin)


def _sampled(image: Image, places: NDArray[np.float32]) -> Image:
    """Return the values of an image at places (m, 2), between pixels' centres, bilinear."""
    limits = np.array([image.shape[1] - 1, image.shape[0] - 1], np.float32)
    places = places.clip(0, limits)
    first = np.minimum(places, limits - 1).clip(0, None).astype(np.intp)
    share = places - first
    after = np.minimum(first + 1, limits.astype(np.intp))
    x, y = share[:, :1], share[:, 1:]
    above = image[first[:, 1], first[:, 0]] * (1 - x) + image[first[:, 1], after[:, 0]] * x
    below = image[after[:, 1], first[:, 0]] * (1 - x) + image[after[:, 1], after[:, 0]] * x
    return np.asarray(np.rint(above + y * (below - above)), np.uint8)
