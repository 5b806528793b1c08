"""A texture laid over a face by its UV, by software: what the canvas leaves to a graphics card.

The triangles are filled, from the farthest to the nearest, with their own numbers on a raster
coarser than the picture; on it texture coordinates follow from each triangle's affine map. They are
continuous, so the raster can be stretched to the picture's size, where the texture is looked up.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.workbench.look.covering import far_to_near, texture_pixels
from annotator.workbench.look.view_settings import Texture

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_SHIFT = 4  # OpenCV's coordinates count in sixteenths of a pixel
_COARSE = 180  # pixels of the raster along a face's longer side, at most
_FINEST = 0.5  # never finer than half the picture: its rim then fades over two pixels
_SMALLEST = 64
_NONE = -1.0


@dataclass(frozen=True, eq=False)
class _Place:
    """The part of a picture that a face covers, and a coarser raster over it."""

    left: int
    top: int
    right: int
    bottom: int
    columns: int
    rows: int

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    def on_raster(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where points of the picture lie, counted from the centre of the first pixel."""
        (width, height), corner = self.size, (self.left, self.top)
        steps = (self.columns / width, self.rows / height)
        return np.asarray((points[:, :2] - corner) * steps - 0.5, np.float64)


def lay_texture(
    pixels: Pixels,
    points: NDArray[np.floating],
    layout: MeshLayout,
    texture: Texture,
    opacity: float,
) -> None:
    """Lay a texture over a face, in place; make-up colours the skin, a checker covers it.

    Parameters
    ----------
    pixels : (h, w, 3) uint8
        RGB, changed.
    points : (n, 3)
        The mesh, in px of these pixels counted from their corner; z in the same px.
    layout
    texture
    opacity
        In [0, 1].
    """
    place = _place_of(points, pixels.shape[1], pixels.shape[0])
    if texture is Texture.NONE or place is None:
        return
    triangles = far_to_near(points, layout.topology.opened_triangles)
    uv, mask = _coordinates(place, points, triangles, layout)
    size = place.size
    mask, uv = _stretched(mask, size), _stretched(uv, size)
    level = _level(layout, texture, max(size))
    u, v = (np.ascontiguousarray(uv[..., at] * len(level) - 0.5, np.float32) for at in (0, 1))
    texels = cv2.remap(level, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    part = pixels[place.top : place.bottom, place.left : place.right]
    part[:] = _blended(
        part, np.asarray(texels, np.uint8), mask * np.float32(opacity), texture is Texture.MAKE_UP
    )


def _place_of(points: NDArray[np.floating], width: int, height: int) -> _Place | None:
    """Return what a mesh covers of a picture, or None if that is nothing."""
    low = np.floor(points[:, :2].min(axis=0)) - 1
    high = np.ceil(points[:, :2].max(axis=0)) + 1
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return None
    left, top = (int(at) for at in np.clip(low, 0, (width, height)))
    right, bottom = (int(at) for at in np.clip(high, 0, (width, height)))
    if right - left < 2 or bottom - top < 2:
        return None
    share = min(_FINEST, _COARSE / max(right - left, bottom - top))
    columns, rows = (max(2, round(size * share)) for size in (right - left, bottom - top))
    return _Place(left, top, right, bottom, columns, rows)


def _coordinates(
    place: _Place,
    points: NDArray[np.floating],
    triangles: NDArray[np.integer],
    layout: MeshLayout,
) -> tuple[Floats, Floats]:
    """Return texture coordinates (rows, columns, 2) on the raster, and where the face is."""
    corners = place.on_raster(points)
    # As far outside as matters: OpenCV's fixed-point numbers end somewhere.
    far = 4 * max(place.columns, place.rows)
    ends = np.round(np.clip(corners, -far, far) * 2**_SHIFT).astype(np.int32)
    numbers = np.full((place.rows, place.columns), _NONE, np.float32)
    for number, triangle in enumerate(ends[triangles]):
        cv2.fillConvexPoly(numbers, triangle, float(number), cv2.LINE_8, _SHIFT)
    inside = np.asarray(numbers != _NONE, np.float32)
    # Beyond the rim the nearest triangle goes on: stretching would mix in what is no coordinate.
    beyond = cv2.dilate(numbers, np.ones((3, 3), np.uint8))
    which = np.where(inside > 0, numbers, np.maximum(beyond, 0)).astype(np.intp)
    maps = _affine(corners[triangles], layout.topology.uv[triangles])[which]
    x = np.arange(place.columns, dtype=np.float32)[None, :, None]
    y = np.arange(place.rows, dtype=np.float32)[:, None, None]
    uv = maps[..., 0] * x + maps[..., 1] * y + maps[..., 2]
    return np.ascontiguousarray(uv, np.float32), inside


def _stretched(values: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _affine(corners: NDArray[np.floating], uv: NDArray[np.floating]) -> Floats:
    """Return what maps triangles (t, 3, 2) onto others: (t, 2, 3)."""
    origin, sides = corners[:, 0], corners[:, 1:] - corners[:, :1]
    (a, b), (c, d) = sides[:, 0].T, sides[:, 1].T
    area = a * d - b * c
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)  # seen from its edge: it has no pixels
    du, dv = (uv[:, 1] - uv[:, 0]).astype(float), (uv[:, 2] - uv[:, 0]).astype(float)
    along_x = (du * d[:, None] - dv * b[:, None]) / area[:, None]
    along_y = (dv * a[:, None] - du * c[:, None]) / area[:, None]
    start = uv[:, 0] - along_x * origin[:, :1] - along_y * origin[:, 1:]
    return np.stack([along_x, along_y, start], axis=2).astype(np.float32)


@cache
def _levels(layout: MeshLayout, texture: Texture) -> tuple[Pixels, ...]:
    """Return a texture in all sizes, premultiplied, each half as large as the one before."""
    pixels = texture_pixels(texture, layout)
    assert pixels is not None
    alpha = pixels[..., 3:].astype(np.float32) / 255
    level = np.concatenate([pixels[..., :3] * alpha, pixels[..., 3:]], axis=2).round()
    levels = [np.asarray(level, np.uint8)]
    while len(levels[-1]) > _SMALLEST:
        half = len(levels[-1]) // 2
        smaller = cv2.resize(levels[-1], (half, half), interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(smaller, np.uint8))
    return tuple(levels)


def _level(layout: MeshLayout, texture: Texture, size: int) -> Pixels:
    """Return the smallest that is as large as what it is laid over."""
    levels = _levels(layout, texture)
    return next((level for level in reversed(levels) if len(level) >= size), levels[0])


def _blended(under: Pixels, texels: Pixels, share: Floats, multiplies: bool) -> Floats:
    """Return pixels with premultiplied texels over them, as far as they count."""
    below = under.astype(np.float32)
    colour = texels[..., :3] * share[..., None]
    if multiplies:
        colour *= below / 255
    clear = 1 - texels[..., 3:] * (share[..., None] / 255)
    return np.asarray(below * clear + colour, np.float32)
