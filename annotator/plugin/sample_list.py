"""The list of samples: a thumbnail, the file, the state and the strokes of each."""

from html import escape
from typing import Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.plugin.thumbnails import Thumbnails
from annotator.plugin.workbench import Workbench
from annotator.project import SampleState, SampleSummary

SAMPLE_ROLE = int(Qt.ItemDataRole.UserRole)
THUMBNAIL_ROLE = SAMPLE_ROLE + 1

STATE_COLOURS: dict[SampleState, str] = {
    SampleState.PREDICTED: "#8a97a3",
    SampleState.IN_PROGRESS: "#f0a830",
    SampleState.ACCEPTED: "#3fb56b",
    SampleState.REJECTED: "#e0524d",
    SampleState.EXCLUDED: "#9b6fd0",
    SampleState.DELETED: "#5b5f63",
}
_ROW_HEIGHT = 60
_MARGIN = 5


def state_text(state: SampleState) -> str:
    """Return a state as people read it."""
    return str(state.value).replace("_", " ")


def sample_text(sample: SampleSummary) -> str:
    """Return what the second line of a row says."""
    strokes = {0: "", 1: ", 1 stroke"}.get(sample.stroke_count, f", {sample.stroke_count} strokes")
    return f"{state_text(sample.state)}{strokes}"


class SampleModel(QAbstractListModel):
    """The samples shown, as Qt wants them; rows are read when they are painted."""

    def __init__(self, workbench: Workbench, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._thumbnails = thumbnails
        thumbnails.ready.connect(self.refresh_sample)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """Return how many samples are shown."""
        return 0 if parent.isValid() else len(self._workbench.samples)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a sample's text, its summary or its thumbnail."""
        if not index.isValid():
            return None
        sample = self._workbench.samples.at(index.row())
        if role == SAMPLE_ROLE:
            return sample
        if role == THUMBNAIL_ROLE:
            return self._thumbnails.get(sample)
        if role == Qt.ItemDataRole.ToolTipRole:
            path = escape(str(sample.image_path))
            return f"{path}<br>face {sample.face_index + 1}, {sample_text(sample)}"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{sample.image_name}, face {sample.face_index + 1}: {sample_text(sample)}"
        return None

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


class SampleDelegate(QStyledItemDelegate):
    """Paints a row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        """Every row has the same height, which lets Qt lay out 100,000 of them at once."""
        return QSize(180, _ROW_HEIGHT)

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Paint thumbnail, names and state."""
        if painter is None:
            return
        sample: SampleSummary = index.data(SAMPLE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, option.palette.highlight())
        rect = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        frame = QRect(rect.left(), rect.top(), rect.height(), rect.height())
        self._paint_thumbnail(painter, frame, index)
        text = rect.adjusted(rect.height() + 10, 3, 0, -3)
        palette = option.palette
        painter.setPen((palette.highlightedText() if selected else palette.text()).color())
        self._paint_text(painter, text, sample)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, frame: QRect, index: QModelIndex) -> None:
        pixmap = index.data(THUMBNAIL_ROLE)
        if pixmap is None:
            painter.fillRect(frame, QColor(128, 128, 128, 60))
        else:
            painter.drawPixmap(frame, pixmap)

    def _paint_text(self, painter: QPainter, rect: QRect, sample: SampleSummary) -> None:
        top = QRect(rect.left(), rect.top(), rect.width(), rect.height() // 2)
        bottom = QRect(rect.left(), top.bottom() + 1, rect.width(), rect.height() // 2)
        suffix = f"  #{sample.face_index + 1}"
        metrics = painter.fontMetrics()
        room = top.width() - metrics.horizontalAdvance(suffix)
        name = metrics.elidedText(sample.image_name, Qt.TextElideMode.ElideMiddle, room)
        centred = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(top, centred, name + suffix)
        dot = QRect(bottom.left(), bottom.center().y() - 4, 9, 9)
        painter.drawText(bottom.adjusted(16, 0, 0, 0), centred, sample_text(sample))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(STATE_COLOURS[sample.state]))
        painter.drawEllipse(dot)


class SampleList(QListView):
    """The list; a click takes a sample under edit.

    The keyboard stays with the canvas, where the annotator's keys are.
    """

    chosen = Signal(int)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.thumbnails = Thumbnails(self)
        self._model = SampleModel(workbench, self.thumbnails, self)
        self.setModel(self._model)
        self.setItemDelegate(SampleDelegate(self))
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(2 * _ROW_HEIGHT)
        self.clicked.connect(lambda index: self.chosen.emit(index.data(SAMPLE_ROLE).id))

    def reset_samples(self) -> None:
        """Show another list."""
        self._model.reset()
        self.select_current()

    def refresh_sample(self, sample_id: int) -> None:
        """Paint one sample anew."""
        self._model.refresh_sample(sample_id)

    def select_current(self) -> None:
        """Mark the sample under edit and scroll to it."""
        current = self._workbench.current
        row = None if current is None else self._workbench.samples.row(current.id)
        if row is None:
            self.clearSelection()
            return
        index = self._model.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QListView.ScrollHint.EnsureVisible)
