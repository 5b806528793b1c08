"""Has the model's spread on the face on the screen found out, once it is there."""

from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer, Signal

from annotator.plugin.canvas.sample_display import SampleDisplay
from annotator.workbench.face_spread import FaceSpread
from annotator.workbench.faces import Faces
from annotator.workbench.workbench import Workbench

# Once the face is drawn, and the next photographs are asked for; who steps on has left it by then.
_AFTER_MS = 120


class SpreadAhead(QObject):
    """Lets the tools expect what the model is unsure of in each face that is shown.

    Parameters
    ----------
    workbench : Workbench
    display : SampleDisplay
    faces : Faces
        Whose model it is.
    parent : QObject
    """

    _posted = Signal(object)

    def __init__(
        self, workbench: Workbench, display: SampleDisplay, faces: Faces, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._spread = FaceSpread(
            workbench, lambda: display.photograph, faces.model, self._posted.emit
        )
        self._posted.connect(self._run)
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.timeout.connect(self._spread.begin)
        display.shown.connect(self._begin_soon)
        workbench.tools.learned_anew.connect(self._begin_soon)
        faces.predicted_again.connect(self._spread.predicted_again)

    def close(self) -> None:
        """Stop, and let go of the thread."""
        self._begin.stop()
        self._spread.close()

    def _begin_soon(self) -> None:
        self._begin.start(_AFTER_MS)

    def _run(self, work: Callable[[], None]) -> None:
        """Do what the thread found to be done, on the window's own."""
        work()
