"""What checks point at, shown on the mesh."""

import numpy as np

from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.face_checks import FaceChecks


class PointedAt:
    """Lets a view show the vertices that a finding is about, and look at them when asked.

    Parameters
    ----------
    checks : FaceChecks
    view : FaceView
    """

    def __init__(self, checks: FaceChecks, view: FaceView) -> None:
        self._checks, self._view = checks, view
        checks.pointed.connect(self._show)
        checks.looked.connect(self._look)

    def _show(self) -> None:
        self._view.point_at(self._checks.vertices)

    def _look(self, vertices: tuple[int, ...]) -> None:
        self._view.frame_region(np.array(vertices, np.intp))
