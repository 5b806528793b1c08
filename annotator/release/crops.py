"""Where a face is cut out of its image, and its landmarks there: geometry alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import region_around
from annotator.inference.sampling import sample, square_positions
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import visibility_in_frame

_MARGIN = 0.25  # of the longer side of a face's box, on each side

Points = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of an upright image that has a file of its own.

    A place (u, v) of the crop, in its pixels from its upper left corner, is in the image at
    x = `x` + s (a cos - b sin), y = `y` + s (a sin + b cos), where s = `side` / `size`,
    a = u - `size` / 2 and b = v - `size` / 2, with sine and cosine of `angle`; z is s times as
    large there.

    Attributes
    ----------
    x, y
        The centre of the square that is cut out, in pixels of the upright image.
    side
        Of the square, in the same pixels.
    angle
        Of its upper edge against the image's, clockwise on the screen, in radians.
    size
        The square's side in pixels of the crop.
    width, height
        Of the crop. Less than `size` where only a part of the square, from its upper left corner
        on, is cut out.
    """

    x: float
    y: float
    side: float
    angle: float
    size: int
    width: int
    height: int

    def columns(self) -> dict[str, Any]:
        """Return what the columns of a sample say of it."""
        return {
            "image_width": self.width,
            "image_height": self.height,
            "crop_x": self.x,
            "crop_y": self.y,
            "crop_side": self.side,
            "crop_angle": self.angle,
            "crop_size": self.size,
        }

    def points(self, landmarks: NDArray[np.floating]) -> Points:
        """Return landmarks (n, 3) of the image in pixels of the crop, float32."""
        scale = self.size / self.side
        cos, sin = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, scale]])
        moved = (landmarks.astype(np.float64) - (self.x, self.y, 0.0)) @ turn
        moved += (self.size / 2, self.size / 2, 0.0)
        return np.asarray(moved, np.float32)

    def pixels(self, image: Pixels) -> Pixels:
        """Cut it out of an upright image, (height, width, 3) RGB.

        Where nothing is turned or resized these are the image's own pixels. Else they are
        resampled as the mesh net's input is: bilinear, and beyond the image its edge goes on.
        """
        if self.angle == 0 and self.side == self.size:
            left, top = round(self.x - self.size / 2), round(self.y - self.size / 2)
            return image[top : top + self.height, left : left + self.width]
        positions = square_positions((self.x, self.y), self.side, self.angle, self.size)
        return sample(np.ascontiguousarray(image), positions, "replicate")


def region_crop(landmarks: Points, layout: MeshLayout, size: int) -> Crop:
    """Return the region in which the mesh net looks at a face, as a square of some pixels."""
    region = region_around(landmarks, layout)
    return Crop(region.x, region.y, region.side, region.angle, size, size, size)


def box_crop(landmarks: Points, image_size: tuple[int, int]) -> Crop:
    """Return the part of an image around a face, its pixels as they are.

    The mesh's box with a quarter of its longer side around it, as far as it lies in the image.

    Parameters
    ----------
    landmarks : (n, 3)
    image_size
        Width and height of the upright image.
    """
    left, top, width, height = bounding_box(landmarks)
    margin = max(width, height) * _MARGIN
    x0, x1 = _within(left - margin, left + width + margin, image_size[0])
    y0, y1 = _within(top - margin, top + height + margin, image_size[1])
    size = max(x1 - x0, y1 - y0)
    return Crop(x0 + size / 2, y0 + size / 2, float(size), 0.0, size, x1 - x0, y1 - y0)


def _within(start: float, end: float, length: int) -> tuple[int, int]:
    """Return whole pixels of an image that hold a stretch of it, at least one."""
    first = min(max(math.floor(start), 0), length - 1)
    return first, min(max(math.ceil(end), first + 1), length)


def cropped(
    landmarks: Points, predictions: Points, visibility: Pixels, crops: Sequence[Crop]
) -> tuple[Points, Points, Pixels]:
    """Return the arrays of samples in pixels of their crops.

    Parameters
    ----------
    landmarks, predictions : (b, n, 3) float32
        In pixels of their upright images.
    visibility : (b, n) uint8
        `annotator.mesh.marks.Visibility`. What is visible and lies beyond its crop becomes out of
        frame; what is anything else stays so, as it was marked or lies beyond the image.
    crops
        One of each.
    """
    inside = np.stack([crop.points(mesh) for crop, mesh in zip(crops, landmarks, strict=True)])
    before = np.stack([crop.points(mesh) for crop, mesh in zip(crops, predictions, strict=True)])
    seen = [
        visibility_in_frame(said, mesh, (crop.width, crop.height))
        for crop, mesh, said in zip(crops, inside, visibility, strict=True)
    ]
    return inside, before, np.stack(seen)
