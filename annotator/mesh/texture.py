"""Pictures over the face, painted in its texture coordinates (UV).

Laid over a photograph by the mesh they show where the mesh slipped: squares bend, a lip's
colour leaves the lip. Texture coordinates are (u, v) from the picture's top left corner.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.topology import FaceTopology

Rgba = NDArray[np.uint8]
Shares = NDArray[np.float64]

_SIZE = 1024
_SQUARES = 28
_LIGHT_SQUARE = (250, 250, 245, 150)
_DARK_SQUARE = (15, 45, 75, 215)
_MIDLINE = (255, 70, 60, 255)
_MIDLINE_WIDTH = 0.006

_LIPS = (196, 24, 58)
_SHADOW = (104, 62, 150)
_LINER = (18, 12, 22)
_BLUSH = (236, 92, 92)
_BROWS = (70, 46, 34)


@cache
def checker_texture() -> Rgba:
    """Return squares and the midline of the face, (1024, 1024, 4) uint8 RGBA, read-only."""
    u, v = _grid(0, 0, _SIZE, _SIZE)
    light = ((np.floor(u * _SQUARES) + np.floor(v * _SQUARES)) % 2 == 0)[..., None]
    picture = np.where(light, _LIGHT_SQUARE, _DARK_SQUARE).astype(np.uint8)
    picture[np.abs(u - 0.5) < _MIDLINE_WIDTH / 2] = _MIDLINE
    return _read_only(picture)


@cache
def make_up_texture(layout: MeshLayout) -> Rgba:
    """Return lips, lids, lines, blush and brows, (1024, 1024, 4) uint8 RGBA, read-only.

    It is meant to be multiplied with the photograph, as colour on skin is.
    """
    paint, lines = _Paint(), layout.make_up
    topology, eyes = layout.topology, layout.eye_corners
    lips = topology.uv[topology.regions[lines.lips]]
    for mirrored in (False, True):
        side = _side(topology, mirrored=mirrored)
        cheek = side[list(lines.cheek)].mean(axis=0)
        paint.spot(cheek, (0.1, 0.065), _BLUSH, 0.45)
        lid, crease = side[list(lines.upper_lid)], side[list(lines.crease)]
        paint.glow(np.concatenate([lid, crease[::-1]]), lid, 0.055, _SHADOW, 0.75)
        paint.area(side[[*lines.brow_top, *lines.brow_bottom]], 0.014, _BROWS, 0.5)
        outer, inner = side[eyes.right_outer], side[eyes.right_inner]
        wing = outer + (outer - inner) * 0.12 - (0, 0.012)
        paint.stroke(np.concatenate([[wing], lid]), 0.0042, _LINER, 0.9)
        paint.stroke(side[list(lines.lower_lid)], 0.002, _LINER, 0.45)
    paint.area(lips, 0.008, _LIPS, 0.85)
    return _read_only(paint.picture())


class _Paint:
    """Layers of colour, each over those before, kept premultiplied."""

    def __init__(self) -> None:
        self._colour = np.zeros((_SIZE, _SIZE, 3))
        self._alpha = np.zeros((_SIZE, _SIZE))

    def area(
        self, outline: NDArray[np.floating], soft: float, colour: Sequence[int], alpha: float
    ) -> None:
        """Fill a polygon (n, 2) whose edge is so soft, in UV."""
        window = _window(outline, soft)
        inside = _depth_inside(_grid(*window), outline)
        self._lay(window, alpha * _smooth(inside / soft + 0.5), colour)

    def glow(
        self,
        outline: NDArray[np.floating],
        source: NDArray[np.floating],
        reach: float,
        colour: Sequence[int],
        alpha: float,
    ) -> None:
        """Fill a polygon (n, 2) with a colour that fades with the distance from a line."""
        window = _window(outline, reach)
        grid = _grid(*window)
        faded = np.exp(-((_distance(grid, source) / reach) ** 2) * 2)
        inside = _smooth(_depth_inside(grid, outline) / 0.012 + 0.5)
        self._lay(window, alpha * faded * inside, colour)

    def stroke(
        self, line: NDArray[np.floating], radius: float, colour: Sequence[int], alpha: float
    ) -> None:
        """Draw along a polyline (n, 2), soft at the rim."""
        window = _window(line, 2 * radius)
        distance = _distance(_grid(*window), line)
        self._lay(window, alpha * _smooth(1.5 - distance / radius), colour)

    def spot(
        self,
        centre: NDArray[np.floating],
        radii: tuple[float, float],
        colour: Sequence[int],
        alpha: float,
    ) -> None:
        """Breathe a colour on, strongest at the centre."""
        window = _window(np.array([centre - radii, centre + radii]), 0.05)
        u, v = _grid(*window)
        squared = ((u - centre[0]) / radii[0]) ** 2 + ((v - centre[1]) / radii[1]) ** 2
        self._lay(window, alpha * np.exp(-2 * squared), colour)

    def picture(self) -> Rgba:
        """Return what was painted, (1024, 1024, 4) uint8."""
        colour = self._colour / np.maximum(self._alpha, 1e-6)[..., None]
        channels = np.concatenate([colour, 255 * self._alpha[..., None]], axis=2)
        return np.asarray(channels.round().clip(0, 255), np.uint8)

    def _lay(self, window: tuple[int, int, int, int], alpha: Shares, colour: Sequence[int]) -> None:
        left, top, right, bottom = window
        part = (slice(top, bottom), slice(left, right))
        under = 1 - alpha
        self._colour[part] = self._colour[part] * under[..., None] + np.multiply.outer(
            alpha, np.array(colour, float)
        )
        self._alpha[part] = self._alpha[part] * under + alpha


def _side(topology: FaceTopology, *, mirrored: bool) -> NDArray[np.float64]:
    """Return the texture coordinates by the vertex numbers of the subject's right half."""
    order = topology.mirror if mirrored else np.arange(len(topology.uv))
    return topology.uv[order].astype(np.float64)


def _window(points: NDArray[np.floating], margin: float) -> tuple[int, int, int, int]:
    """Return the pixels around points (n, 2): left, top, right, bottom."""
    low = np.floor((points.min(axis=0) - margin) * _SIZE).astype(int).clip(0, _SIZE)
    high = np.ceil((points.max(axis=0) + margin) * _SIZE).astype(int).clip(0, _SIZE)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _grid(left: int, top: int, right: int, bottom: int) -> tuple[Shares, Shares]:
    """Return u and v of the centres of a window's pixels."""
    u = (np.arange(left, right) + 0.5) / _SIZE
    v = (np.arange(top, bottom) + 0.5) / _SIZE
    return np.meshgrid(u, v)


def _distance(grid: tuple[Shares, Shares], line: NDArray[np.floating]) -> Shares:
    """Return the distance of each pixel from a polyline (n, 2)."""
    u, v = grid
    nearest = np.full(u.shape, np.inf)
    for (u0, v0), (u1, v1) in pairwise(line):
        du, dv = u1 - u0, v1 - v0
        share = ((u - u0) * du + (v - v0) * dv) / max(du * du + dv * dv, 1e-12)
        share = share.clip(0, 1)
        squared = (u - u0 - share * du) ** 2 + (v - v0 - share * dv) ** 2
        nearest = np.minimum(nearest, squared)
    return np.asarray(np.sqrt(nearest))


def _depth_inside(grid: tuple[Shares, Shares], outline: NDArray[np.floating]) -> Shares:
    """Return how deep inside a polygon (n, 2) each pixel lies, negative outside."""
    u, v = grid
    inside = np.zeros(u.shape, bool)
    closed = np.concatenate([outline, outline[:1]])
    for (u0, v0), (u1, v1) in pairwise(closed):
        if v0 == v1:
            continue
        # Even-odd: a ray to the right crosses this side.
        inside ^= ((v0 > v) != (v1 > v)) & (u < (u1 - u0) * (v - v0) / (v1 - v0) + u0)
    distance = _distance(grid, closed)
    return np.where(inside, distance, -distance)


def _smooth(share: Shares) -> Shares:
    """Return 0 below 0, 1 above 1 and a smooth step between."""
    cut = share.clip(0, 1)
    return np.asarray(cut * cut * (3 - 2 * cut))


def _read_only(picture: Rgba) -> Rgba:
    picture.flags.writeable = False
    return picture
