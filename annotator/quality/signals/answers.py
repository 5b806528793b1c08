"""What a model's answers to slightly different crops of a face tell of its mesh.

Its presence cannot tell a right mesh from a wrong one, but whether it says the same of crops that
differ a little does. A crop's mirror image is the hardest of these trials: nothing of a face
changes in it, yet all that the net has learned by heart of one side does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh, FacePrediction
from annotator.inference.regions import Jitter, jittered, region_around
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout

# Half of them mirrored.
_CROPS = 16
# As far as those of `annotator.inference.spread`: so far that the model errs.
_JITTER = Jitter(shift=0.087, scale=0.139, turn=0.21)
_SMALLEST_IOD = 1.0  # px; faces seen from the side have none


@dataclass(frozen=True, eq=False)
class Answers:
    """The meshes that a model gives for crops around a mesh.

    Attributes
    ----------
    plain, mirrored : (k, n, 2) float64
        In px of the photograph; the answers to mirrored crops are mirrored back.
    presence : float
        The mean over all of them.
    """

    plain: NDArray[np.float64]
    mirrored: NDArray[np.float64]
    presence: float


def answers_to_crops(
    face_mesh: FaceMesh, photograph: NDArray[np.uint8], landmarks: NDArray[np.floating]
) -> Answers:
    """Ask a model for the meshes in crops around a mesh, always the same ones for the same mesh.

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
    regions = jittered(region_around(landmarks, face_mesh.info.layout), _CROPS, _JITTER)
    # Opposite pairs stay together, so that the mean of either half is the region itself.
    turned = [region for at, region in enumerate(regions) if at % 4 > 1]
    straight = [region for at, region in enumerate(regions) if at % 4 < 2]
    plain = face_mesh.predict_regions(photograph, straight)
    mirrored = face_mesh.predict_regions(photograph, turned, mirrored=True)
    presence = float(np.mean([face.presence for face in (*plain, *mirrored)]))
    return Answers(_plane(plain), _plane(mirrored), presence)


def vertex_spread(answers: Answers, scale: float) -> NDArray[np.float32]:
    """Return how far answers spread about each vertex, (n,): a standard deviation, in scales."""
    every = np.concatenate([answers.plain, answers.mirrored])
    return np.asarray(np.sqrt(every.var(axis=0, ddof=1).sum(axis=1)) / scale, np.float32)


def answer_signals(
    answers: Answers, landmarks: NDArray[np.floating], layout: MeshLayout
) -> dict[str, float]:
    """Return the signals ``spread``, ``mirror_spread``, ``drift`` and ``crop_presence``."""
    scale = scale_of(landmarks, layout)
    plain, mirrored = answers.plain.mean(axis=0), answers.mirrored.mean(axis=0)
    return {
        "spread": float(vertex_spread(answers, scale).mean()),
        "mirror_spread": _distance(plain, mirrored) / scale,
        "drift": _distance((plain + mirrored) / 2, landmarks[:, :2]) / scale,
        "crop_presence": answers.presence,
    }


def scale_of(landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
    """Return the length that errors are counted in, in px: the outer IOD, of profiles 1 px."""
    iod = outer_iod(landmarks, layout)
    return max(iod, _SMALLEST_IOD) if math.isfinite(iod) else math.nan


def _distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(one - other, axis=1).mean())


def _plane(faces: Sequence[FacePrediction]) -> NDArray[np.float64]:
    return np.array([face.landmarks for face in faces], np.float64)[..., :2]
