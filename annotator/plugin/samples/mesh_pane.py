"""One mesh over its photograph beside others: all are looked at from the same place."""

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from qtpy.QtWidgets import QSizePolicy, QWidget

Box = tuple[float, float, float, float]

_AROUND = 1.15  # times the face is what is seen at first
_STEP = 1.25  # one notch of the wheel
_NOTCH = 120  # eighths of a degree
_CLOSEST, _FARTHEST = 60.0, 0.02  # px of the screen to a px of the photograph
_EDGE = QColor(255, 255, 255, 90)
_RIM = QColor(0, 20, 30, 200)
_SMALLEST, _LARGEST = 1.4, 3.2  # radii of dots, px of the screen
_DOT = 0.8  # and between these, px of the photograph
_LEAST = QSize(220, 260)


class SharedView(QObject):
    """Where all panes look: the place in their middle, and how near.

    Attributes
    ----------
    changed
        They look elsewhere.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.centre = QPointF()
        self.scale = 1.0

    def show_box(self, box: Box, size: QSize) -> None:
        """Look at a box, in px of the photograph, from a pane of some size."""
        left, top, width, height = box
        room = min(size.width() / max(width, 1.0), size.height() / max(height, 1.0))
        self.centre = QPointF(left + width / 2, top + height / 2)
        self.scale = room / _AROUND
        self.changed.emit()

    def move(self, by: QPointF) -> None:
        """Move what is seen, in px of the screen."""
        self.centre -= by / self.scale
        self.changed.emit()

    def zoom(self, factor: float, about: QPointF) -> None:
        """Look nearer; what lies ``about``, in px from a pane's middle, stays where it is."""
        before = self.scale
        self.scale = min(max(before * factor, _FARTHEST), _CLOSEST)
        self.centre += about * (1 / before - 1 / self.scale)
        self.changed.emit()


class MeshPane(QWidget):
    """Shows a photograph and a mesh over it. The wheel zooms all panes of a view, dragging moves.

    Parameters
    ----------
    view : SharedView
    """

    resized = Signal()

    def __init__(self, view: SharedView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._image: QImage | None = None
        self._points: NDArray[np.floating] = np.empty((0, 2))
        self._edges: NDArray[np.integer] = np.empty((0, 2), np.intp)
        self._colours: list[QColor] = []
        self._grabbed: QPointF | None = None
        self.setMinimumSize(_LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        view.changed.connect(self.update)

    def show_photograph(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show a photograph, (H, W, 3) uint8 RGB, or none."""
        self._image = None
        if pixels is not None:
            height, width = pixels.shape[:2]
            kind = QImage.Format.Format_RGB888
            self._image = QImage(pixels.tobytes(), width, height, 3 * width, kind).copy()
        self.update()

    def show_mesh(
        self,
        points: NDArray[np.floating],
        edges: NDArray[np.integer],
        colours: NDArray[np.floating],
    ) -> None:
        """Show a mesh.

        Parameters
        ----------
        points : (n, 2)
            In px of the photograph.
        edges : (m, 2)
        colours : (n, 4)
            RGBA of each vertex.
        """
        self._points, self._edges = points, edges
        self._colours = [QColor.fromRgbF(*colour) for colour in colours.tolist()]
        self.update()

    def on_screen(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where points of the photograph, (n, 2), are on the pane, in px of it."""
        view = self._view
        centre = np.array([view.centre.x(), view.centre.y()])
        middle = np.array([self.width() / 2, self.height() / 2])
        return np.asarray((points - centre) * view.scale + middle, np.float64)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the part of the photograph that is in sight, and the mesh over it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(20, 22, 26))
        if self._image is not None:
            corners = np.array([[0, 0], [self._image.width(), self._image.height()]])
            (left, top), (right, bottom) = self.on_screen(corners).tolist()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = QRectF(left, top, right - left, bottom - top)
            painter.drawImage(place, self._image, QRectF(self._image.rect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_mesh(painter)
        painter.end()

    def _paint_mesh(self, painter: QPainter) -> None:
        points = [QPointF(x, y) for x, y in self.on_screen(self._points).tolist()]
        painter.setPen(QPen(_EDGE, 1))
        for first, second in self._edges.tolist():
            painter.drawLine(points[first], points[second])
        painter.setPen(QPen(_RIM, 0.8))
        radius = min(max(_DOT * self._view.scale, _SMALLEST), _LARGEST)
        for point, colour in zip(points, self._colours, strict=True):
            painter.setBrush(colour)
            painter.drawEllipse(point, radius, radius)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Zoom about the pointer."""
        if event is not None:
            middle = QPointF(self.width() / 2, self.height() / 2)
            notches = event.angleDelta().y() / _NOTCH
            self._view.zoom(_STEP**notches, event.position() - middle)
            event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Take hold of the photograph."""
        if event is not None:
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Move it along."""
        if event is not None and self._grabbed is not None:
            self._view.move(event.position() - self._grabbed)
            self._grabbed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Let go of it."""
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Tell that there is another amount of room."""
        super().resizeEvent(event)
        self.resized.emit()
