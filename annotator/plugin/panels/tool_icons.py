"""The tools' icons, painted in the colour of the text around them."""

from collections.abc import Callable
from math import cos, pi, sin

from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from annotator.workbench.toolbox import ToolKind

# Icons are painted on a field of this many units, at twice the size that buttons show.
_FIELD = 24
_PIXELS = 48

Point = tuple[float, float]


def tool_icon(kind: ToolKind, colour: QColor) -> QIcon:
    """Return the icon of a tool."""
    pixmap = QPixmap(_PIXELS, _PIXELS)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_PIXELS / _FIELD, _PIXELS / _FIELD)
    pen = QPen(colour, 1.7)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _PAINTERS[kind](painter, colour)
    painter.end()
    return QIcon(pixmap)


def _lines(painter: QPainter, *lines: tuple[Point, ...]) -> None:
    for points in lines:
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))


def _dots(painter: QPainter, colour: QColor, radius: float, *centres: Point) -> None:
    painter.setBrush(colour)
    for centre in centres:
        painter.drawEllipse(QPointF(*centre), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _curve(painter: QPainter, start: Point, *bends: tuple[Point, Point, Point]) -> None:
    path = QPainterPath(QPointF(*start))
    for first, second, end in bends:
        path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
    painter.drawPath(path)


def _grab(painter: QPainter, colour: QColor) -> None:
    """Paint four arrows away from a vertex."""
    for turn in range(4):
        c, s = cos(turn * pi / 2), sin(turn * pi / 2)
        ends = [(5.0, 0.0), (10.0, 0.0), (7.4, -2.6), (10.0, 0.0), (7.4, 2.6)]
        _lines(painter, tuple((12 + x * c - y * s, 12 + x * s + y * c) for x, y in ends))
    _dots(painter, colour, 1.6, (12, 12))


def _guided(painter: QPainter, colour: QColor) -> None:
    """Paint two anchors, and a vertex dragged off the line between them."""
    _curve(painter, (3, 18), ((8, 17), (8, 6), (13, 6)), ((17, 6), (17, 17), (21, 18)))
    _dots(painter, colour, 2.1, (3.6, 18), (20.4, 18))
    painter.drawEllipse(QPointF(12.7, 6), 3.2, 3.2)


def _smooth(painter: QPainter, colour: QColor) -> None:
    """Paint a ragged line above a smooth one."""
    _lines(painter, ((2.5, 8), (6, 4), (9, 10), (13, 3.5), (16, 9.5), (19, 5), (21.5, 8)))
    _curve(painter, (2.5, 18), ((8, 13), (16, 13), (21.5, 18)))


def _relax(painter: QPainter, colour: QColor) -> None:
    """Paint vertices evenly spaced on a line."""
    _curve(painter, (2.5, 16), ((8, 6), (16, 6), (21.5, 16)))
    _dots(painter, colour, 1.7, (3, 15.2), (8, 10), (16, 10), (21, 15.2), (12, 8.6))


def _restore(painter: QPainter, colour: QColor) -> None:
    """Paint an arrow that turns back."""
    painter.drawArc(QRectF(4.5, 4.5, 15, 15), -120 * 16, 290 * 16)
    _lines(painter, ((3.6, 5.0), (5.3, 9.6), (9.8, 8.0)))


def _transform(painter: QPainter, colour: QColor) -> None:
    """Paint a frame with handles."""
    painter.drawRect(QRectF(5, 5, 14, 14))
    _dots(painter, colour, 1.7, (5, 5), (19, 5), (5, 19), (19, 19))


def _contour(painter: QPainter, colour: QColor) -> None:
    """Paint a pencil at the end of a line."""
    _curve(painter, (2.5, 20.5), ((6, 14), (8, 22), (12, 17.5)))
    _lines(painter, ((12, 17.5), (12.8, 13.6), (19, 7), (22, 10), (15.8, 16.7), (12, 17.5)))


def _pin(painter: QPainter, colour: QColor) -> None:
    """Paint a pin."""
    _lines(painter, ((8, 3.5), (16, 3.5)), ((9.5, 3.5), (9, 10), (6, 13), (18, 13), (15, 10)))
    _lines(painter, ((15, 10), (14.5, 3.5)), ((12, 13), (12, 21)))


def _visibility(painter: QPainter, colour: QColor) -> None:
    """Paint an eye."""
    _curve(painter, (2.5, 12), ((7, 4.5), (17, 4.5), (21.5, 12)))
    _curve(painter, (2.5, 12), ((7, 19.5), (17, 19.5), (21.5, 12)))
    _dots(painter, colour, 2.4, (12, 12))


_PAINTERS: dict[ToolKind, Callable[[QPainter, QColor], None]] = {
    ToolKind.GRAB: _grab,
    ToolKind.GUIDED: _guided,
    ToolKind.SMOOTH: _smooth,
    ToolKind.RELAX: _relax,
    ToolKind.RESTORE: _restore,
    ToolKind.TRANSFORM: _transform,
    ToolKind.CONTOUR: _contour,
    ToolKind.PIN: _pin,
    ToolKind.VISIBILITY: _visibility,
}
