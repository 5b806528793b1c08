"""Asks the model how sure it is of the mesh on the screen, where that is to be seen."""

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.sample_display import SampleDisplay
from annotator.workbench.faces import Faces
from annotator.workbench.look.view_settings import Colours
from annotator.workbench.workbench import Workbench


class Uncertainty:
    """Gives a view the uncertainty of each mesh that it shows in those colours.

    Parameters
    ----------
    workbench : Workbench
    view : FaceView
    display : SampleDisplay
        Says when another face is on the screen.
    faces : Faces
        Asks the model.
    """

    def __init__(
        self, workbench: Workbench, view: FaceView, display: SampleDisplay, faces: Faces
    ) -> None:
        self._view = view
        self._faces = faces
        display.shown.connect(self._ask)
        view.settings_changed.connect(self._ask)
        workbench.stroke_made.connect(self._ask_anew)

    def _ask(self) -> None:
        wanted = self._view.settings.colours is Colours.UNCERTAINTY
        if wanted and self._view.uncertainty is None:
            self._view.uncertainty = self._faces.uncertainty()

    def _ask_anew(self) -> None:
        if self._view.uncertainty is not None:
            self._view.uncertainty = None
            self._ask()
