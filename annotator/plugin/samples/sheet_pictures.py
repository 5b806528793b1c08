"""The pictures of a sheet of faces, made on threads: first those in sight, then those ahead."""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtGui import QImage, QPixmap

from annotator.project import Project, SampleSummary
from annotator.workbench.bench import Bench
from annotator.workbench.sheet_making import Made, made_anew

# About a hundred of them in a window of 1240 x 780.
DEFAULT_SIZE = 76
# What all pictures together may take, in bytes.
_CAPACITY = 96 * 2**20
_THREADS = 2
# So many faces are read and cut out together: a query for them all, and soon the next ones.
_AT_ONCE = 4
# While the sheet is being scrolled nothing is made: it would take the processor from painting.
_REST_MS = 40
# Files may change, and other programs may work on what is in sight.
_LOOK_AGAIN_MS = 4000


@dataclass(frozen=True, eq=False)
class _Kept:
    """What was made of a sample, once it is on the screen; without pixmaps it says why."""

    made: Made
    plain: QPixmap | None
    meshed: QPixmap | None


class SheetPictures(QObject):
    """Makes the pictures of the samples that are asked for, and keeps as many as there is room for.

    Parameters
    ----------
    bench : Bench
        Whose project the meshes are read from.

    Attributes
    ----------
    ready
        Carries a sample's id when its picture has come, or another one.
    shows_mesh : bool
        Whether `get` returns the picture with the mesh.
    """

    ready = Signal(int)
    _came = Signal(int, object, object)

    def __init__(self, bench: Bench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shows_mesh = True
        self._bench = bench
        self._size = DEFAULT_SIZE
        self._pool: ThreadPoolExecutor | None = None
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._stale: set[int] = set()
        self._wanted: Sequence[SampleSummary] = ()
        self._under_way: set[int] = set()
        self._jobs = self._turn = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._look_again)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._go_on)
        self._came.connect(self._take)
        bench.closing.connect(self.clear)
        bench.sample_updated.connect(self._note_change)
        bench.samples_changed.connect(self._note_changes)

    @property
    def size(self) -> int:
        """How wide a picture is, in px of the screen."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        if size != self._size:
            self.clear()
            self._size = size

    def get(self, sample: SampleSummary) -> QPixmap | None:
        """Return a sample's picture, or None while it is on its way or cannot be had."""
        kept = self._kept_of(sample)
        if kept is None:
            return None
        return kept.meshed if self.shows_mesh else kept.plain

    def why_missing(self, sample: SampleSummary) -> str:
        """Return why a sample's picture cannot be had; empty while it is on its way."""
        kept = self._kept_of(sample)
        return "" if kept is None else kept.made.why

    def shown_revision(self, sample: SampleSummary) -> int | None:
        """Return which revision of the mesh the picture shows, or None without one."""
        kept = self._kept_of(sample)
        if kept is None or kept.meshed is None or not self.shows_mesh:
            return None
        return kept.made.revision

    def want(self, samples: Sequence[SampleSummary]) -> None:
        """Make the pictures of these, in this order, and no longer those asked for before."""
        self._wanted = samples
        for sample in reversed(samples):
            if sample.id in self._kept:
                self._kept.move_to_end(sample.id)
        if samples and not self._timer.isActive():
            self._timer.start()
        self._rest.start()

    def clear(self) -> None:
        """Stop the threads, whatever they are at, and forget all."""
        self.stop()
        self._kept.clear()
        self._stale.clear()

    def stop(self) -> None:
        """Stop the threads; what was made is kept."""
        self._turn += 1  # what still comes was made for before
        self._timer.stop()
        self._rest.stop()
        self._wanted = ()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._under_way.clear()
        self._jobs = 0

    def _kept_of(self, sample: SampleSummary) -> _Kept | None:
        kept = self._kept.get(sample.id)
        # Of another file it shows the same face only perhaps.
        return kept if kept is not None and kept.made.picture == sample.picture else None

    def _needs_look(self, sample: SampleSummary) -> bool:
        if sample.id in self._under_way:
            return False
        return sample.id in self._stale or self._kept_of(sample) is None

    def _note_change(self, sample_id: int) -> None:
        self._stale.add(sample_id)
        self._go_on()

    def _note_changes(self) -> None:
        self._stale.update(self._kept)

    def _look_again(self) -> None:
        self._stale.update(sample.id for sample in self._wanted)
        self._go_on()

    def _go_on(self) -> None:
        """Give the threads that have nothing to do the next of what is wanted."""
        project = self._bench.project
        if self._rest.isActive():
            return
        while project is not None and self._jobs < _THREADS:
            next_ones = list(islice(filter(self._needs_look, self._wanted), _AT_ONCE))
            if not next_ones:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="sheet")
            ids = {sample.id for sample in next_ones}
            known = {i: self._kept[i].made for i in ids & self._kept.keys()}
            self._under_way |= ids
            self._stale -= ids
            self._jobs += 1
            self._pool.submit(self._work, self._turn, project, next_ones, known)

    def _work(
        self,
        turn: int,
        project: Project,
        samples: Sequence[SampleSummary],
        known: dict[int, Made],
    ) -> None:
        """Make pictures on a thread."""
        ids = {sample.id for sample in samples}
        self._came.emit(turn, ids, list(made_anew(project, samples, known, self._size)))

    def _take(self, turn: int, ids: set[int], came: list[Made]) -> None:
        if turn != self._turn:
            return
        self._jobs -= 1
        self._under_way -= ids
        for made in came:
            both = made.pictures
            plain, meshed = (None, None) if both is None else (both.plain, both.meshed)
            made_of = replace(made, pictures=None)
            self._kept[made.sample_id] = _Kept(made_of, _pixmap(plain), _pixmap(meshed))
            self._kept.move_to_end(made.sample_id)
            self.ready.emit(made.sample_id)
        self._drop_oldest()
        self._go_on()

    def _drop_oldest(self) -> None:
        most = max(_CAPACITY // (2 * 4 * self._size**2), 2 * len(self._wanted))
        while len(self._kept) > most:
            oldest, _ = self._kept.popitem(last=False)
            self._stale.discard(oldest)


def _pixmap(pixels: NDArray[np.uint8] | None) -> QPixmap | None:
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)
