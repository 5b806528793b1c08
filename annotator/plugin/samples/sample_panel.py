"""The upper part of the dock: how far the project is, what the list shows, and its buttons."""

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.plugin.panels.parts import button_row, key_button, without_focus
from annotator.plugin.samples.batch_asking import RunLong
from annotator.plugin.samples.batch_menu import BatchButton
from annotator.plugin.samples.sample_list import SampleList
from annotator.plugin.samples.shown_choices import ShownChoices
from annotator.project import UNDECIDED
from annotator.workbench.clips.clip_text import first_edit_text
from annotator.workbench.remarks import Remarks
from annotator.workbench.states import NOT_DELETED
from annotator.workbench.workbench import Workbench

_NONE_PASSES = "No sample passes this filter."
_LEAVING_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SamplePanel(QWidget):
    """Shows the samples of a workbench and goes to the one chosen.

    Parameters
    ----------
    workbench : Workbench
    run_long : callable
        Runs work on a thread: see `BatchButton`.
    remarks : Remarks
        Tells what was said of samples.
    title : QWidget
        What stands in the first row, beside how many samples are done.

    Attributes
    ----------
    typed
        The annotator has done typing: the keyboard can go back to the canvas.
    sheet_asked
        The annotator wants to see all of these faces at a glance.
    """

    typed = Signal()
    sheet_asked = Signal()

    def __init__(
        self,
        workbench: Workbench,
        run_long: RunLong,
        remarks: Remarks,
        title: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench, self._title = workbench, title
        self.list = SampleList(workbench, remarks)
        self.batch = BatchButton(workbench, self.list, run_long)
        self._done = PlainLabel()
        # One in the other's place, so that nothing moves when several samples are selected.
        self._tally = QStackedWidget()
        for widget in (self._done, self.batch):
            self._tally.addWidget(widget)
        # Or it takes its share of the height, which is the list's.
        self._tally.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(6)
        self._empty = PlainLabel("")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self.choices = ShownChoices(workbench, self)
        self.filter, self.sorting = self.choices.filter, self.choices.sorting
        self.direction, self.text = self.choices.direction, self.choices.text
        self.text.installEventFilter(self)
        without_focus(self.batch)
        self._arrange()
        self._connect()

    def show_all(self) -> None:
        """Let every sample pass that is not deleted."""
        self.choices.show_all()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Leave the text field with Esc, which also empties it; open the first match with Enter."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() not in _LEAVING_KEYS:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.text.clear()
        elif not self._open_match():
            return True  # nothing matches: the annotator goes on typing
        self.typed.emit()
        return True

    def _open_match(self) -> bool:
        samples = self._workbench.samples
        if self.text.text().strip():
            if not len(samples):
                return False
            self._workbench.go_to(samples.at(0).id)
        return True

    def _arrange(self) -> None:
        go = self._workbench
        top, first, second = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._title, stretch=1)
        top.addWidget(self._tally)
        first.addWidget(self.filter, stretch=4)
        first.addWidget(self.sorting, stretch=5)  # for "By displacement"
        first.addWidget(self.direction)
        second.addWidget(self.text, stretch=1)
        second.addWidget(self.choices.quality, stretch=1)
        buttons = button_row(
            key_button("Prev", "previous", lambda: go.step(-1), "Previous sample"),
            key_button("To do", "next_to_do", go.go_to_next_to_do, "Next sample without a verdict"),
            key_button("Next", "next", lambda: go.step(1), "Next sample"),
            key_button(
                "Sheet", "contact_sheet", self.sheet_asked.emit,
                "All of these faces at a glance, and one verdict on many", with_key=False,
            ),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for row in (top, first, second):
            layout.addLayout(row)
        for widget in (self._bar, self.list, self._empty, buttons):
            layout.addWidget(widget, stretch=int(widget is self.list))

    def _connect(self) -> None:
        self.list.selected.connect(self._show_tally)
        self.list.chosen.connect(self._workbench.go_to)
        self._workbench.project_changed.connect(self.list.thumbnails.clear)
        self._workbench.samples_changed.connect(self._reset)
        self._workbench.sample_updated.connect(self._refresh)
        self._workbench.current_changed.connect(self.list.select_current)
        self._workbench.current_changed.connect(self._show_empty)
        self._workbench.triaged.changed.connect(self.list.show_anew)

    def _show_tally(self, selected: int) -> None:
        self._tally.setCurrentWidget(self.batch if selected > 1 else self._done)

    def _reset(self) -> None:
        self.list.reset_samples()
        self._show_empty()
        self._count()

    def _show_empty(self) -> None:
        """Say why the list is empty, and what makes the first sample of a clip."""
        bench = self._workbench
        begins = not bench.samples.total and bench.frame is not None and not bench.is_read_only
        self._empty.setText(first_edit_text(bench.keys) if begins else _NONE_PASSES)
        self._empty.setVisible(begins or (bench.samples.total > 0 and not len(bench.samples)))

    def _refresh(self, sample_id: int) -> None:
        self.list.refresh_sample(sample_id)
        self._count()

    def _count(self) -> None:
        samples = self._workbench.samples
        faces = samples.count(NOT_DELETED)
        done = faces - samples.count(UNDECIDED)
        self._done.setText(f"{done:,} of {faces:,} done")
        self._bar.setRange(0, max(faces, 1))
        self._bar.setValue(done)
