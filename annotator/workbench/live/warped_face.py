"""A face warped to where its layout's texture coordinates are: whatever it does, it stands still.

For each pixel of the result it is known, once for all faces, in which triangle of the texture it
lies and with which weights its corners count; the mesh then says where in the frame to look.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

Pixels = NDArray[np.uint8]

_SHIFT = 4  # OpenCV's coordinates count in sixteenths of a pixel
_GROUND = (20, 22, 26)


def warped_face(
    pixels: Pixels, landmarks: NDArray[np.floating], layout: MeshLayout, size: int
) -> Pixels:
    """Return a face as it lies in its texture, (size, size, 3) uint8; dark beside it.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The frame.
    landmarks : (n, 2 or 3)
        In px of the frame, counted from its corner; finite.
    layout
    size
        In px.
    """
    corners, weights, beside = _raster(layout, size)
    places: NDArray[np.float32] = (
        landmarks[:, :2].astype(np.float32)[corners] * weights[..., None]
    ).sum(axis=2)
    # OpenCV counts from the centre of the first pixel.
    x, y = (np.ascontiguousarray(places[..., at] - np.float32(0.5)) for at in (0, 1))
    warped = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    warped[beside] = _GROUND
    return np.asarray(warped, np.uint8)


@cache
def _raster(
    layout: MeshLayout, size: int
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.bool_]]:
    """Return of each pixel its triangle's corners, their weights (size, size, 3), and if none."""
    topology = layout.topology
    corners = topology.uv * size - 0.5
    numbers = np.full((size, size), -1, np.int32)
    ends = np.round(corners * 2**_SHIFT).astype(np.int32)
    for number, triangle in enumerate(topology.triangles):
        cv2.fillConvexPoly(numbers, ends[triangle], number, cv2.LINE_8, _SHIFT)
    beside = numbers < 0
    triangles = topology.triangles[np.maximum(numbers, 0)].astype(np.intp)
    a, b, c = (corners[triangles[..., at]].astype(np.float64) for at in range(3))
    x, y = np.meshgrid(np.arange(size, dtype=float), np.arange(size, dtype=float))
    area = _doubled(a, b, c)
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    here = np.stack([x, y], axis=2)
    weights = np.stack([_doubled(here, b, c), _doubled(a, here, c)], axis=2) / area[..., None]
    weights = np.concatenate([weights, 1 - weights.sum(axis=2, keepdims=True)], axis=2)
    return triangles, weights.astype(np.float32), beside


def _doubled(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return twice the signed area between places (..., 2)."""
    along, across = b - a, c - a
    return np.asarray(along[..., 0] * across[..., 1] - along[..., 1] * across[..., 0])
