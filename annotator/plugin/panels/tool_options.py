"""The settings of the tool in hand, as a form made of the options on the tools' cards."""

from functools import partial
from typing import Any

from magicgui.widgets import CheckBox, ComboBox, FloatSlider, PushButton
from qtpy.QtWidgets import QHBoxLayout, QWidget

from annotator.plugin.panels.parts import RowLabel, row_form, without_focus
from annotator.workbench.tools.kinds import all_options
from annotator.workbench.tools.option import (
    Button,
    Choice,
    Option,
    RegionChoice,
    Setting,
    Slider,
    Switch,
)
from annotator.workbench.workbench import Workbench

Row = CheckBox | ComboBox | FloatSlider | PushButton


class ToolOptions(QWidget):
    """Shows and changes the settings of a workbench's tools.

    Only the rows that concern the tool in hand are visible; the narrow ones share a line.
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._tools = workbench.tools
        self._shown: set[str] = set()
        self._rows = {option: _row(option) for option in all_options()}
        self._labels = self._arrange()
        for option, row in self._rows.items():
            row.changed.connect(partial(self._set, option))
        self._tools.changed.connect(self.show_settings)
        workbench.mesh_changed.connect(self._show_buttons)
        workbench.current_changed.connect(self._show_buttons)
        without_focus(self)
        self.show_settings()

    def row(self, name: str) -> Row:
        """Return the row of the option with this name; raises KeyError if there is none."""
        return {option.name: row for option, row in self._rows.items()}[name]

    def refuse(self, reason: str) -> None:
        """Be of no use for a reason, which all tooltips say; without one, be of use again."""
        self.setEnabled(not reason)
        for option, row in self._rows.items():
            row.tooltip = "\n".join(filter(None, [option.tooltip, reason]))

    def show_settings(self) -> None:
        """Show what concerns the tool in hand, as it is set."""
        settings = self._tools.settings
        shown = {
            option.name
            for option in self._tools.kind.card.options
            if not isinstance(option, Setting) or option.is_shown(settings)
        }
        # Not asked of the widgets, which count as invisible before their window is shown.
        if shown != self._shown:
            self._shown = shown
            for option, row in self._rows.items():
                row.native.setVisible(option.name in shown)
                if option in self._labels:
                    self._labels[option].setVisible(option.name in shown)
        for option, row in self._rows.items():
            if not isinstance(option, Button):
                with row.changed.blocked():
                    row.value = self._value(option)
        self._show_buttons()

    def _arrange(self) -> dict[Option, QWidget]:
        """Lay the rows out and return the labels of those that have one."""
        form, beside, labels = row_form(), QHBoxLayout(), dict[Option, QWidget]()
        beside.setSpacing(6)
        for option, row in self._rows.items():
            native, label = row.native, _label(option)
            if _is_narrow(option):
                beside.addWidget(native)
            elif label:
                labels[option] = RowLabel(label)
                form.addRow(labels[option], native)
            else:
                form.addRow(native)
        beside.addStretch(1)
        form.addRow(beside)
        self.setLayout(form)
        return labels

    def _value(self, option: Option) -> Any:
        """Return what a row shows."""
        if isinstance(option, RegionChoice):
            return self._tools.tool.region
        assert isinstance(option, Setting)
        value = option.held.read(self._tools.settings)
        if isinstance(option, Slider):
            # Its ends need not be those of the setting.
            return min(max(value, option.minimum), option.maximum)
        return value

    def _set(self, option: Option, value: Any) -> None:
        """Do what a row was set to or pressed for."""
        session = self._workbench.session
        state = None if session is None else session.state
        match option:
            case Setting():
                # Each on its own: a radius beyond the slider's end is not cut by another's change.
                self._tools.settings = option.held.write(self._tools.settings, value, state)
            case RegionChoice():
                self._tools.choose_region(value)
            case Button() if state is not None:
                self._workbench.edits.apply(option.stroke, option.edit(state))

    def _show_buttons(self) -> None:
        session = self._workbench.session
        state = None if session is None else session.state
        for option, row in self._rows.items():
            if isinstance(option, Button) and isinstance(row, PushButton):
                row.enabled = state is not None and option.edit(state) is not None
                row.text = option.text(state)


def _is_narrow(option: Option) -> bool:
    return isinstance(option, Switch) and option.is_narrow


def _label(option: Option) -> str:
    return option.label if isinstance(option, Slider | Choice | RegionChoice) else ""


def _row(option: Option) -> Row:
    """Return the widget of an option."""
    common: dict[str, Any] = {"name": option.name, "tooltip": option.tooltip}
    match option:
        case Slider():
            return FloatSlider(
                min=option.minimum,
                max=option.maximum,
                step=option.step,
                **common,
            )
        case Choice() | RegionChoice():
            return ComboBox(choices=list(option.choices), **common)
        case Switch():
            return CheckBox(text=option.text, **common)
        case Button():
            return PushButton(text=option.text(None), **common)
    raise TypeError(f"no row is made of {option}")
