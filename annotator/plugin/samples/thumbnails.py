"""Small pictures of faces, made on a thread while the list already shows."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtGui import QImage, QPixmap

from annotator.imaging import ImageError
from annotator.project import SampleSummary
from annotator.workbench.face_thumbnails import Source, face_thumbnail

_CAPACITY = 2000
# The files of the rows in sight are looked at again after so long: one that could not be read may
# be back, another may have been written to.
_LOOK_AGAIN_MS = 4000
_IN_SIGHT = 40


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
        self._sources: dict[int, Source] = {}
        self._on_their_way: set[int] = set()
        self._in_sight: OrderedDict[int, SampleSummary] = OrderedDict()
        self._is_closed = False
        self._look_again = QTimer(self)
        self._look_again.setInterval(_LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self.look_again)
        self._looked.connect(self._keep)

    def get(self, sample: SampleSummary) -> QPixmap | None:
        """Return a sample's thumbnail, or None while it is on its way or cannot be had."""
        self._note_in_sight(sample)
        source = self._sources.get(sample.id)
        if source is None or not source.shows(sample):
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
        """Stop the thread; nothing is looked at again, whatever is painted still."""
        self._is_closed = True
        self._look_again.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _note_in_sight(self, sample: SampleSummary) -> None:
        if self._is_closed:
            return
        self._in_sight[sample.id] = sample
        self._in_sight.move_to_end(sample.id)
        if len(self._in_sight) > _IN_SIGHT:
            self._in_sight.popitem(last=False)
        if not self._look_again.isActive():
            self._look_again.start()

    def _look(self, sample: SampleSummary) -> None:
        if not self._is_closed and sample.id not in self._on_their_way:
            self._on_their_way.add(sample.id)
            self._pool.submit(self._load, sample, self._sources.get(sample.id))

    def _load(self, sample: SampleSummary, known: Source | None) -> None:
        """Make a thumbnail on the thread, unless what is known is what it would be made of."""
        stamp = sample.picture.stamp_if_there()
        if known is not None and known.stamp == stamp and known.shows(sample):
            self._looked.emit(sample.id, known, None)
            return
        source = Source(sample.picture, sample.box, stamp)
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

    def _keep(self, sample_id: int, source: Source, image: QImage | None) -> None:
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
