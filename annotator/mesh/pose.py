"""How a head is turned, told from its mesh."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

_UPRIGHT = np.array([1.0, -1.0, -1.0])  # the canonical face as the image has its axes


@dataclass(frozen=True)
class HeadPose:
    """Angles of a head in degrees; all 0 is a face that looks into the camera, upright.

    Attributes
    ----------
    yaw
        Positive where the face looks to the right of the image.
    pitch
        Positive where it looks down.
    roll
        Positive where it is turned clockwise in the image.
    """

    yaw: float
    pitch: float
    roll: float


def head_pose(landmarks: NDArray[np.floating], layout: MeshLayout) -> HeadPose:
    """Return the pose that turns the canonical face nearest to a mesh.

    The turn is the orthogonal Procrustes solution (Kabsch 1976). It is taken apart into what the
    head does by itself, first the pitch, then the yaw, and its roll in the image after that.

    Parameters
    ----------
    landmarks : (n, 3)
        In pixels of the image.
    layout
    """
    canonical = layout.topology.vertices * _UPRIGHT
    canonical = canonical - canonical.mean(axis=0)
    points = landmarks.astype(np.float64) - landmarks.mean(axis=0, dtype=np.float64)
    left, _, right = np.linalg.svd(points.T @ canonical)
    flip = np.diag([1.0, 1.0, math.copysign(1.0, float(np.linalg.det(left @ right)))])
    turn = left @ flip @ right
    # turn = roll about z, after yaw about y, after pitch about x
    yaw = math.asin(max(-1.0, min(1.0, float(turn[2, 0]))))
    pitch = math.atan2(float(turn[2, 1]), float(turn[2, 2]))
    roll = math.atan2(float(turn[1, 0]), float(turn[0, 0]))
    return HeadPose(*(math.degrees(angle) for angle in (yaw, pitch, roll)))


def head_yaws(landmarks: NDArray[np.floating], layout: MeshLayout) -> NDArray[np.float64]:
    """Return the yaw that `head_pose` gives of many meshes (b, n, 3) at once, (b,) in degrees.

    Vertices that have no place on the canonical face are not looked at.
    """
    canonical = layout.topology.vertices * _UPRIGHT
    canonical = canonical - canonical.mean(axis=0)
    # Where a mesh lies does not matter: the canonical face's sum is nothing.
    points = landmarks[:, : len(canonical)].astype(np.float64).transpose(0, 2, 1)
    left, _, right = np.linalg.svd(points @ canonical)
    flips = np.ones((len(points), 3))
    flips[:, 2] = np.copysign(1.0, np.linalg.det(left @ right))
    sines = ((left[:, 2] * flips) * right[:, :, 0]).sum(axis=1)  # of the turn's row 2, column 0
    return np.asarray(np.degrees(np.arcsin(np.clip(sines, -1, 1))))
