"""What covers the face: the photograph itself in a turned view, and a texture by UV.

Computed without any window.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.mesh.texture import checker_texture, make_up_texture
from annotator.workbench.look.view_settings import Texture

Points = NDArray[np.float32]
Triangles = NDArray[np.uint32]

# As much of the photograph around the face as strokes may reach, in shares of its size.
_MARGIN = 0.3
# More would be smaller than the screen's pixels.
_MAX_SIZE = 1024


@dataclass(frozen=True, eq=False)
class Cutout:
    """The part of a photograph around a face, to cover the turned mesh with.

    Attributes
    ----------
    photograph : (H, W, 3) uint8
        The whole of it.
    pixels : (h, w, 3) uint8
    left, top, width, height : int
        What they show of the photograph, in px.
    """

    photograph: NDArray[np.uint8]
    pixels: NDArray[np.uint8]
    left: int
    top: int
    width: int
    height: int

    def texcoords(self, landmarks: NDArray[np.floating]) -> Points:
        """Return where in the cutout vertices of the image lie, (n, 2) in [0, 1] if inside."""
        corner, size = (self.left, self.top), (self.width, self.height)
        return np.asarray((landmarks[:, :2] - corner) / size, np.float32)

    def reaches(self, landmarks: NDArray[np.floating]) -> bool:
        """Return whether it shows as much of the face as the photograph does."""
        left, top, width, height = bounding_box(landmarks)
        image_height, image_width = self.photograph.shape[:2]
        return (
            max(left, 0) >= self.left
            and max(top, 0) >= self.top
            and min(left + width, image_width) <= self.left + self.width
            and min(top + height, image_height) <= self.top + self.height
        )


@dataclass(frozen=True, eq=False)
class Covering:
    """One frame of what covers the face.

    Attributes
    ----------
    points : (n, 2) float32
        In napari's pixel-centre coordinates.
    closed_triangles, opened_triangles : (t, 3) uint32
        From the farthest to the nearest; with and without those that close mouth and eyes.
    cutout : Cutout or None
        The photograph, on the closed triangles.
    cutout_texcoords : (n, 2) float32 or None
    texture : Texture
        On the opened triangles.
    layout : MeshLayout
        Whose texture coordinates count.
    opacity : float
        Of the texture.
    """

    points: Points
    closed_triangles: Triangles
    opened_triangles: Triangles
    cutout: Cutout | None
    cutout_texcoords: Points | None
    texture: Texture
    layout: MeshLayout
    opacity: float


def cut_out(photograph: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> Cutout:
    """Return the part of a photograph (H, W, 3) around a face, no larger than needed."""
    left, top, width, height = bounding_box(landmarks)
    margin = _MARGIN * max(width, height, 1.0)
    image_height, image_width = photograph.shape[:2]
    x0, x1 = _span(left - margin, left + width + margin, image_width)
    y0, y1 = _span(top - margin, top + height + margin, image_height)
    pixels = photograph[y0:y1, x0:x1]
    shrink = _MAX_SIZE / max(pixels.shape[:2])
    if shrink < 1:
        size = (max(round((x1 - x0) * shrink), 1), max(round((y1 - y0) * shrink), 1))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Cutout(photograph, np.ascontiguousarray(pixels), x0, y0, x1 - x0, y1 - y0)


def far_to_near(seen: NDArray[np.floating], triangles: NDArray[np.integer]) -> Triangles:
    """Return triangles in the order in which to paint a mesh (n, 3) as it is seen."""
    depth = seen[:, 2][triangles].sum(axis=1)
    return np.asarray(triangles[np.argsort(-depth, kind="stable")], np.uint32)


def faces_away(seen: NDArray[np.floating], layout: MeshLayout) -> NDArray[np.bool_]:
    """Return the vertices of a mesh (n, 3) with no triangle that faces the viewer."""
    triangles, orientation = _front(layout)
    a, b, c = (seen[triangles[:, corner], :2] for corner in range(3))
    first, second = b - a, c - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    towards = np.zeros(len(seen), bool)
    towards[triangles[area * orientation > 0]] = True
    return ~towards


def texture_pixels(texture: Texture, layout: MeshLayout) -> NDArray[np.uint8] | None:
    """Return the picture of a texture, (s, s, 4) uint8 RGBA."""
    if texture is Texture.CHECKER:
        return checker_texture()
    return make_up_texture(layout) if texture is Texture.MAKE_UP else None


@cache
def uv_coordinates(layout: MeshLayout) -> Points:
    """Return the texture coordinates of every vertex, (n, 2)."""
    return np.ascontiguousarray(layout.topology.uv, np.float32)


@cache
def _front(layout: MeshLayout) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return all triangles and the sign of their area in an upright face seen from the front."""
    topology = layout.topology
    # y is up in the canonical face and down in an image.
    points = topology.vertices[:, :2] * (1, -1)
    a, b, c = (points[topology.triangles[:, corner]] for corner in range(3))
    first, second = b - a, c - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    # Some triangles of the lips and nostrils face sideways: the surface's own side is common.
    return topology.triangles, np.full(len(area), np.sign(np.median(area)))


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    """Return a range of pixels within the photograph, never an empty one."""
    first = min(max(int(np.floor(low)), 0), size - 1)
    return first, min(max(int(np.ceil(high)), first + 1), size)
