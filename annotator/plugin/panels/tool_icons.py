"""Paints the tools' icons, in the colour that text has at that moment."""

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QToolButton

from annotator.workbench.tools.icon import FIELD, PEN_WIDTH, Arc, Curve, Dots, Icon, Line, Shape

_SIZE, _MARGIN = 22, 5
# As Qt counts angles.
_PER_DEGREE = 16


class IconButton(QToolButton):
    """A button with an icon in lines, as sharp as the screen is and never of another theme.

    The colour is asked for when it is painted: themes are style sheets, which set the colours of
    a widget some time after it was made, and do not always say so.

    Parameters
    ----------
    icon : Icon
    """

    def __init__(self, icon: Icon) -> None:
        super().__init__()
        self._icon = icon

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the icon's size with a margin."""
        return QSize(_SIZE + 2 * _MARGIN, _SIZE + 2 * _MARGIN)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the icon's size with a margin."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the icon over the button."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate((self.width() - _SIZE) / 2, (self.height() - _SIZE) / 2)
        painter.scale(_SIZE / FIELD, _SIZE / FIELD)
        paint_icon(painter, self._icon, self.palette().color(self.foregroundRole()))
        painter.end()


def paint_icon(painter: QPainter, icon: Icon, colour: QColor) -> None:
    """Paint an icon into a painter whose unit is that of the icon's field."""
    pen = QPen(colour, PEN_WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for shape in icon:
        _paint(painter, shape, colour)


def _paint(painter: QPainter, shape: Shape, colour: QColor) -> None:
    match shape:
        case Line(points):
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
        case Curve(start, bends):
            path = QPainterPath(QPointF(*start))
            for first, second, end in bends:
                path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
            painter.drawPath(path)
        case Dots(radius, centres):
            painter.setBrush(colour)
            for centre in centres:
                painter.drawEllipse(QPointF(*centre), radius, radius)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        case Arc((x, y), radius, start, length):
            square = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
            painter.drawArc(square, round(start * _PER_DEGREE), round(length * _PER_DEGREE))
