"""The parts of the dock that reviewing needs, put together."""

from collections.abc import Callable
from typing import Any

from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.differences import Differences
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.canvas.remark_field import RemarkField
from annotator.plugin.canvas.remark_mouse import RemarkMouse
from annotator.plugin.canvas.remark_pins import RemarkPins
from annotator.plugin.menu.review_row import ReviewRow
from annotator.plugin.panels.review_panel import ReviewPanel
from annotator.workbench.comparing import Comparing
from annotator.workbench.history import History
from annotator.workbench.pins import Pins
from annotator.workbench.workbench import Workbench


class ReviewParts:
    """Remarks over the face, differences, the history, the page of them and the line on top.

    Make them after whoever has tools act, and before whoever takes clicks on other faces.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
    comparing : Comparing
    give_back : callable
        Takes the keyboard when a field over the canvas has gone.
    """

    def __init__(
        self,
        viewer: Any,
        workbench: Workbench,
        view: FaceView,
        comparing: Comparing,
        give_back: Callable[[], None],
    ) -> None:
        self._workbench = workbench
        self._view = view
        canvas: QWidget = canvas_widget(viewer)
        reviewing = workbench.reviewing
        self.differences = Differences(comparing, view)
        self.pins = Pins(workbench)
        self.history = History(workbench, workbench.edits)
        self.shown_pins = RemarkPins(viewer, workbench, view, self.pins)
        self.field = RemarkField(canvas, workbench, self.pins, give_back)
        self._mouse = RemarkMouse(viewer, workbench, view, self.field.ask)
        self.panel = ReviewPanel(
            workbench, reviewing=reviewing, pins=self.pins, differences=self.differences,
            comparing=comparing, history=self.history,
        )  # fmt: skip
        self.row = ReviewRow(workbench, reviewing)
        reviewing.changed.connect(self._hold_zoom)

    def close(self) -> None:
        """Let go of the canvas and the mouse."""
        self._mouse.detach()
        self.shown_pins.close()
        self.field.remove()

    def _hold_zoom(self) -> None:
        """Keep the zoom from one face to the next while somebody reviews."""
        self._view.holds_zoom = self._workbench.is_reviewing
