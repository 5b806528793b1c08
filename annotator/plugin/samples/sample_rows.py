"""Paints the rows of the list of samples."""

from qtpy.QtCore import QModelIndex, QRect, QSize, Qt
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.project import SampleSummary
from annotator.workbench.sample_text import sample_text
from annotator.workbench.states import STATE_COLOURS

SAMPLE_ROLE = int(Qt.ItemDataRole.UserRole)
THUMBNAIL_ROLE = SAMPLE_ROLE + 1
CURRENT_ROLE = SAMPLE_ROLE + 2
DETAIL_ROLE = SAMPLE_ROLE + 3

ROW_HEIGHT = 52
_MARGIN = 5
_BAR_WIDTH = 3
_CENTRED = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_DOT = 16  # px that a state's colour takes
_GAP = 8  # px between the two
_AT_THE_END = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def room_for_detail(width: int, words: int) -> int:
    """Return how many px of a line are left for why a row is there, beside where it stands.

    Where a sample stands is said first, and told in full where it takes up to three fifths.
    """
    return max(width - min(words, round(0.6 * width)) - _GAP, 0)


class SampleDelegate(QStyledItemDelegate):
    """Paints a row; a bar marks the sample under edit, the background what is selected."""

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Paint thumbnail, names and state."""
        if painter is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, option.palette.highlight())
        rect = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        frame = QRect(rect.left(), rect.top(), rect.height(), rect.height())
        self._paint_thumbnail(painter, frame, index)
        palette = option.palette
        painter.setPen((palette.highlightedText() if selected else palette.text()).color())
        if index.data(CURRENT_ROLE):
            bar = QRect(option.rect.topLeft(), QSize(_BAR_WIDTH, option.rect.height()))
            painter.fillRect(bar, painter.pen().color())
        self._paint_text(painter, rect.adjusted(rect.height() + 10, 3, 0, -3), index)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, frame: QRect, index: QModelIndex) -> None:
        pixmap = index.data(THUMBNAIL_ROLE)
        if pixmap is None:
            painter.fillRect(frame, QColor(128, 128, 128, 60))
        else:
            painter.drawPixmap(frame, pixmap)

    def _paint_text(self, painter: QPainter, rect: QRect, index: QModelIndex) -> None:
        sample: SampleSummary = index.data(SAMPLE_ROLE)
        top = QRect(rect.left(), rect.top(), rect.width(), rect.height() // 2)
        bottom = QRect(rect.left(), top.bottom() + 1, rect.width(), rect.height() // 2)
        suffix = f"  #{sample.face_index + 1}"
        metrics = painter.fontMetrics()
        room = top.width() - metrics.horizontalAdvance(suffix)
        name = metrics.elidedText(sample.image_name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(top, _CENTRED, name + suffix)
        beside = bottom.adjusted(_DOT, 0, 0, 0)
        said = sample_text(sample)
        room = room_for_detail(beside.width(), metrics.horizontalAdvance(said))
        detail = metrics.elidedText(index.data(DETAIL_ROLE), Qt.TextElideMode.ElideRight, room)
        painter.drawText(bottom, _AT_THE_END, detail)
        words = beside.adjusted(0, 0, -metrics.horizontalAdvance(detail) - _GAP * bool(detail), 0)
        text = metrics.elidedText(said, Qt.TextElideMode.ElideRight, max(words.width(), 0))
        painter.drawText(words, _CENTRED, text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(STATE_COLOURS[sample.state]))
        painter.drawEllipse(QRect(bottom.left(), bottom.center().y() - 4, 9, 9))
