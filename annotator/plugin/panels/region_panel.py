"""The page of the dock with the regions of the face: show, pin, and what is visible of each."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from annotator.mesh.layout import REGION_TITLES
from annotator.mesh.marks import Visibility
from annotator.plugin.canvas.plain_text import PlainLabel, explain
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings
from annotator.workbench.region_marks import RegionMarks
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.workbench import Workbench

_VISIBILITY_TEXT = {
    Visibility.VISIBLE: "visible",
    Visibility.OCCLUDED: "occluded",
    Visibility.OUT_OF_FRAME: "out of frame",
    None: "mixed",
}


_ROW_HEIGHT = 21
# For "out of frame".
_WIDEST = 88
# Flat rows, in which what is not as usual stands out.
_STYLE = "QPushButton { padding: 1px 2px; } QPushButton:checked { background: palette(highlight); }"
_PIN_TEXT = {True: "pinned", False: "free", None: "mixed"}
_TOOLTIPS = (
    "Whether it is shown; the tools leave alone what is hidden",
    "Whether its vertices stay where they are",
    "Visible, occluded or out of frame; exported",
)
_KEYS = {"pin_region": "pins", "mark_region": "marks", "hide_region": "hides"}


class RegionPanel(QWidget):
    """One row for each region: its name, and buttons to show, pin and mark it."""

    def __init__(
        self, workbench: Workbench, marks: RegionMarks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._marks = marks
        self._buttons: dict[str, tuple[QPushButton, QPushButton, QPushButton]] = {}
        self._hint = PlainLabel()
        self._hint.setWordWrap(True)
        self.show_keys(DEFAULT_BINDINGS)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.setHorizontalSpacing(4)
        grid.setColumnStretch(0, 1)
        for row, region in enumerate(REGION_TITLES):
            self._add_row(grid, row, region)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.addWidget(self._hint)
        layout.addLayout(grid)
        layout.addStretch(1)
        for signal in (workbench.current_changed, workbench.mesh_changed, marks.hidden_changed):
            signal.connect(self._show)
        workbench.project_changed.connect(self._show_use)
        self._show()

    def buttons(self, region: str) -> tuple[QPushButton, QPushButton, QPushButton]:
        """Return the buttons of a region that show, pin and mark it."""
        return self._buttons[region]

    def show_keys(self, keys: KeyBindings) -> None:
        """Name the keys that are in effect now."""
        named = [f"{key} {does}" for action, does in _KEYS.items() if (key := keys.text(action))]
        self._hint.setText(f"For the region under the pointer: {', '.join(named)}.")

    def _add_row(self, grid: QGridLayout, row: int, region: str) -> None:
        grid.addWidget(PlainLabel(REGION_TITLES[region]), row, 0)
        marks = self._marks
        shown, pinned, visible = map(_button, _TOOLTIPS)
        visible.setMinimumWidth(_WIDEST)
        shown.clicked.connect(lambda: marks.toggle_hidden(region))
        pinned.clicked.connect(lambda: marks.toggle_pinned(region))
        visible.clicked.connect(lambda: marks.cycle_visibility(region))
        self._buttons[region] = (shown, pinned, visible)
        for column, button in enumerate(self._buttons[region], start=1):
            grid.addWidget(button, row, column)

    def _show_use(self) -> None:
        """Let what is stored alone in a project that may only be looked at; hiding is not."""
        reason = READ_ONLY if self._workbench.is_read_only else ""
        for buttons in self._buttons.values():
            for button, tooltip in zip(buttons[1:], _TOOLTIPS[1:], strict=True):
                button.setEnabled(not reason)
                explain(button, *filter(None, [tooltip, reason]))

    def _show(self) -> None:
        for region, (shown, pinned, visible) in self._buttons.items():
            hidden = region in self._marks.hidden
            shown.setChecked(hidden)
            shown.setText("hidden" if hidden else "shown")
            pins = self._marks.pinned(region)
            pinned.setChecked(pins is not False)
            pinned.setText(_PIN_TEXT[pins])
            visibility = self._marks.visibility(region)
            visible.setText(_VISIBILITY_TEXT[visibility])
            visible.setChecked(visibility is not Visibility.VISIBLE)


def _button(tooltip: str) -> QPushButton:
    button = QPushButton()
    button.setCheckable(True)
    explain(button, tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setFixedHeight(_ROW_HEIGHT)
    button.setStyleSheet(_STYLE)
    button.setMinimumWidth(52)
    button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return button
