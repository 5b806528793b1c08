"""The page of the dock for reviewing: what waits, what was said, what changed, and the history."""

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from annotator.plugin.canvas.differences import Differences
from annotator.plugin.canvas.plain_text import PlainLabel, explain, list_item, named_button
from annotator.plugin.panels.parts import button_row, key_button, without_focus
from annotator.workbench.bench import Bench
from annotator.workbench.comparing import Comparing
from annotator.workbench.history import UNKNOWN, History
from annotator.workbench.look.colouring import DISPLACEMENT_SCALE
from annotator.workbench.pins import Pin, Pins
from annotator.workbench.reviewing import Reviewing

_NONE_OPEN = "No remark is open."
_HOW = "While you review, a click on a vertex pins a remark to it."
_COLOURS = (
    f"Pink: as it was. Yellow: moved by {DISPLACEMENT_SCALE:.0f} % of the eye distance or more."
)
_LIST_HEIGHT = 96
_REVISION = int(Qt.ItemDataRole.UserRole)


class ReviewPanel(QWidget):
    """Reviewing and its end, the open remarks, the differences, and the history of the sample.

    Parameters
    ----------
    bench : Bench
    reviewing : Reviewing
    pins : Pins
    differences : Differences
    comparing : Comparing
    history : History
    """

    def __init__(
        self,
        bench: Bench,
        *,
        reviewing: Reviewing,
        pins: Pins,
        differences: Differences,
        comparing: Comparing,
        history: History,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bench, self._reviewing, self._pins = bench, reviewing, pins
        self._comparing, self._history = comparing, history
        self._waiting, self._how, self._colours = (
            PlainLabel(),
            PlainLabel(_HOW),
            PlainLabel(_COLOURS),
        )
        self._colours.hide()
        self.reviews = key_button(
            "Review", "review", reviewing.toggle, "Go through what was submitted; again ends it"
        )
        self.reviews.setCheckable(True)
        self.differences = key_button(
            "Differences", "differences", differences.toggle,
            "Both meshes, and in colours how far each vertex lies from what is compared: the "
            "face as it was last reviewed, or the prediction",
        )  # fmt: skip
        self.differences.setCheckable(True)
        self.remarks = _Remarks(pins)
        self.past = QListWidget()
        self.past.setFixedHeight(_LIST_HEIGHT)
        self.past.setWordWrap(True)
        self._look = self._button("Compare", self._look_at, "Show the mesh beside this revision")
        self._restore = self._button(
            "Restore", self._bring_back, "Make the mesh what it was then: a stroke, to be undone"
        )
        self._arrange()
        differences.changed.connect(self._show_differences)
        for signal in (bench.current_changed, bench.sample_updated, bench.samples_changed):
            signal.connect(self._show)
        reviewing.changed.connect(self._show)
        self._show()

    def _button(self, text: str, act: Callable[[], None], tooltip: str) -> QPushButton:
        button = named_button(text)
        explain(button, tooltip)
        button.clicked.connect(lambda: act())  # noqa: PLW0108 - without whether it is checked
        return button

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(4)
        layout.addWidget(button_row(self.reviews, self.differences))
        for label in (self._colours, self._waiting, self._how):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addWidget(self.remarks)
        layout.addWidget(PlainLabel("History, the newest first"))
        layout.addWidget(self.past)
        layout.addWidget(button_row(self._look, self._restore))
        layout.addStretch(1)
        without_focus(self)

    def _show(self) -> None:
        self.reviews.setChecked(self._reviewing.is_on)
        # While somebody reviews, the line on top of the dock says so.
        self._waiting.setText(self._reviewing.text)
        for label in (self._waiting, self._how):
            label.setVisible(not self._reviewing.is_on)
        chosen = self.past.currentRow()
        self.past.clear()
        for line in self._history.lines():
            item = list_item(line.text)
            item.setData(_REVISION, line.revision)
            self.past.addItem(item)
        self.past.setCurrentRow(min(max(chosen, 0), self.past.count() - 1))

    def _show_differences(self, are_shown: bool) -> None:
        self.differences.setChecked(are_shown)
        self._colours.setVisible(are_shown)

    def _revision(self) -> int | None:
        item = self.past.currentItem()
        return None if item is None else int(item.data(_REVISION))

    def _look_at(self) -> None:
        revision = self._revision()
        if revision is None:
            return
        if not self._comparing.look_at(revision, f"Revision {revision}"):
            self._bench.failed.emit(UNKNOWN)
        elif not self.differences.isChecked():
            self.differences.click()

    def _bring_back(self) -> None:
        revision = self._revision()
        if revision is not None:
            self._history.restore(revision)


class _Remarks(QWidget):
    """The open remarks, each with a button that resolves it."""

    def __init__(self, pins: Pins) -> None:
        super().__init__()
        self._pins = pins
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(3)
        pins.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for pin in self._pins.open:
            self._rows.addWidget(self._row(pin))
        if not self._pins.open:
            self._rows.addWidget(PlainLabel(_NONE_OPEN))

    def _row(self, pin: Pin) -> QWidget:
        row, label, done = QWidget(), PlainLabel(pin.line), named_button("Resolve")
        label.setWordWrap(True)
        explain(label, pin.remark.text)
        explain(done, "It is done with: it goes from the face, and stays in the history")
        done.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        done.clicked.connect(lambda: self._pins.resolve(pin.remark.id))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label, stretch=1)
        layout.addWidget(done, alignment=Qt.AlignmentFlag.AlignTop)
        return row
