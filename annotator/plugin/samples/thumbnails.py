"""Small pictures of faces, made on a thread while the list already shows."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtGui import QImage, QPixmap

from annotator.imaging import inspect_image, read_thumbnail
from annotator.project import SampleSummary

THUMBNAIL_SIZE = 96
_CAPACITY = 2000
# The square around the face's box is this many times its longer side.
_MARGIN = 1.25
# A photograph that could not be read is tried again after so long, if its row is in sight.
_RETRY_MS = 4000

Box = tuple[float, float, float, float]


def face_thumbnail(path: Path, box: Box, size: int = THUMBNAIL_SIZE) -> NDArray[np.uint8]:
    """Return a square of about ``size`` pixels around a face, (n, n, 3) uint8 RGB.

    Parameters
    ----------
    path : Path
    box : (left, top, width, height) in px of the upright image

    Raises
    ------
    ImageError, OSError
        If the photograph cannot be read.
    """
    left, top, width, height = box
    side = max(width, height, 1.0) * _MARGIN
    info = inspect_image(path)
    longest = max(info.width, info.height)
    # Decoded no larger than needed: JPEG decodes to an eighth at little more than a header's cost.
    small = read_thumbnail(path, max(1, min(longest, round(longest * size / side))))
    scale = max(small.shape[:2]) / longest
    return _square(
        small,
        centre=((left + width / 2) * scale, (top + height / 2) * scale),
        side=max(round(side * scale), 1),
    )


def _square(image: NDArray[np.uint8], centre: tuple[float, float], side: int) -> NDArray[np.uint8]:
    """Cut a square out of an image; beyond its border it is black."""
    column, row = (round(c - side / 2) for c in centre)
    square = np.zeros((side, side, 3), np.uint8)
    part = image[max(row, 0) : max(row + side, 0), max(column, 0) : max(column + side, 0)]
    y, x = max(-row, 0), max(-column, 0)
    square[y : y + part.shape[0], x : x + part.shape[1]] = part
    return square


class Thumbnails(QObject):
    """Loads thumbnails on a thread; one that failed is tried again after a while.

    Attributes
    ----------
    ready
        Carries a sample's id when its thumbnail has come, or is worth asking for again.
    """

    ready = Signal(int)
    _decoded = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnail")
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self._asked: set[int] = set()
        self._failed: set[int] = set()
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self.retry_failed)
        self._is_open = True
        self._decoded.connect(self._keep)

    def get(self, sample: SampleSummary) -> QPixmap | None:
        """Return a sample's thumbnail, or None while it is on its way or cannot be had."""
        pixmap = self._pixmaps.get(sample.id)
        if pixmap is None and sample.id not in self._asked:
            self._asked.add(sample.id)
            self._pool.submit(self._load, sample)
        return pixmap

    def clear(self) -> None:
        """Forget all, as when another project opens."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnail")
        self._pixmaps.clear()
        self._asked.clear()
        self._failed.clear()

    def retry_failed(self) -> None:
        """Let those that failed be asked for again, which the list does for rows in sight."""
        failed, self._failed = self._failed, set()
        self._asked -= failed
        for sample_id in failed:
            self.ready.emit(sample_id)

    def close(self) -> None:
        """Stop the thread; nothing is tried again."""
        self._is_open = False
        self._retry.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _load(self, sample: SampleSummary) -> None:
        try:
            square = face_thumbnail(sample.image_path, sample.box)
        except (OSError, ValueError):
            # The list shows an empty frame; opening the sample tells the reason.
            self._decoded.emit(sample.id, None)
            return
        height, width = square.shape[:2]
        image = QImage(square.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self._decoded.emit(sample.id, image.copy())

    def _keep(self, sample_id: int, image: QImage | None) -> None:
        if sample_id not in self._asked:
            return
        if image is None:
            self._failed.add(sample_id)
            if self._is_open and not self._retry.isActive():
                self._retry.start()
            return
        self._pixmaps[sample_id] = QPixmap.fromImage(image)
        while len(self._pixmaps) > _CAPACITY:
            oldest, _ = self._pixmaps.popitem(last=False)
            self._asked.discard(oldest)
        self.ready.emit(sample_id)
