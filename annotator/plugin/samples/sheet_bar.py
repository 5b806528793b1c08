"""The bar above a contact sheet: which faces, in which order, how large, with or without meshes."""

from collections.abc import Callable

from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import QHBoxLayout, QSlider, QWidget

from annotator.plugin.panels.parts import key_button
from annotator.plugin.samples.sheet_view import LARGEST, SMALLEST
from annotator.plugin.samples.shown_choices import ShownChoices
from annotator.workbench.workbench import Workbench

# Pictures are made anew once the slider rests for so long.
_REST_MS = 120


class SheetBar(QWidget):
    """Choices of samples and of sizes.

    Parameters
    ----------
    workbench : Workbench
    size : int
        How wide the pictures are at first, in px.
    toggle_mesh : callable

    Attributes
    ----------
    choices : ShownChoices
    larger : QSlider
    size_chosen
        Carries how wide the pictures are to be, in px.
    """

    size_chosen = Signal(int)

    def __init__(self, workbench: Workbench, size: int, toggle_mesh: Callable[[], object]) -> None:
        super().__init__()
        self.choices = ShownChoices(workbench, self)
        self.larger = QSlider(Qt.Orientation.Horizontal)
        self.larger.setRange(SMALLEST, LARGEST)
        self.larger.setValue(size)
        self.larger.setToolTip("How large the faces are; also Ctrl and the wheel")
        self.larger.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        mesh = key_button("Mesh", "toggle_mesh", toggle_mesh, "With or without the mesh")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget, stretch in (
            (self.choices.filter, 2), (self.choices.quality, 2), (self.choices.sorting, 2),
            (self.choices.direction, 0), (self.choices.text, 3), (self.larger, 2), (mesh, 1),
        ):  # fmt: skip
            layout.addWidget(widget, stretch)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._choose)
        self.larger.valueChanged.connect(self._rest.start)

    def _choose(self) -> None:
        self.size_chosen.emit(self.larger.value())
