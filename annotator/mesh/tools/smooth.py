"""Smooth: a brush that takes out bumps that edits left."""

from dataclasses import dataclass

from annotator.mesh.smoothing import fitted_reference, smooth
from annotator.mesh.tools.base import Floats, Influence, MeshState
from annotator.mesh.tools.paint import MovingPaintTool

# A press takes most of a bump of one vertex out, a stroke across a wide one most of that.
_PASSES = 4


@dataclass(frozen=True)
class SmoothTool(MovingPaintTool):
    """Evens out, under the brush, what was done to the prediction.

    Deviations from the prediction, turned and stretched to lie on the mesh as it stands, move
    towards their neighbours'; so a mesh as predicted, or moved as a whole, is left alone.
    """

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "smooth"

    def moved(self, start: MeshState, landmarks: Floats, influence: Influence) -> Floats:
        """Return the landmarks with bumps under the brush flattened."""
        reference = fitted_reference(start.landmarks, start.prediction)
        return smooth(landmarks, start.layout, influence, reference=reference, passes=_PASSES)
