"""Paints the tools' icons, in the colour of the text around them."""

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from annotator.workbench.tools.icon import FIELD, PEN_WIDTH, Arc, Curve, Dots, Icon, Line, Shape

# Twice the size that buttons show.
_PIXELS = 48
# As Qt counts angles.
_PER_DEGREE = 16


def tool_icon(icon: Icon, colour: QColor) -> QIcon:
    """Return an icon as Qt has them."""
    pixmap = QPixmap(_PIXELS, _PIXELS)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_PIXELS / FIELD, _PIXELS / FIELD)
    pen = QPen(colour, PEN_WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for shape in icon:
        _paint(painter, shape, colour)
    painter.end()
    return QIcon(pixmap)


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
