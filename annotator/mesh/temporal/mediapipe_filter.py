"""The filter of MediaPipe's face landmarker, as its LandmarksSmoothingCalculator computes it."""

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.checked import Floats
from annotator.mesh.temporal.continuity import mean_side
from annotator.mesh.temporal.frames_in_turn import FrameFilter
from annotator.mesh.temporal.one_euro import OneEuro, advanced_velocity, each, taken_of_new


class MediaPipeFilter(FrameFilter):
    """One-euro filters over each coordinate of each vertex.

    Speeds are in mean sides of the mesh a second. What the calculator of MediaPipe 0.10.21
    (Apache-2.0) gives for the same meshes and times lies within 0.001 px; it was recorded, see
    ``tests/mesh/temporal``. MediaPipe hands it nothing while a face is lost, and it begins anew
    afterwards: here a gap of more than half a second is that.

    Parameters
    ----------
    layout
    least, gain, derivative
        As MediaPipe's ``min_cutoff``, ``beta`` and ``derivate_cutoff``; the defaults are those of
        its face landmarker.
    """

    def __init__(
        self,
        layout: MeshLayout,
        least: float = 0.05,
        gain: float = 80.0,
        derivative: float = 1.0,
    ) -> None:
        super().__init__(layout)
        self._settings = OneEuro(least, gain, derivative)

    def _begin(self, mesh: Floats) -> None:
        self._last = self._smooth = mesh
        self._velocity = np.zeros_like(mesh)

    def _advance(self, step: float, mesh: Floats) -> Floats:
        moved = (mesh - self._last) / mean_side(mesh)
        self._velocity = advanced_velocity(self._velocity, moved, step, self._settings)
        taken = taken_of_new(self._velocity, step, self._settings, each)
        self._last = mesh
        self._smooth = self._smooth + taken * (mesh - self._smooth)
        return self._smooth
