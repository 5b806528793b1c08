"""The page of the dock with the tools: a palette, what the tool does, and its settings."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import MarkupLabel, explain
from annotator.plugin.panels.tool_icons import IconButton
from annotator.plugin.panels.tool_options import ToolOptions
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.workbench import Workbench

# napari's themes do not show which button is checked.
_STYLE = "QToolButton:checked { background: palette(highlight); border-radius: 3px; }"


class ToolPanel(QWidget):
    """Chooses the tool of a workbench and sets it."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._tools = workbench.tools
        self.options = ToolOptions(workbench)
        self._buttons: dict[ToolKind, QToolButton] = {}
        self._hint = MarkupLabel()
        self._hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(3)
        layout.addLayout(self._palette())
        layout.addWidget(self._hint)
        layout.addWidget(self.options)
        layout.addStretch(1)
        self._tools.changed.connect(self._show)
        workbench.project_changed.connect(self._show_use)
        self.show_keys(DEFAULT_BINDINGS)
        self._show()

    def show_keys(self, keys: KeyBindings) -> None:
        """Name the keys that are in effect now."""
        self._keys = keys
        self._explain()

    def add_row(self, row: QWidget) -> None:
        """Put a row of somebody else's above the options, which may have to be scrolled to."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self.options), row)

    def button(self, kind: ToolKind) -> QToolButton:
        """Return the button of a tool."""
        return self._buttons[kind]

    def _explain(self) -> None:
        for kind, button in self._buttons.items():
            key = self._keys.text(kind)
            named = f"\nKey: {key}" if key else ""
            refusal = [READ_ONLY] * self._workbench.is_read_only
            explain(button, f"{kind.card.title}: {kind.card.hint}{named}", *refusal)

    def _palette(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(1)
        group = QButtonGroup(self)
        for kind in ToolKind:
            button = IconButton(kind.card.icon)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setStyleSheet(_STYLE)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(kind.card.title)
            button.clicked.connect(lambda _, kind=kind: self._tools.choose(kind))
            group.addButton(button)
            row.addWidget(button, stretch=1)
            self._buttons[kind] = button
        return row

    def _show_use(self) -> None:
        """Be of no use in a project that may only be looked at."""
        for button in self._buttons.values():
            button.setEnabled(not self._workbench.is_read_only)
        self._explain()
        self.options.refuse(READ_ONLY if self._workbench.is_read_only else "")
        self._show()

    def _show(self) -> None:
        self._buttons[self._tools.kind].setChecked(True)
        hint = f"<b>{self._tools.title}.</b> {self._tools.hint}"
        self._hint.show_html(READ_ONLY if self._workbench.is_read_only else hint)
