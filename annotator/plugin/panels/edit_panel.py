"""The lower part of the dock: the tools and the view, undo and redo, and the verdict."""

from collections.abc import Callable, Mapping

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import MarkupLabel, explain, without_mnemonic
from annotator.plugin.panels.parts import KeyButton, button_row, key_button, without_focus
from annotator.plugin.panels.status_line import StatusLine
from annotator.project import Verdict
from annotator.workbench.clips.clip_text import NO_SAMPLE, first_edit_text, frame_name
from annotator.workbench.sample_text import sample_text
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.states import STATE_COLOURS
from annotator.workbench.verdict_words import VERDICT_WORDS
from annotator.workbench.workbench import Workbench

_BUTTONS = {
    "undo": ("Undo", "Take back what you did last, also a verdict"),
    "redo": ("Redo", "Do it again"),
    "accept": (VERDICT_WORDS[Verdict.ACCEPT].entry, "This mesh becomes ground truth as it stands"),
    "send_back": ("Send back…", "Send it back, with reasons"),
    "exclude": (VERDICT_WORDS[Verdict.EXCLUDE].entry, "Keep this face out of the data set"),
    "repredict": ("Predict again", "Let the model look again where the mesh is now"),
    "repredict_in_box": ("In a box", "Draw a box: there the model looks again for this face"),
    "add_face": ("Add face", "Draw a box around a face that has no mesh"),
    "delete_face": ("No face", "Take this face out of the project: it is none"),
}


_SUBMIT = ("Submit", "This mesh is done: it waits for somebody else to accept it")

# Fits the tool with most settings, so that nothing jumps when another is chosen; on small
# screens the pages scroll instead.
_DOT = " •"
_PAGE_HEIGHT, _LEAST_PAGE_HEIGHT = 272, 110


class EditPanel(QWidget):
    """What can be done with the current sample.

    Parameters
    ----------
    workbench : Workbench
    actions : mapping
        What the keys do, by name; the buttons do the same.
    pages : mapping
        The pages of the tabs, by title.
    """

    def __init__(
        self,
        workbench: Workbench,
        actions: Mapping[str, Callable[[], object]],
        pages: Mapping[str, QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._current = StatusLine()
        self.buttons: dict[str, KeyButton] = {
            name: key_button(text, name, actions[name], tooltip)
            for name, (text, tooltip) in _BUTTONS.items()
        }
        self._goes_on = QCheckBox("Go on to the next to do after a verdict")
        self._goes_on.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs = _Tabs()
        for title, page in pages.items():
            self.tabs.addTab(_scrolling(page), title)
        self.tabs.addTab(_scrolling(self._face_page()), "Face")
        without_focus(self.tabs)
        self._arrange()
        self._follow()
        self._show_tool()
        self._show_current()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._current)
        layout.addWidget(self.tabs)
        for names in (("undo", "redo"), ("accept", "send_back", "exclude")):
            layout.addWidget(self._row(*names))

    def _follow(self) -> None:
        workbench = self._workbench
        self._goes_on.setChecked(workbench.verdicts.goes_on)
        self._goes_on.toggled.connect(self._set_goes_on)
        workbench.verdicts.goes_on_changed.connect(self._show_goes_on)
        workbench.reviewing.changed.connect(self._name_accepting)
        workbench.tools.changed.connect(self._show_tool)
        for signal in (
            workbench.current_changed, workbench.mesh_changed, workbench.sample_updated,
            workbench.done_changed, workbench.project_changed,
        ):  # fmt: skip
            signal.connect(self._show_current)

    def _name_accepting(self) -> None:
        """Say what Enter does: where somebody else accepts, annotators submit."""
        text, tooltip = _SUBMIT if self._workbench.reviewing.submits else _BUTTONS["accept"]
        self.buttons["accept"].rename(text, tooltip)

    def _face_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(4)
        again = MarkupLabel(
            "<b>The mesh is far off?</b> Let the model look again, here or in a box."
        )
        missing = MarkupLabel(
            "<b>A face without a mesh?</b> Add it. <b>No face at all?</b> Delete it."
        )
        for label, names in (
            (again, ("repredict", "repredict_in_box")),
            (missing, ("add_face", "delete_face")),
        ):
            label.setWordWrap(True)
            layout.addWidget(label)
            layout.addWidget(self._row(*names))
        layout.addStretch(1)
        layout.addWidget(self._goes_on)
        return page

    def _row(self, *names: str) -> QWidget:
        return button_row(*(self.buttons[name] for name in names))

    def _show_current(self) -> None:
        sample, session = self._workbench.current, self._workbench.session
        faceless, frame = self._workbench.faceless, self._workbench.frame
        self.setEnabled(sample is not None or faceless is not None or frame is not None)
        is_read_only = self._workbench.is_read_only
        self._refuse(READ_ONLY if is_read_only else "")
        if frame is not None:
            more = READ_ONLY if is_read_only else first_edit_text(self._workbench.keys)
            self._current.say(frame_name(frame.name, frame.frame), f": {NO_SAMPLE}", more=more)
            self._enable_undo()
            return
        if sample is None or session is None:
            name = "" if faceless is None else faceless.name
            todo = ": no face, read-only" if is_read_only else ": draw a box around a face"
            self._current.say(name, todo if name else "")
            return
        if is_read_only:
            rest = f" #{sample.face_index + 1}: {sample_text(sample)}; read-only"
            self._current.say(sample.image_name, rest, STATE_COLOURS[sample.state])
            return
        waiting = f", {session.unsaved_count} not saved yet!" if session.unsaved_count else ""
        rest = f" #{sample.face_index + 1}: {sample_text(sample)}{waiting}"
        self._current.say(sample.image_name, rest, STATE_COLOURS[sample.state])
        self._enable_undo()

    def _enable_undo(self) -> None:
        self.buttons["undo"].setEnabled(self._workbench.undoing.can_undo)
        self.buttons["redo"].setEnabled(self._workbench.undoing.can_redo)

    def _refuse(self, reason: str) -> None:
        """Let the buttons be of no use for a reason; without one, of use."""
        for button in self.buttons.values():
            button.refuse(reason)
        self._goes_on.setEnabled(not reason)
        explain(self._goes_on, reason)

    def mark_tab(self, page: int, *, is_unusual: bool) -> None:
        """Put a dot behind a page's title, or take it away."""
        title = self.tabs.tabText(page).removesuffix(_DOT)
        self.tabs.setTabText(page, title + _DOT if is_unusual else title)

    def _show_tool(self) -> None:
        """Say which tool is in hand, also while another page is open."""
        self.tabs.setTabText(0, without_mnemonic(self._workbench.tools.title))

    def _show_goes_on(self, goes_on: bool) -> None:
        self._goes_on.setChecked(goes_on)

    def _set_goes_on(self, goes_on: bool) -> None:
        self._workbench.verdicts.goes_on = goes_on


class _Tabs(QTabWidget):
    """Tabs that are as high as their pages deserve, where there is room."""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a height that is the same for every page."""
        return QSize(super().sizeHint().width(), _PAGE_HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the height of a small screen."""
        return QSize(super().minimumSizeHint().width(), _LEAST_PAGE_HEIGHT)


def _scrolling(page: QWidget) -> QScrollArea:
    """Let a page scroll where the window is too low for it."""
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
