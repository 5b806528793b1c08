"""The upper part of the dock: how far the project is, what the list shows, and its buttons."""

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel, name_button
from annotator.plugin.panels.parts import button_row, key_button, without_focus
from annotator.plugin.samples.batch_menu import BatchButton, RunLong
from annotator.plugin.samples.sample_list import SampleList
from annotator.project import UNDECIDED
from annotator.workbench.remarks import Remarks
from annotator.workbench.shown_samples import Shown
from annotator.workbench.sort_keys import SortKey
from annotator.workbench.states import FILTERS, NOT_DELETED
from annotator.workbench.workbench import Workbench

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

    Attributes
    ----------
    typed
        The annotator has done typing: the keyboard can go back to the canvas.
    """

    typed = Signal()

    def __init__(
        self,
        workbench: Workbench,
        run_long: RunLong,
        remarks: Remarks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
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
        self._empty = PlainLabel("No sample passes this filter.")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._make_choices()
        self._arrange()
        self._connect()

    def show_all(self) -> None:
        """Let every sample pass that is not deleted."""
        self.filter.setCurrentIndex(0)
        self.text.clear()

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

    def _make_choices(self) -> None:
        self.filter = QComboBox()
        for text, states in FILTERS:
            self.filter.addItem(text, states)
        self.filter.setToolTip("Which samples the list shows and the keys walk through")
        self.sorting = QComboBox()
        for key in SortKey:
            self.sorting.addItem(f"By {key.value}", key)
        self.sorting.setToolTip("The order of the list; samples that change stay where they are")
        self.direction = QToolButton()
        self.direction.setCheckable(True)
        self.direction.setToolTip("Turn the order round")
        self._show_direction(False)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Part of a file name")
        self.text.setClearButtonEnabled(True)
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.text.installEventFilter(self)
        for choice in (self.filter, self.sorting):
            choice.setMinimumContentsLength(8)
            choice.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        for widget in (self.filter, self.sorting, self.direction, self.batch):
            without_focus(widget)

    def _arrange(self) -> None:
        go = self._workbench
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.filter, stretch=4)
        first.addWidget(self.sorting, stretch=5)  # for "By displacement"
        first.addWidget(self.direction)
        second.addWidget(self.text, stretch=1)
        second.addWidget(self._tally)
        buttons = button_row(
            key_button("Prev", "previous", lambda: go.step(-1), "Previous sample"),
            key_button("To do", "next_to_do", go.go_to_next_to_do, "Next sample without a verdict"),
            key_button("Next", "next", lambda: go.step(1), "Next sample"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(second)
        for widget in (self._bar, self.list, self._empty, buttons):
            layout.addWidget(widget, stretch=int(widget is self.list))

    def _connect(self) -> None:
        self.filter.currentIndexChanged.connect(self._show)
        self.sorting.currentIndexChanged.connect(self._show)
        self.text.textChanged.connect(self._show)
        self.direction.toggled.connect(self._show_direction)
        self.direction.toggled.connect(self._show)
        self.list.selected.connect(self._show_tally)
        self.list.chosen.connect(self._workbench.go_to)
        self._workbench.project_changed.connect(self.list.thumbnails.clear)
        self._workbench.samples_changed.connect(self._reset)
        self._workbench.sample_updated.connect(self._refresh)
        self._workbench.current_changed.connect(self.list.select_current)

    def _show(self) -> None:
        states, key = self.filter.currentData(), self.sorting.currentData()
        descending = self.direction.isChecked()
        self._workbench.show_samples(Shown(tuple(states), self.text.text(), key, descending))

    def _show_direction(self, descending: bool) -> None:
        name_button(self.direction, "↓" if descending else "↑")

    def _show_tally(self, selected: int) -> None:
        self._tally.setCurrentWidget(self.batch if selected > 1 else self._done)

    def _reset(self) -> None:
        self.list.reset_samples()
        samples = self._workbench.samples
        self._empty.setVisible(samples.total > 0 and not len(samples))
        self._count()

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
