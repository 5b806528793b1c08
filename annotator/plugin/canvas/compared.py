"""Hands a view the prediction that the face on the screen is compared with."""

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.sample_display import SampleDisplay
from annotator.workbench.comparing import Comparing


class Compared:
    """Lets a view draw the prediction that was chosen, in place of the mesh's own.

    Parameters
    ----------
    comparing : Comparing
    view : FaceView
    display : SampleDisplay
        Says when another face is on the screen.
    """

    def __init__(self, comparing: Comparing, view: FaceView, display: SampleDisplay) -> None:
        self._comparing = comparing
        self._view = view
        display.shown.connect(self._show)
        comparing.changed.connect(self._show)

    def _show(self) -> None:
        self._view.compare_with(self._comparing.landmarks)
