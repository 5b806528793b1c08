"""Sees to it that shown photographs are known again when their files change."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer

from annotator.imaging.identity import pixels_sha256
from annotator.plugin.canvas.sample_display import SampleDisplay
from annotator.project import ImageRecord, Project, ProjectError
from annotator.system.foreign_text import escaped
from annotator.workbench.workbench import Workbench
from annotator.workflow.same_pictures import keep_changed

# Once the sample is on screen and its neighbours are being decoded.
_NOTE_MS = 700


class PictureKeeper(QObject):
    """Follows what a display shows, and sees to it that the project knows its picture again.

    The pixels of a shown photograph are at hand: their hash is stored, out of the way of the
    work, so that a file that is recompressed later is known by it. A file of which only the
    metadata changed since it was added is taken over as it is now, and that is told.

    Parameters
    ----------
    workbench : Workbench
    display : SampleDisplay
    """

    def __init__(self, workbench: Workbench, display: SampleDisplay) -> None:
        super().__init__(display)
        self._workbench = workbench
        self._display = display
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._note)
        display.shown.connect(self._look)
        workbench.closing.connect(self._stop)

    def close(self) -> None:
        """Follow the display no longer; what is being stored is stored."""
        self._stop()
        self._display.shown.disconnect(self._look)
        self._workbench.closing.disconnect(self._stop)
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _stop(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        bench = self._workbench
        if bench.project is None:
            return
        with suppress(ProjectError):  # what the annotator does next says what is wrong
            image = bench.image()
            # Whoever shows it has asked for this: a copy of the file is not read once more.
            if bench.originals.is_rewritten(image) and keep_changed(bench.project, [image]):
                bench.told.emit(
                    f"{escaped(image.name)} changed in metadata only; its faces were kept."
                )
            self._timer.start(_NOTE_MS)

    def _note(self) -> None:
        bench, pixels = self._workbench, self._display.photograph
        if bench.project is None or pixels is None:
            return
        with suppress(ProjectError):
            image = bench.image()
            if image.pixels_sha256 is None:
                self._thread.submit(_note_pixels, bench.project, image, pixels)


def _note_pixels(project: Project, image: ImageRecord, pixels: NDArray[np.uint8]) -> None:
    """Store the hash of an image's pixels, unless the project is busy or closed by now."""
    digest = pixels_sha256(pixels)
    with suppress(ProjectError), project.waiting_at_most(0):
        project.images.note_pixels([(image, digest)])
