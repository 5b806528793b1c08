"""The strip of the skin held still, below the time line: on demand, made on a thread."""

from qtpy.QtCore import QRect, QSize, Qt, QTimer, Signal
from qtpy.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from annotator.project import ProjectError
from annotator.workbench.clips.strip import StripCell, StripMaker, StripOrder, frames_around
from annotator.workbench.workbench import Workbench

_SIZE, _GAP, _LABEL = 88, 4, 13
# Once the frame is on screen: decoding would take the processor from drawing it.
_LATER_MS = 120


class StripPanel(QWidget):
    """Shows the faces of the frames around the playhead, each warped to the same place.

    True skin stands still from one to the next; where a mesh slips, the skin swims.

    Parameters
    ----------
    workbench : Workbench
    """

    _made = Signal(object)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._cells: tuple[StripCell, ...] = ()
        self._made.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._maker = StripMaker(self._made.emit)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._ask)
        clips = workbench.clips
        for signal in (clips.moved, clips.changed, clips.opened, workbench.mesh_changed):
            signal.connect(self._ask_later)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def cells(self) -> tuple[StripCell, ...]:
        """What is shown."""
        return self._cells

    def toggle(self) -> None:
        """Show it, or put it away."""
        self.setVisible(self.isHidden())
        if self.isHidden():
            self._maker.drop()
        self._ask_later()

    def close_strip(self) -> None:
        """Stop the thread."""
        self._later.stop()
        self._maker.close()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the height of the cells and the numbers under them."""
        return QSize(400, _SIZE + _LABEL + 4)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go to the frame that is pressed on."""
        if event is None:
            return
        for number, cell in enumerate(self._cells):
            if self._place(number).contains(event.pos()):
                self._workbench.clips.go_to(cell.frame)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the cells, the one of the playhead in a frame."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        for number, cell in enumerate(self._cells):
            place = self._place(number)
            if cell.pixels is None:
                painter.fillRect(place, QColor(128, 128, 128, 50))
            else:
                height, width = cell.pixels.shape[:2]
                painter.drawImage(
                    place,
                    QImage(
                        cell.pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888
                    ),
                )
            below = QRect(place.left(), place.bottom() + 1, place.width(), _LABEL)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{cell.frame:,}")
            if cell.frame == self._workbench.clips.frame:
                painter.drawRect(place.adjusted(-1, -1, 0, 0))
        painter.end()

    def _place(self, number: int) -> QRect:
        room = len(self._cells) * (_SIZE + _GAP) - _GAP
        left = max((self.width() - room) // 2, 0)
        return QRect(left + number * (_SIZE + _GAP), 2, _SIZE, _SIZE)

    def _ask_later(self) -> None:
        if not self.isHidden() and not self._workbench.is_playing:
            self._later.start(_LATER_MS)
            self.update()

    def _ask(self) -> None:
        clips = self._workbench.clips
        clip = clips.open_clip
        if clip is None or self.isHidden():
            return
        cells = max(min((self.width() - 8) // (_SIZE + _GAP), 9), 1)
        meshes = []
        for frame in frames_around(clips.frame, clip.timeline.count, cells):
            try:
                found = clip.mesh_at(frame, interpolates=clips.interpolates)
            except ProjectError:
                found = None  # what is done with that frame says what is wrong
            meshes.append((frame, None if found is None else found[1]))
        self._maker.ask(StripOrder(clip.record.path, meshes, clip.layout, _SIZE))

    def _show(self, cells: tuple[StripCell, ...]) -> None:
        self._cells = cells
        self.update()
