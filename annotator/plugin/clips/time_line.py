"""The time line of a clip: tracks, key frames, states and doubt, painted; the mouse seeks on it."""

from qtpy.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import (
    QColor,
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from qtpy.QtWidgets import QSizePolicy, QWidget

from annotator.plugin.clips.time_line_paint import (
    GUTTER,
    RULER_HEIGHT,
    BarPaint,
    row_of,
    shown_rows,
    wanted_height,
)
from annotator.workbench.clips.columns import Window
from annotator.workbench.clips.timeline import Timeline

_RIGHT_MARGIN = 10
_NOTCH = 1.25  # how much a notch of the wheel zooms


class TimeLine(QWidget):
    """Shows a `Timeline` and where in it one is.

    Attributes
    ----------
    sought
        Carries the frame that was pressed on, or dragged to.
    chosen
        Carries the id of the track that was pressed on.
    menu_asked
        Carries a track's id, a frame, and the place on the screen.
    """

    sought = Signal(int)
    chosen = Signal(int)
    menu_asked = Signal(int, int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline: Timeline | None = None
        self._track_id: int | None = None
        self._frame = 0
        self._window = Window.of_all(1, 1)
        self._painted: QPixmap | None = None
        self._seeks = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_timeline(self, timeline: Timeline | None, track_id: int | None) -> None:
        """Show another clip, or what is new of the same one."""
        before, self._timeline = self._timeline, timeline
        self._track_id = track_id
        is_same = before is not None and timeline is not None
        if not (is_same and before.clip_id == timeline.clip_id):  # type: ignore[union-attr]
            self._show_all()
        self.setFixedHeight(self.sizeHint().height())
        self._paint_anew()

    def show_frame(self, frame: int) -> None:
        """Put the playhead at a frame."""
        if self._timeline is None or frame == self._frame:
            return
        self._frame = frame
        following = self._window.following(frame, self._timeline.count)
        if following is not self._window:
            self._window = following
            self._painted = None
        self.update()

    def x_of(self, frame: int) -> int:
        """Return where a frame is, in pixels of the widget."""
        return round(GUTTER + self._window.x_of(frame))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return what the tracks need."""
        tracks = 0 if self._timeline is None else len(self._timeline.tracks)
        return QSize(400, wanted_height(tracks))

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Show the same frames in the new width."""
        self._window = Window(self._window.first, self._window.last, self._room())
        self._paint_anew()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint what changes seldom once, and the playhead over it."""
        if self._timeline is None:
            return
        ratio = self.devicePixelRatioF()
        if self._painted is None:
            pixmap = self._painted = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(QColor(0, 0, 0, 0))
            with _painting(pixmap) as painter:
                ink = self.palette().windowText().color()
                bar = BarPaint(painter, self.rect(), self._window, ink)
                bar.paint(self._timeline, self._track_id)
        with _painting(self) as painter:
            painter.drawPixmap(0, 0, self._painted)
            self._paint_playhead(painter)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Choose the track that is pressed on, and seek."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        track_id = self._track_at(event.pos())
        if track_id is not None and track_id != self._track_id:
            self.chosen.emit(track_id)
        self._seeks = event.pos().x() >= GUTTER
        self._seek(event.pos())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Seek as long as the button is held."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.pos())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Seek no longer."""
        self._seeks = False

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Take it for another press: two quick ones on a place seek there twice."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Show fewer frames about the pointer, or more."""
        if event is None or self._timeline is None:
            return
        notches = event.angleDelta().y() / 120
        x = max(event.position().x() - GUTTER, 0.0)
        self._window = self._window.zoomed(_NOTCH**notches, x, self._timeline.count)
        self._paint_anew()
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802
        """Ask for the menu of the track under the pointer, or of the one chosen."""
        if event is None or self._timeline is None:
            return
        track_id = self._track_at(event.pos())
        track_id = self._track_id if track_id is None else track_id
        if track_id is not None:
            self.menu_asked.emit(track_id, self._frame, event.globalPos())

    def _seek(self, place: QPoint) -> None:
        if self._timeline is None or not self._seeks:
            return
        frame = self._window.frame_at(place.x() - GUTTER)
        self.sought.emit(min(max(frame, 0), self._timeline.count - 1))

    def _track_at(self, place: QPoint) -> int | None:
        if self._timeline is None:
            return None
        rows = shown_rows(self._timeline, self._track_id)
        row = row_of(place.y())
        return rows[row].track_id if 0 <= row < len(rows) else None

    def _room(self) -> int:
        return max(self.width() - GUTTER - _RIGHT_MARGIN, 1)

    def _show_all(self) -> None:
        count = 1 if self._timeline is None else self._timeline.count
        self._window = Window.of_all(count, self._room())
        self._frame = 0

    def _paint_anew(self) -> None:
        self._painted = None
        self.update()

    def _paint_playhead(self, painter: QPainter) -> None:
        x = GUTTER + self._window.x_of(self._frame)
        if not GUTTER <= x <= self.width():
            return
        ink = self.palette().windowText().color()  # to be seen in light themes, too
        wide = max(self._window.pixels_per_frame, 1.0)
        if wide > 3:  # the frame itself, where it can be told from its neighbours
            shade = QColor(ink)
            shade.setAlpha(46)
            painter.fillRect(QRectF(x - wide / 2, 0, wide, self.height() - RULER_HEIGHT), shade)
        painter.setPen(ink)
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height() - RULER_HEIGHT))
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 7)]))


class _painting:  # noqa: N801 - used as a function
    """Paints on something, and ends that whatever happens."""

    def __init__(self, device: QPixmap | QWidget) -> None:
        self._painter = QPainter(device)

    def __enter__(self) -> QPainter:
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return self._painter

    def __exit__(self, *error: object) -> None:
        self._painter.end()
