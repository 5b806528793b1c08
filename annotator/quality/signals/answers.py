"""What a model's answers to slightly different crops of a face tell of its mesh.

Its presence cannot tell a right mesh from a wrong one, but whether it says the same of crops that
differ in what does not matter can: in place, size and turn, mirrored, and without their colours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh
from annotator.inference.regions import Region, jittered, region_around
from annotator.mesh.layout import MeshLayout
from annotator.mesh.units import error_unit

# With 16 they tell hardly more, and cost twice as much.
_CROPS = 8


@dataclass(frozen=True, eq=False)
class Answers:
    """The meshes that a model gives for crops around a mesh, in px of the photograph.

    Attributes
    ----------
    meshes : (k, n, 2) float64
    mirrored, grey : (k,) bool
        Of which crops the mirror image was shown (its mesh is mirrored back), and which without
        their colours.
    presence : float
        The mean over all of them.
    """

    meshes: NDArray[np.float64]
    mirrored: NDArray[np.bool_]
    grey: NDArray[np.bool_]
    presence: float


def answers_to_crops(
    face_mesh: FaceMesh, photograph: NDArray[np.uint8], landmarks: NDArray[np.floating]
) -> Answers:
    """Ask a model for the meshes in crops around a mesh, always the same ones for the same mesh.

    A quarter of them each is as it is, mirrored, grey, and both.

    Parameters
    ----------
    face_mesh
    photograph : (height, width, 3) uint8
        RGB, upright.
    landmarks : (n, 3)
        In px of the photograph.

    Raises
    ------
    ModelError
        If the model's numbers are not finite.
    """
    regions = jittered(region_around(landmarks, face_mesh.info.layout), _CROPS)
    part, regions, (left, top) = _cut_out(photograph, regions)
    pictures = part, _without_colours(part)
    faces, mirrored, grey = [], [], []
    for quarter in range(4):
        is_mirrored, is_grey = bool(quarter % 2), quarter > 1
        # Opposite regions stay together, so that the mean of every quarter is the face's own.
        mine = [region for at, region in enumerate(regions) if at // 2 % 4 == quarter]
        found = face_mesh.predict_regions(pictures[is_grey], mine, mirrored=is_mirrored)
        faces += found
        mirrored += [is_mirrored] * len(found)
        grey += [is_grey] * len(found)
    meshes = np.array([face.landmarks[:, :2] for face in faces], np.float64)
    meshes += np.array([left, top])
    presence = float(np.mean([face.presence for face in faces]))
    return Answers(meshes, np.array(mirrored), np.array(grey), presence)


def vertex_spread(answers: Answers, scale: float) -> NDArray[np.float32]:
    """Return how far answers spread about each vertex, (n,): a standard deviation, in scales."""
    variances = answers.meshes.var(axis=0, ddof=1).sum(axis=1)
    return np.asarray(np.sqrt(variances) / scale, np.float32)


def answer_signals(
    answers: Answers, landmarks: NDArray[np.floating], layout: MeshLayout
) -> dict[str, float]:
    """Return ``spread``, ``mirror_spread``, ``grey_spread``, ``drift`` and ``crop_presence``."""
    scale = error_unit(landmarks, layout)
    return {
        "spread": float(vertex_spread(answers, scale).mean()),
        "mirror_spread": _apart(answers.meshes, answers.mirrored) / scale,
        "grey_spread": _apart(answers.meshes, answers.grey) / scale,
        "drift": _distance(answers.meshes, landmarks[:, :2]) / scale,
        "crop_presence": answers.presence,
    }


def _apart(meshes: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    """Return how far the mean of some meshes lies from the mean of the others."""
    return _distance(meshes[chosen].mean(axis=0), meshes[~chosen].mean(axis=0))


def _distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(one - other, axis=-1).mean())


def _cut_out(
    photograph: NDArray[np.uint8], regions: Sequence[Region]
) -> tuple[NDArray[np.uint8], list[Region], tuple[int, int]]:
    """Return the part of a photograph that regions lie in, them in it, and its corner."""
    height, width = photograph.shape[:2]
    # A square reaches farthest where it is turned by 45 degrees; and sampling looks a pixel on.
    reach = max(region.side for region in regions) / math.sqrt(2) + 2
    x, y = [region.x for region in regions], [region.y for region in regions]
    left, right = _within(min(x) - reach, max(x) + reach, width)
    top, bottom = _within(min(y) - reach, max(y) + reach, height)
    moved = [Region(r.x - left, r.y - top, r.side, r.angle) for r in regions]
    return photograph[top:bottom, left:right], moved, (left, top)


def _within(low: float, high: float, size: int) -> tuple[int, int]:
    """Return the pixels from low to high that there are, at least one."""
    first = min(max(math.floor(low), 0), size - 1)
    return first, max(min(math.ceil(high), size), first + 1)


def _without_colours(photograph: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
