"""Relax: a brush that spaces vertices as predicted without moving contours."""

from dataclasses import dataclass

from annotator.mesh.smoothing import fitted_reference, relax
from annotator.mesh.tools.base import Floats, Influence, MeshState
from annotator.mesh.tools.paint import MovingPaintTool

_PASSES = 4


@dataclass(frozen=True)
class RelaxTool(MovingPaintTool):
    """Slides vertices, under the brush, to where their neighbours leave them room.

    Vertices of the oval, the lips, lids and brows slide along these; the others within the
    surface. The right spacing is that of the prediction, turned and stretched to lie on the
    mesh: it is finer at the corners of the eyes and the mouth.
    """

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "relax"

    def moved(self, start: MeshState, landmarks: Floats, influence: Influence) -> Floats:
        """Return the landmarks with vertices under the brush more evenly spaced."""
        reference = fitted_reference(start.landmarks, start.prediction)
        return relax(landmarks, start.layout, influence, reference=reference, passes=_PASSES)
