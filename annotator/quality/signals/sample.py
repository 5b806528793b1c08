"""All the signals that a sample's mesh and photograph tell."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh
from annotator.inference.reprediction import check_mesh
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout
from annotator.mesh.pose import head_pose
from annotator.mesh.units import error_unit
from annotator.quality.shape_prior import ShapePrior, shape_distance
from annotator.quality.signals.answers import (
    answer_signals,
    answers_to_crops,
    vertex_spread,
)
from annotator.quality.signals.pixels import pixel_signals
from annotator.quality.signals.values import Signals


def signals_of(
    face_mesh: FaceMesh,
    photograph: NDArray[np.uint8] | None,
    landmarks: NDArray[np.floating],
    *,
    presence: float,
    prior: ShapePrior | None,
    pixels: Mapping[str, float] | None = None,
) -> Signals:
    """Return the signals of one sample's mesh.

    Parameters
    ----------
    face_mesh
        The model that predicted it, or another one of its layout.
    photograph : (height, width, 3) uint8 or None
        RGB, upright. None where its file is gone: what needs pixels is not known then.
    landmarks : (n, 3)
        In px of the photograph; the prediction.
    presence
        That the model gave it.
    prior
        What shapes are usual; None if that is not known. One that was learned of no mesh tells
        nothing of errors: poor predictions are nearer to the canonical face than good ones.
    pixels
        What `pixel_signals` says of it, where that is known already.

    Returns
    -------
    Signals
        ``jitter`` and ``round_change`` are not known of one mesh; see `Signals.known`.

    Raises
    ------
    ValueError
        If the mesh is not finite, or the model predicts another layout than it has.
    ModelError
        If the model's numbers are not finite.
    """
    check_mesh(face_mesh, landmarks)
    layout = face_mesh.info.layout
    values = {"presence": presence, **_mesh_signals(landmarks, layout, prior)}
    if photograph is None:
        return Signals(values)
    answers = answers_to_crops(face_mesh, photograph, landmarks)
    values |= answer_signals(answers, landmarks, layout)
    values |= pixels or pixel_signals(photograph, landmarks, layout)
    return Signals(values, vertex_spread(answers, error_unit(landmarks, layout)))


def _mesh_signals(
    landmarks: NDArray[np.floating], layout: MeshLayout, prior: ShapePrior | None
) -> dict[str, float]:
    pose = head_pose(landmarks, layout)
    values = {"yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll}
    values["size"] = outer_iod(landmarks, layout)
    if prior is not None and prior.count:
        values["shape"] = shape_distance(landmarks, prior)
    return values
