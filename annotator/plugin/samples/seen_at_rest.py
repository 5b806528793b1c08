"""Which faces of a contact sheet the annotator has seen: those that stood still in sight."""

from qtpy.QtCore import QObject, QTimer

from annotator.plugin.samples.sheet_pictures import SheetPictures
from annotator.plugin.samples.sheet_view import SheetView
from annotator.workbench.bench import Bench

# What scrolls past is not seen: a face is, once it has stood still for so long.
_SEEN_MS = 500


class SeenAtRest(QObject):
    """Notes meshes as seen once they have stood still, whole and drawn, for half a second.

    Parameters
    ----------
    bench : Bench
    view : SheetView
    pictures : SheetPictures
    """

    def __init__(self, bench: Bench, view: SheetView, pictures: SheetPictures) -> None:
        super().__init__(view)
        self._bench = bench
        self._view = view
        self._pictures = pictures
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEEN_MS)
        self._timer.timeout.connect(self.note)
        view.moved.connect(self.wait)

    @property
    def is_waiting(self) -> bool:
        """Whether something moved just now."""
        return self._timer.isActive()

    def wait(self) -> None:
        """Wait anew: something else is in sight, or is seen of it."""
        self._timer.start()

    def note(self) -> None:
        """Note what has been seen, unless something moved just now."""
        samples = self._bench.samples
        if not self._view.isVisible() or self.is_waiting:
            return
        for row in self._view.wholly_in_sight():
            sample = samples.at(row)
            revision = self._pictures.shown_revision(sample)
            if revision is not None:
                samples.mark_seen(sample.id, revision)
