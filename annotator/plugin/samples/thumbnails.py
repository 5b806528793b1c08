"""Small pictures of faces, made on a thread while the list already shows."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtGui import QImage, QPixmap

from annotator.imaging import ImageError, Picture
from annotator.project import SampleSummary
from annotator.system.hashing import FileStamp

THUMBNAIL_SIZE = 96
_CAPACITY = 2000
# The square around the face's box is this many times its longer side.
_MARGIN = 1.25
# A box that moved by less than this share of its longer side looks the same in so small a picture.
_SAME = 0.05
# The files of the rows in sight are looked at again after so long: one that could not be read may
# be back, another may have been written to.
_LOOK_AGAIN_MS = 4000
_IN_SIGHT = 40

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Source:
    """What a thumbnail is made of; ``stamp`` is None where it could not be made."""

    picture: Picture
    box: Box
    stamp: FileStamp | None = None


def face_thumbnail(picture: Picture, box: Box, size: int = THUMBNAIL_SIZE) -> NDArray[np.uint8]:
    """Return a square of about ``size`` pixels around a face, (n, n, 3) uint8 RGB.

    Parameters
    ----------
    picture : Picture
    box : (left, top, width, height) in px of the upright image

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    """
    left, top, width, height = box
    side = max(width, height, 1.0) * _MARGIN
    info = picture.info()
    longest = max(info.width, info.height)
    # Decoded no larger than needed: JPEG decodes to an eighth at little more than a header's cost.
    small = picture.thumbnail(max(1, min(longest, round(longest * size / side))))
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
    """Loads thumbnails on a thread, and anew where the file or the face's box is another.

    Attributes
    ----------
    ready
        Carries a sample's id when its thumbnail has come, or another one.
    """

    ready = Signal(int)
    _looked = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnail")
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self._sources: dict[int, _Source] = {}
        self._on_their_way: set[int] = set()
        self._in_sight: OrderedDict[int, SampleSummary] = OrderedDict()
        self._look_again = QTimer(self)
        self._look_again.setInterval(_LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self.look_again)
        self._looked.connect(self._keep)

    def get(self, sample: SampleSummary) -> QPixmap | None:
        """Return a sample's thumbnail, or None while it is on its way or cannot be had."""
        self._note_in_sight(sample)
        source = self._sources.get(sample.id)
        if source is None or not _shows(source, sample):
            self._look(sample)
        if source is not None and source.picture != sample.picture:
            return None  # of another file, and of the same face only perhaps
        return self._pixmaps.get(sample.id)

    def clear(self) -> None:
        """Forget all, as when another project opens."""
        self._look_again.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnail")
        self._pixmaps.clear()
        self._sources.clear()
        self._on_their_way.clear()
        self._in_sight.clear()

    def look_again(self) -> None:
        """Look whether the files of the rows in sight are what their thumbnails were made of."""
        for sample in self._in_sight.values():
            self._look(sample)

    def close(self) -> None:
        """Stop the thread; nothing is looked at again."""
        self._look_again.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _note_in_sight(self, sample: SampleSummary) -> None:
        self._in_sight[sample.id] = sample
        self._in_sight.move_to_end(sample.id)
        if len(self._in_sight) > _IN_SIGHT:
            self._in_sight.popitem(last=False)
        if not self._look_again.isActive():
            self._look_again.start()

    def _look(self, sample: SampleSummary) -> None:
        if sample.id not in self._on_their_way:
            self._on_their_way.add(sample.id)
            self._pool.submit(self._load, sample, self._sources.get(sample.id))

    def _load(self, sample: SampleSummary, known: _Source | None) -> None:
        """Make a thumbnail on the thread, unless what is known is what it would be made of."""
        stamp = sample.picture.stamp_if_there()
        if known is not None and known.stamp == stamp and _shows(known, sample):
            self._looked.emit(sample.id, known, None)
            return
        source = _Source(sample.picture, sample.box, stamp)
        try:
            square = face_thumbnail(source.picture, source.box)
            if stamp is None or source.picture.stamp_if_there() != stamp:
                raise ImageError("the file changed while it was being read")
        except (OSError, ValueError):
            # The list shows an empty frame; opening the sample tells the reason.
            self._looked.emit(sample.id, replace(source, stamp=None), None)
            return
        height, width = square.shape[:2]
        image = QImage(square.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self._looked.emit(sample.id, source, image.copy())

    def _keep(self, sample_id: int, source: _Source, image: QImage | None) -> None:
        if sample_id not in self._on_their_way:
            return
        self._on_their_way.discard(sample_id)
        if source == self._sources.get(sample_id):
            return  # nothing is new
        self._sources[sample_id] = source
        self._pixmaps.pop(sample_id, None)
        if image is not None:
            self._pixmaps[sample_id] = QPixmap.fromImage(image)
        while len(self._pixmaps) > _CAPACITY:
            oldest, _ = self._pixmaps.popitem(last=False)
            del self._sources[oldest]
        self.ready.emit(sample_id)


def _shows(source: _Source, sample: SampleSummary) -> bool:
    """Return whether a sample's thumbnail would be made of this, as far as its list knows."""
    _, _, width, height = sample.box
    moved = max(abs(now - then) for now, then in zip(sample.box, source.box, strict=True))
    return source.picture == sample.picture and moved <= _SAME * max(width, height)
