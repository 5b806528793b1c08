"""The lower part of the dock: the brush, undo and redo, and the verdict."""

from collections.abc import Callable
from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from annotator.plugin.panels import BrushForm, button_row, key_button
from annotator.plugin.sample_list import STATE_COLOURS, sample_text
from annotator.plugin.workbench import Workbench


class EditPanel(QWidget):
    """What can be done with the current sample.

    Parameters
    ----------
    workbench : Workbench
    ask_reject : callable
        Asks for reasons and rejects.
    """

    def __init__(
        self,
        workbench: Workbench,
        ask_reject: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._current = QLabel()
        self._current.setTextFormat(Qt.TextFormat.RichText)
        self._current.setWordWrap(True)
        self.brush_form = BrushForm(workbench)
        self.undo = key_button("Undo", "undo", workbench.undo, "Take the last stroke back")
        self.redo = key_button("Redo", "redo", workbench.redo, "Bring it back")
        self.accept = key_button(
            "Accept", "accept", workbench.accept, "This mesh becomes ground truth as it stands"
        )
        self.reject = key_button("Reject…", "reject", ask_reject, "Turn it down, with reasons")
        self.exclude = key_button(
            "Exclude", "exclude", workbench.exclude, "Keep this face out of the data set"
        )
        self._goes_on = QCheckBox("Go on to the next to do after a verdict")
        self._goes_on.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._goes_on.setChecked(workbench.goes_on_after_verdict)
        self._goes_on.toggled.connect(self._set_goes_on)
        self._arrange()
        for signal in (
            workbench.current_changed, workbench.mesh_changed, workbench.sample_updated
        ):  # fmt: skip
            signal.connect(self._show_current)
        self._show_current()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (
            self._current,
            self.brush_form.native,
            button_row(self.undo, self.redo),
            button_row(self.accept),
            button_row(self.reject, self.exclude),
            self._goes_on,
        ):
            layout.addWidget(widget)

    def _show_current(self) -> None:
        sample, session = self._workbench.current, self._workbench.session
        self.setEnabled(sample is not None)
        if sample is None or session is None:
            self._current.setText("")
            return
        colour = STATE_COLOURS[sample.state]
        waiting = f", {session.unsaved_count} not saved yet!" if session.unsaved_count else ""
        self._current.setText(
            f"<span style='color: {colour}'>●</span> <b>{escape(sample.image_name)}</b> "
            f"#{sample.face_index + 1}: {sample_text(sample)}{waiting}"
        )
        self.undo.setEnabled(session.can_undo)
        self.redo.setEnabled(session.can_redo)

    def _set_goes_on(self, goes_on: bool) -> None:
        self._workbench.goes_on_after_verdict = goes_on
