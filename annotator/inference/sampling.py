"""Cut square pieces out of photographs exactly as MediaPipe does.

MediaPipe samples with OpenCV's fixed-point bilinear interpolation: positions are rounded to
1/32 pixel. That rounding is part of what its nets see - without it meshes move by up to 0.4 %
of the inter-ocular distance - so the sampling positions are computed here and OpenCV is handed
fixed-point maps, whose arithmetic does not change from release to release.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(height, width, 3) RGB."""

Positions = tuple[NDArray[np.float32], NDArray[np.float32]]
"""x and y, (rows, columns) each, in pixels of the image; 0 is the centre of the first pixel."""

_Maps = tuple[Any, Any]  # positions as OpenCV rounds them

Border = Literal["zero", "replicate"]

_BORDERS = {"zero": cv2.BORDER_CONSTANT, "replicate": cv2.BORDER_REPLICATE}
_STEPS = 32  # positions from one pixel to the next
_MAX_SIDE = 32_000  # OpenCV's maps hold 16-bit coordinates
_BLOCK = 64  # columns that OpenCV's perspective warp steps through from one start


def checked_image(image: NDArray[np.uint8]) -> Image:
    """Return an image whose pixels lie one after the other in memory.

    Raises
    ------
    ValueError
        If it is not of shape (height, width, 3) and type uint8.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(
            f"expected an image of shape (height, width, 3) and type uint8, "
            f"but got {image.shape} and {image.dtype}"
        )
    return np.ascontiguousarray(image)


def sample(image: Image, positions: Positions, border: Border) -> Image:
    """Return the image's values at some positions.

    Parameters
    ----------
    image : (height, width, 3) uint8
    positions
        Are rounded to 1/32 pixel.
    border
        What lies outside of the image: zeros, or its nearest pixel.

    Returns
    -------
    (rows, columns, 3) uint8
    """
    if max(image.shape[:2]) > _MAX_SIDE:
        image, positions = _window(image, positions)
    return _remapped(image, _maps(positions), border)


def square_positions(
    centre: tuple[float, float], side: float, angle: float, size: int
) -> Positions:
    """Return where the (size, size) pixels of a rotated square region lie in the image.

    Parameters
    ----------
    centre
        x, y in pixels.
    side
        Of the square, in pixels.
    angle
        Clockwise on the screen, in radians.
    size
        Rows and columns of the result.
    """
    along = (np.arange(size) - size / 2) * (side / size)
    cos, sin = math.cos(angle) * along, math.sin(angle) * along
    x = (cos + centre[0]).astype(np.float32) - sin.astype(np.float32)[:, None]
    y = (sin + centre[1]).astype(np.float32) + cos.astype(np.float32)[:, None]
    return x, y


def letterbox_positions(width: int, height: int, size: int) -> Positions:
    """Return where the (size, size) pixels of a letterboxed whole image lie in it.

    For many sizes of images samples fall exactly half-way between two of the 1/32 positions,
    where the last bit of the arithmetic decides. OpenCV's own route is therefore repeated:
    through a perspective transform, its inverse and blocks of 64 columns. The result is
    rounded to 1/32 pixel.
    """
    half = max(width, height) / 2
    left, right = width / 2 - half, width / 2 + half
    top, bottom = height / 2 - half, height / 2 + half
    corners = np.array([[left, bottom], [left, top], [right, top], [right, bottom]], np.float32)
    target = np.array([[0, size], [0, 0], [size, 0], [size, size]], np.float32)
    m: Any = cv2.invert(cv2.getPerspectiveTransform(corners, target))[1]
    start = np.arange(0.0, size, _BLOCK)
    rows = np.arange(float(size))[:, None]
    step = np.arange(float(min(size, _BLOCK)))
    x, y, scale = ((a * start + b * rows + c)[..., None] + a * step for a, b, c in m.tolist())
    np.divide(_STEPS, scale, out=scale)
    return _rounded(x * scale, size), _rounded(y * scale, size)


def letterboxed(image: Image, size: int) -> Image:
    """Return the whole image inside a square of ``size``, centred, the rest black."""
    height, width = image.shape[:2]
    if max(height, width) > _MAX_SIDE:
        return sample(image, letterbox_positions(width, height, size), "zero")
    return _remapped(image, _letterbox_maps(width, height, size), "zero")


def stacked(images: Sequence[Image]) -> Image:
    """Return images of one size as (n, height, width, 3), a single one without a copy."""
    return images[0][None] if len(images) == 1 else np.stack(images)


def shrunk(image: Image, width: int, height: int) -> Image:
    """Return the image resized, bilinear."""
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


@lru_cache(maxsize=64)  # 6 MB; photographs from many sources have many sizes
def _letterbox_maps(width: int, height: int, size: int) -> _Maps:
    return _maps(letterbox_positions(width, height, size))


def _maps(positions: Positions) -> _Maps:
    whole, fraction = cv2.convertMaps(*positions, cv2.CV_16SC2)
    return whole, fraction


def _remapped(image: Image, maps: _Maps, border: Border) -> Image:
    sampled = cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=_BORDERS[border])
    return np.asarray(sampled, np.uint8)


def _rounded(positions: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Return positions in 1/32 pixel, rounded to whole such steps, in pixels."""
    np.rint(positions, out=positions)
    return (positions.reshape(size, size) / _STEPS).astype(np.float32)


def _window(image: Image, positions: Positions) -> tuple[Image, Positions]:
    """Return a part of a huge image, thinned if need be, that the positions can address."""
    thin = -(-int(max(np.ptp(axis) for axis in positions) + 4) // _MAX_SIDE)
    if thin > 1:
        x, y = (axis / np.float32(thin) for axis in positions)
        return _window(np.ascontiguousarray(image[::thin, ::thin]), (x, y))
    height, width = image.shape[:2]
    left, top = (
        min(max(0, int(axis.min()) - 1), side - 1)
        for axis, side in zip(positions, (width, height), strict=True)
    )
    part = image[top : top + _MAX_SIDE, left : left + _MAX_SIDE]
    x, y = positions
    return np.ascontiguousarray(part), (x - np.float32(left), y - np.float32(top))
