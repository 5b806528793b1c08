"""The list of samples: a thumbnail, the file, the state and the strokes of each."""

from collections.abc import Callable
from typing import Any, Protocol

from qtpy.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from qtpy.QtGui import QMouseEvent, QPixmap, QResizeEvent
from qtpy.QtWidgets import QHeaderView, QTableView, QWidget

from annotator.plugin.samples.kept_selection import KeptSelection
from annotator.plugin.samples.sample_rows import (
    CURRENT_ROLE,
    DETAIL_ROLE,
    ROW_HEIGHT,
    SAMPLE_ROLE,
    THUMBNAIL_ROLE,
    SampleDelegate,
)
from annotator.plugin.samples.thumbnails import Thumbnails
from annotator.project import SampleSummary
from annotator.workbench.remarks import Remarks
from annotator.workbench.sample_text import sample_text, sample_tooltip, sorted_by_text
from annotator.workbench.workbench import Workbench

# On a small screen: the tools need the room more.
_LEAST_ROWS = 2
_PICKING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_SELECT = QItemSelectionModel.SelectionFlag


class Pictures(Protocol):
    """Makes a picture of each sample, and tells when it has come."""

    ready: Any  # a signal of Qt's with the sample's id

    def get(self, sample: SampleSummary) -> QPixmap | None:
        """Return it, or None while it is on its way or cannot be had."""


class SampleModel(QAbstractTableModel):
    """The samples shown, as Qt wants them; rows are read when they are painted."""

    def __init__(
        self, workbench: Workbench, thumbnails: Pictures, remarks: Remarks, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        thumbnails.ready.connect(self.refresh_sample)
        self._tellers: dict[int, Callable[[SampleSummary], object]] = {
            SAMPLE_ROLE: lambda sample: sample,
            THUMBNAIL_ROLE: thumbnails.get,
            CURRENT_ROLE: self._is_current,
            DETAIL_ROLE: self._detail,
            Qt.ItemDataRole.ToolTipRole: lambda s: sample_tooltip(s, remarks.on(s)),
            Qt.ItemDataRole.DisplayRole: _line,
            Qt.ItemDataRole.AccessibleTextRole: _line,
        }

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many samples are shown."""
        return 0 if parent.isValid() else len(self._workbench.samples)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Return that a row is painted as one piece."""
        return 0 if parent.isValid() else 1

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a sample's text, its summary or its thumbnail."""
        if not index.isValid():
            return None
        tell = self._tellers.get(role)
        return None if tell is None else tell(self._workbench.samples.at(index.row()))

    def _detail(self, sample: SampleSummary) -> str:
        shown = self._workbench.samples.shown
        why = self._workbench.triaged.row_text(sample, shown)
        return why or sorted_by_text(sample, shown.key)

    def _is_current(self, sample: SampleSummary) -> bool:
        session = self._workbench.session
        return session is not None and session.sample_id == sample.id

    def reset(self) -> None:
        """Read the whole list anew."""
        self.beginResetModel()
        self.endResetModel()

    def refresh_sample(self, sample_id: int) -> None:
        """Paint one sample anew."""
        row = self._workbench.samples.row(sample_id)
        if row is not None:
            index = self.index(row, 0)
            self.dataChanged.emit(index, index)


def _line(sample: SampleSummary) -> str:
    return f"{sample.image_name}, face {sample.face_index + 1}: {sample_text(sample)}"


class SampleList(QTableView):
    """The list; a click takes a sample under edit, with Shift or Ctrl it selects.

    A table of one column: it asks the model about the rows in sight only, where Qt's list asks
    about each of 100,000 rows whenever the list is another one.
    The keyboard stays with the canvas, where the annotator's keys are.

    Attributes
    ----------
    chosen
        Carries the id of a sample that was clicked.
    selected
        Carries how many samples are selected.
    """

    chosen = Signal(int)
    selected = Signal(int)

    def __init__(
        self, workbench: Workbench, remarks: Remarks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._picks = False
        self.thumbnails = Thumbnails(self)
        self._model = SampleModel(workbench, self.thumbnails, remarks, self)
        self._kept = KeptSelection(self, workbench.samples)
        self.setModel(self._model)
        self.setItemDelegate(SampleDelegate(self))
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMinimumHeight(_LEAST_ROWS * ROW_HEIGHT)
        self._look_like_a_list()
        self.clicked.connect(self._choose)

    def _look_like_a_list(self) -> None:
        self.setShowGrid(False)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        if rows is not None and columns is not None:
            rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            rows.setDefaultSectionSize(ROW_HEIGHT)
            columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            rows.hide()
            columns.hide()

    @property
    def selected_ids(self) -> list[int]:
        """The selected samples, in the order of the list."""
        return self._kept.ids

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Remember whether the click opens or selects."""
        self._picks = event is not None and bool(event.modifiers() & _PICKING)
        super().mousePressEvent(event)

    def selectionChanged(  # noqa: N802
        self, selected: QItemSelection, deselected: QItemSelection
    ) -> None:
        """Note which samples are selected, before their rows become others."""
        super().selectionChanged(selected, deselected)
        self._note_selection()

    def _note_selection(self) -> None:
        self.selected.emit(self._kept.note())

    def reset_samples(self) -> None:
        """Show another list; what was selected and is still shown stays selected."""
        self._model.reset()
        rows = self._kept.rows()
        if len(rows) > 1:
            self._kept.select(rows)
        else:
            self.select_current()
        # Qt does not say that a selection is gone with the rows it was made of.
        self._note_selection()

    def refresh_sample(self, sample_id: int) -> None:
        """Paint one sample anew."""
        self._model.refresh_sample(sample_id)

    def show_anew(self) -> None:
        """Paint the rows in sight anew; they stay where they are."""
        if (viewport := self.viewport()) is not None:
            viewport.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Keep the current row in sight where lines below it come and take its room."""
        row = self.visualRect(self.currentIndex())
        was_seen = event is not None and row.intersects(QRect(QPoint(), event.oldSize()))
        super().resizeEvent(event)
        if was_seen:
            self.scrollTo(self.currentIndex())

    def select_current(self) -> None:
        """Select the sample under edit alone and scroll to it."""
        model, current = self.selectionModel(), self._workbench.current
        row = None if current is None else self._workbench.samples.row(current.id)
        if row is None or model is None:
            self.clearSelection()
            return
        index = self._model.index(row, 0)
        # Said outright: Qt would look at the keys that happen to be held.
        model.setCurrentIndex(index, _SELECT.ClearAndSelect)
        self.scrollTo(index, QTableView.ScrollHint.EnsureVisible)

    def _choose(self, index: QModelIndex) -> None:
        if not self._picks:
            self.chosen.emit(index.data(SAMPLE_ROLE).id)
