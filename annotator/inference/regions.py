"""The rotated square that the mesh net looks at, and the way back into the image."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference.detection import Detections
from annotator.inference.sampling import Image, sample, square_positions
from annotator.mesh.landmarks import LANDMARK_COUNT

CROP_SIZE = 192
_GROWTH = 1.5  # from the detection's box to the region
_RIGHT_EYE, _LEFT_EYE = 0, 1  # key points of a detection


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


def regions_of(found: Detections) -> list[Region]:
    """Return the region of each detection: its box squared, grown, with the eyes level."""
    regions = []
    for box, points in zip(found.boxes.tolist(), found.keypoints.tolist(), strict=True):
        left, top, right, bottom = box
        (x0, y0), (x1, y1) = points[_RIGHT_EYE], points[_LEFT_EYE]
        side = max(right - left, bottom - top) * _GROWTH
        angle = math.atan2(y1 - y0, x1 - x0)
        regions.append(Region((left + right) / 2, (top + bottom) / 2, side, angle))
    return regions


def crop(image: Image, region: Region) -> Image:
    """Return the region as (192, 192, 3) uint8; beyond the image its edge pixels go on."""
    centre = (region.x, region.y)
    positions = square_positions(centre, region.side, region.angle, CROP_SIZE)
    return sample(image, positions, "replicate")


def to_image(landmarks: NDArray[np.float32], region: Region) -> NDArray[np.float32]:
    """Return landmarks of a crop in pixels of the image.

    z is scaled like x and y: by the region's size over the crop's.

    Parameters
    ----------
    landmarks : (1404,)
        468 x (x, y, z) in pixels of the crop.
    region
        Where the crop was taken.

    Returns
    -------
    (468, 3) float32
    """
    scale = region.side / CROP_SIZE
    cos, sin = math.cos(region.angle) * scale, math.sin(region.angle) * scale
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, scale]])
    middle = CROP_SIZE / 2
    corner = (region.x - middle * (cos - sin), region.y - middle * (sin + cos), 0.0)
    points = landmarks.reshape(LANDMARK_COUNT, 3).astype(np.float64) @ turn
    points += corner
    return np.asarray(points, np.float32)
