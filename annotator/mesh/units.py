"""What errors are divided by: the outer IOD, or half of a usual one for faces turned far away.

Seen from the side, one eye lies behind the other: the outer IOD falls to nothing, and what is
divided by it grows beyond measure. One profile would count as much as all other faces together. So
nothing is divided by less than half of what a face from the front has. Of 122 faces no smaller
share than 0.235 was seen, at a yaw of 48 degrees; the limit is reached at some 60.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box, bounding_boxes, eye_centre_iod, outer_iod
from annotator.mesh.layout import MeshLayout

LEAST_SHARE = 0.18
"""Of the side of the square that the net looks at; from the front the outer IOD is 0.36 of it."""

_SQUARE = 1.5  # its side, as a share of the longer side of the mesh's upright box
_EYE_CENTRE = 1 / 1.41  # of the outer IOD, on the canonical face
_LEAST = 1.0  # px


def error_unit(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return what a face's errors are divided by, in px of its photograph, at least one.

    Parameters
    ----------
    landmarks : (n, 3) float32
    layout
    """
    return max(outer_iod(landmarks, layout), _floor(landmarks))


def error_units(landmarks: NDArray[np.floating], layout: MeshLayout) -> NDArray[np.float64]:
    """Return `error_unit` of each of many faces, (b, n, 3), as (b,) float64."""
    eyes = layout.eye_corners
    apart = landmarks[:, eyes.right_outer, :2] - landmarks[:, eyes.left_outer, :2]
    iods = np.sqrt(np.square(apart).sum(axis=-1)).astype(np.float64)
    sides = bounding_boxes(landmarks)[:, 2:].max(axis=-1)
    return np.asarray(np.maximum(iods, np.maximum(LEAST_SHARE * _SQUARE * sides, _LEAST)))


def eye_centre_unit(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return the same for errors over the eye-centre IOD."""
    return max(eye_centre_iod(landmarks, layout), _EYE_CENTRE * _floor(landmarks))


def is_turned_away(landmarks: NDArray[np.floating], layout: MeshLayout) -> bool:
    """Return whether its outer IOD is too short to divide by."""
    return outer_iod(landmarks, layout) < _floor(landmarks)


def _floor(landmarks: NDArray[np.floating]) -> float:
    *_, width, height = bounding_box(landmarks)
    return max(LEAST_SHARE * _SQUARE * max(width, height), _LEAST)
