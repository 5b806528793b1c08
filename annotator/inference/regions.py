"""The rotated square that the mesh net looks at, and the way back into the image."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.inference.detection import Detections
from annotator.inference.sampling import Image, sample, square_positions
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout

CROP_SIZE = 192
_GROWTH = 1.5  # from the box of a detection, a mesh or a person to the region
_RIGHT_EYE, _LEFT_EYE = 0, 1  # key points of a detection
_GENERAL_GOLDEN_RATIO = 1.1673039782614187  # in four dimensions: the root of g^5 = g + 1


@dataclass(frozen=True)
class Jitter:
    """How far jittered regions lie from theirs at the most.

    Attributes
    ----------
    shift
        In sides.
    scale
        As a logarithm.
    turn
        In radians.
    """

    shift: float
    scale: float
    turn: float


SLIGHT_JITTER = Jitter(0.04, 0.06, 0.09)
"""By which a model that knows a face is hardly disturbed; 0.09 are 5 degrees."""


@dataclass(frozen=True)
class Region:
    """A square in the image.

    Attributes
    ----------
    x, y
        Its centre in pixels.
    side
        In pixels.
    angle
        Of its upper edge against the image's, clockwise on the screen, in radians.
    """

    x: float
    y: float
    side: float
    angle: float

    def turned(self, angle: float) -> "Region":
        """Return the region turned further about its centre, clockwise, in radians."""
        return replace(self, angle=self.angle + angle)


def regions_of(found: Detections) -> list[Region]:
    """Return the region of each detection: its box squared, grown, with the eyes level."""
    regions = []
    for box, points in zip(found.boxes.tolist(), found.keypoints.tolist(), strict=True):
        (x0, y0), (x1, y1) = points[_RIGHT_EYE], points[_LEFT_EYE]
        left, top, right, bottom = box
        regions.append(region_of_box(left, top, right, bottom, math.atan2(y1 - y0, x1 - x0)))
    return regions


def region_of_box(
    left: float, top: float, right: float, bottom: float, angle: float = 0.0
) -> Region:
    """Return the region of a box around a face, in px: squared to its long side and grown.

    Parameters
    ----------
    left, top, right, bottom
        Of an upright box as the detector draws it: from the brows to the chin.
    angle
        By which the face is turned in the image, clockwise on the screen, in radians.
    """
    # A square without extent has no way back into the image.
    side = max(right - left, bottom - top, 1.0) * _GROWTH
    return Region((left + right) / 2, (top + bottom) / 2, side, angle)


def region_around(landmarks: NDArray[np.floating], layout: MeshLayout) -> Region:
    """Return the region in which a mesh is to be predicted again.

    As MediaPipe takes it from one frame of a video to the next: the mesh's upright bounding box,
    turned so that the outer eye corners lie level, squared and grown.

    Parameters
    ----------
    landmarks : (n, 3)
    layout
    """
    left, top, width, height = bounding_box(landmarks)
    eyes = layout.eye_corners
    x, y = (landmarks[eyes.left_outer, :2] - landmarks[eyes.right_outer, :2]).tolist()
    return region_of_box(left, top, left + width, top + height, math.atan2(y, x))


def jittered(region: Region, count: int, jitter: Jitter = SLIGHT_JITTER) -> list[Region]:
    """Return so many regions spread about this one, always the same.

    They differ in place, size and turn, by `SLIGHT_JITTER` if not told otherwise. They come in
    opposite pairs, so that their mean is the region; of an odd number the first is the region
    itself.
    """
    return [region] * (count % 2) + [
        Region(
            region.x + sign * x * jitter.shift * region.side,
            region.y + sign * y * jitter.shift * region.side,
            region.side * math.exp(sign * size * jitter.scale),
            region.angle + sign * turn * jitter.turn,
        )
        for x, y, size, turn in _spread_out(count // 2)
        for sign in (1, -1)
    ]


def _spread_out(count: int) -> Iterator[tuple[float, ...]]:
    """Yield points of the cube [-1, 1]^4 that fill it evenly.

    The additive recurrence of M. Roberts, "The unreasonable effectiveness of quasirandom
    sequences" (2018): multiples of the powers of 1/g, where g^5 = g + 1.
    """
    steps = [_GENERAL_GOLDEN_RATIO ** -(axis + 1) for axis in range(4)]
    for number in range(1, count + 1):
        yield tuple(2 * ((0.5 + number * step) % 1) - 1 for step in steps)


def crop(image: Image, region: Region) -> Image:
    """Return the region as (192, 192, 3) uint8; beyond the image its edge pixels go on."""
    centre = (region.x, region.y)
    positions = square_positions(centre, region.side, region.angle, CROP_SIZE)
    return sample(image, positions, "replicate")


def mirror_image(landmarks: NDArray[np.float32], layout: MeshLayout) -> NDArray[np.float32]:
    """Return landmarks (3 n,) of a crop's mirror image as those of the crop itself."""
    points = landmarks.reshape(-1, 3)[layout.mirror]
    points[:, 0] = CROP_SIZE - 1 - points[:, 0]
    return points.reshape(-1)


def to_image(landmarks: NDArray[np.float32], region: Region) -> NDArray[np.float32]:
    """Return landmarks of a crop in pixels of the image.

    z is scaled like x and y: by the region's size over the crop's.

    Parameters
    ----------
    landmarks : (3 n,)
        x, y, z of each vertex in pixels of the crop.
    region
        Where the crop was taken.

    Returns
    -------
    (n, 3) float32
    """
    scale = region.side / CROP_SIZE
    cos, sin = math.cos(region.angle) * scale, math.sin(region.angle) * scale
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, scale]])
    middle = CROP_SIZE / 2
    corner = (region.x - middle * (cos - sin), region.y - middle * (sin + cos), 0.0)
    points = landmarks.reshape(-1, 3).astype(np.float64) @ turn
    points += corner
    return np.asarray(points, np.float32)


def to_crop(landmarks: NDArray[np.floating], region: Region) -> NDArray[np.float32]:
    """Return landmarks of an image in pixels of a crop: what `to_image` takes back.

    Parameters
    ----------
    landmarks : (n, 3)
        x, y, z in pixels of the image.
    region
        Where the crop is taken.

    Returns
    -------
    (n, 3) float32
    """
    scale = CROP_SIZE / region.side
    cos, sin = math.cos(region.angle) * scale, math.sin(region.angle) * scale
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, scale]])
    points = (landmarks.astype(np.float64) - (region.x, region.y, 0.0)) @ turn
    points += (CROP_SIZE / 2, CROP_SIZE / 2, 0.0)
    return np.asarray(points, np.float32)
