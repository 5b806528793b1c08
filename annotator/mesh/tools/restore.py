"""Restore: a brush that brings the prediction back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import tool_scale
from annotator.mesh.tools.base import Floats, Influence, MeshState
from annotator.mesh.tools.paint import MovingPaintTool

# Vertices that come so near to the prediction are there: nobody sees a thousandth of the IOD,
# and shares of the way that is left would never end it.
_THERE_IOD = 0.001


@dataclass(frozen=True)
class RestoreTool(MovingPaintTool):
    """Moves vertices under the brush back to the prediction: in x, y and z.

    A dab takes the brush's weight of the way that is left. Anchors that are back where the
    prediction had them are anchors no more.
    """

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "restore"

    def moved(self, start: MeshState, landmarks: Floats, influence: Influence) -> Floats:
        """Return the landmarks with those under the brush nearer to the prediction."""
        left = np.subtract(start.prediction, landmarks, dtype=np.float64)
        left *= 1 - influence[:, None]
        scale = tool_scale(start.prediction, start.layout)
        there = np.linalg.norm(left, axis=1) <= _THERE_IOD * scale
        result = (start.prediction - left).astype(np.float32)
        result[there] = start.prediction[there]
        return np.where(influence[:, None] > 0, result, landmarks)

    def anchors_removed(
        self, start: MeshState, now: MeshState, touched: NDArray[np.bool_]
    ) -> tuple[int, ...]:
        """Return the touched anchors that are where the prediction has them."""
        restored = touched & (now.landmarks == start.prediction).all(axis=1)
        return tuple(anchor for anchor in start.anchors if restored[anchor])
