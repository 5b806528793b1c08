"""Paints the cells of a contact sheet: a face, the colour of its state, what is selected."""

from qtpy.QtCore import QRect, Qt
from qtpy.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen

from annotator.plugin.samples.sheet_pictures import SheetPictures
from annotator.project import SampleSummary
from annotator.workbench.foreign_text import plain
from annotator.workbench.states import STATE_COLOURS

CELL_MARGIN = 5
_STRIP = 5
# Smaller pictures have no room for a name.
_LEAST_NAMED = 128
_WAITING = QColor(128, 128, 128, 60)
_TINT = 70
_MIDDLE = Qt.TextElideMode.ElideMiddle
_WRAPPED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


def room_for_name(size: int, metrics: QFontMetrics) -> int:
    """Return how high the line below a picture is, 0 for pictures too small for one, in px."""
    return metrics.height() + 2 if size >= _LEAST_NAMED else 0


class CellPainter:
    """Paints one cell at a time."""

    def __init__(self, pictures: SheetPictures) -> None:
        self._pictures = pictures

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        sample: SampleSummary,
        palette: QPalette,
        *,
        is_selected: bool,
        has_keyboard: bool,
        is_open: bool,
    ) -> None:
        """Paint a cell into a rectangle.

        Parameters
        ----------
        painter : QPainter
        rect : QRect
        sample : SampleSummary
        palette : QPalette
        is_selected : bool
        has_keyboard : bool
            Whether the arrow keys go on from here.
        is_open : bool
            Whether the sample is on the canvas.
        """
        size = self._pictures.size
        face = QRect(rect.left() + CELL_MARGIN, rect.top() + CELL_MARGIN, size, size)
        if is_selected:
            painter.fillRect(rect.adjusted(1, 1, -1, -1), palette.highlight())
        self._paint_face(painter, face, sample, palette)
        if is_selected:
            tint = QColor(palette.highlight().color())
            tint.setAlpha(_TINT)
            painter.fillRect(face, tint)
        strip = QRect(face.left(), face.bottom() + 1 - _STRIP, size, _STRIP)
        painter.fillRect(strip, QColor(STATE_COLOURS[sample.state]))
        if is_open:
            _frame(painter, face, QPen(QColor("white"), 2))
        if has_keyboard:
            _frame(painter, rect.adjusted(1, 1, -1, -1), QPen(palette.text().color(), 1))
        self._paint_name(painter, rect, face, sample, palette, is_selected=is_selected)

    def paint_band(self, painter: QPainter, band: QRect, palette: QPalette) -> None:
        """Paint a rubber band."""
        fill = QColor(palette.highlight().color())
        fill.setAlpha(_TINT)
        painter.fillRect(band.normalized(), fill)
        _frame(painter, band.normalized(), QPen(palette.highlight().color(), 1))

    def _paint_face(
        self, painter: QPainter, face: QRect, sample: SampleSummary, palette: QPalette
    ) -> None:
        picture = self._pictures.get(sample)
        if picture is not None:
            painter.drawPixmap(face, picture)
            return
        painter.fillRect(face, _WAITING)
        why = self._pictures.why_missing(sample)
        if why:
            painter.setPen(palette.text().color())
            painter.drawText(face.adjusted(4, 2, -4, -_STRIP), _WRAPPED, plain(why))

    def _paint_name(
        self,
        painter: QPainter,
        rect: QRect,
        face: QRect,
        sample: SampleSummary,
        palette: QPalette,
        *,
        is_selected: bool,
    ) -> None:
        metrics = painter.fontMetrics()
        if not room_for_name(face.width(), metrics):
            return
        below = QRect(face.left(), face.bottom() + 1, face.width(), rect.bottom() - face.bottom())
        name = metrics.elidedText(plain(sample.image_name), _MIDDLE, face.width())
        painter.setPen((palette.highlightedText() if is_selected else palette.text()).color())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), name)


def _frame(painter: QPainter, rect: QRect, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)
