"""The picture in the live window: painted as it was composed, nothing else is done here."""

from qtpy.QtCore import QPoint, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QResizeEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from annotator.workbench.live.live_frame import Caption, Seen

_GROUND = QColor(20, 22, 26)
_WORDS, _SHADE = QColor(255, 255, 255), QColor(0, 0, 0, 140)
_PAD = 4  # px around a caption
_LEAST, _USUAL = QSize(320, 200), QSize(960, 540)


class LiveView(QWidget):
    """Paints what was seen last, pixel for pixel.

    Attributes
    ----------
    resized
        Carries the new width and height, in px of the screen.
    painted
        Carries what was painted, once it is.
    """

    resized = Signal(int, int)
    painted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: Seen | None = None
        self._image: QImage | None = None
        self._is_told = True
        self.setMinimumSize(_LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def seen(self) -> Seen | None:
        """What is on the screen, or about to be."""
        return self._seen

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a usual video."""
        return _USUAL

    def show_seen(self, seen: Seen) -> None:
        """Paint what was seen, soon."""
        self._seen, self._is_told = seen, False
        self._image = None
        if seen.picture is not None:
            pixels = seen.picture.pixels
            height, width = pixels.shape[:2]
            kind = QImage.Format.Format_RGB888
            # Not copied: what was seen keeps the pixels for as long as they are painted.
            row = pixels.strides[0]
            self._image = QImage(pixels.data, width, height, row, kind)  # type: ignore[call-overload]
            self._image.setDevicePixelRatio(self.devicePixelRatioF())
        self.update()

    def screen_size(self) -> tuple[int, int]:
        """Return the width and height in px of the screen."""
        ratio = self.devicePixelRatioF()
        return round(self.width() * ratio), round(self.height() * ratio)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the picture and its captions."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _GROUND)
        if self._image is not None and self._seen is not None and self._seen.picture is not None:
            painter.drawImage(QPoint(), self._image)
            for caption in self._seen.picture.captions:
                self._paint_caption(painter, caption)
        painter.end()
        if not self._is_told and self._seen is not None:
            self._is_told = True
            self.painted.emit(self._seen)

    def _paint_caption(self, painter: QPainter, caption: Caption) -> None:
        metrics = QFontMetrics(painter.font())
        ratio = self.devicePixelRatioF()
        area = metrics.boundingRect(caption.text).adjusted(-_PAD, -_PAD // 2, _PAD, _PAD // 2)
        area.moveTo(round(caption.left / ratio), round(caption.top / ratio))
        painter.fillRect(area, _SHADE)
        painter.setPen(_WORDS)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), caption.text)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Tell how large pictures are to be."""
        super().resizeEvent(event)
        self.resized.emit(*self.screen_size())
