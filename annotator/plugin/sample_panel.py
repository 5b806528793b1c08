"""The upper part of the dock: how far the project is, the filter, the list and its buttons."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from annotator.plugin.panels import button_row, key_button, without_focus
from annotator.plugin.sample_list import SampleList, state_text
from annotator.plugin.shown_samples import TO_DO
from annotator.plugin.workbench import Workbench
from annotator.project import SampleState

_FILTERS: tuple[tuple[str, tuple[SampleState, ...]], ...] = (
    ("All samples", ()),
    ("To do", TO_DO),
    *((state_text(state).capitalize(), (state,)) for state in SampleState),
)


class SamplePanel(QWidget):
    """Shows the samples of a workbench and goes to the one chosen."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.filter = QComboBox()
        for text, states in _FILTERS:
            self.filter.addItem(text, states)
        self.filter.setToolTip("Which samples the list shows and the keys walk through")
        self.list = SampleList(workbench)
        self._done = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(6)
        self._empty = QLabel("No sample passes this filter.")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        go = self._workbench
        top = QHBoxLayout()
        top.addWidget(self.filter, stretch=1)
        top.addWidget(self._done)
        buttons = button_row(
            key_button("Prev", "previous", lambda: go.step(-1), "Previous sample"),
            key_button("To do", "next_to_do", go.go_to_next_to_do, "Next sample without a verdict"),
            key_button("Next", "next", lambda: go.step(1), "Next sample"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        for widget in (self._bar, self.list, self._empty, buttons):
            layout.addWidget(widget)
        without_focus(self.filter)

    def _connect(self) -> None:
        self.filter.currentIndexChanged.connect(
            lambda: self._workbench.show_only(self.filter.currentData())
        )
        self.list.chosen.connect(self._workbench.go_to)
        self._workbench.project_changed.connect(self.list.thumbnails.clear)
        self._workbench.samples_changed.connect(self._reset)
        self._workbench.sample_updated.connect(self._refresh)
        self._workbench.current_changed.connect(self.list.select_current)

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
        done = samples.total - samples.count(TO_DO)
        self._done.setText(f"{done} of {samples.total} done")
        self._bar.setRange(0, max(samples.total, 1))
        self._bar.setValue(done)
