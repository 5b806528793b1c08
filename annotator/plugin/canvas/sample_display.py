"""Brings the workbench's current sample to the screen, and decodes the next ones meanwhile."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from annotator.plugin.canvas.face_view import FaceView
from annotator.system.hashing import FileStamp, file_stamp
from annotator.workbench.photographs import PhotographCache
from annotator.workbench.workbench import Workbench

_LOOK_AHEAD_MS = 80
# How often a photograph that could not be shown is looked for: its disk may be back.
_LOOK_AGAIN_MS = 1000


class SampleDisplay(QObject):
    """Shows what a workbench has under edit in a view.

    Parameters
    ----------
    workbench : Workbench
    view : FaceView

    Attributes
    ----------
    shown
        A photograph is on screen.
    """

    shown = Signal()

    def __init__(self, workbench: Workbench, view: FaceView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._view = view
        self._photographs = PhotographCache()
        self._shown: NDArray[np.uint8] | None = None
        self._path_shown: Path | None = None
        self._look_ahead = QTimer(self)
        self._look_ahead.setSingleShot(True)
        self._look_ahead.timeout.connect(self._prefetch)
        self._look_again = QTimer(self)
        self._look_again.timeout.connect(self._show_if_back)
        self._missed: FileStamp | None = None
        workbench.current_changed.connect(self._show_current)
        workbench.mesh_changed.connect(self._show_mesh)

    @property
    def photograph(self) -> NDArray[np.uint8] | None:
        """The photograph on screen, (H, W, 3) uint8 RGB, upright; None if there is none."""
        return self._shown

    def close(self) -> None:
        """Stop looking ahead and let go of the photographs."""
        self._look_ahead.stop()
        self._look_again.stop()
        self._photographs.close()

    def _show_current(self) -> None:
        path, editor = self._path(), self._workbench.editor
        self._shown = None
        self._look_again.stop()
        if path is None or editor is None:
            self._view.clear()
            return
        try:
            photograph = self._photographs.get(path)
        except (OSError, ValueError) as error:
            self._show_nothing(f"{path} cannot be shown: {error}.")
            return
        if self._workbench.photograph_has_changed():
            self._show_nothing(f"{path} has changed since it was added: add it again.")
            return
        if path != self._path_shown:
            self._view.reset_light()  # what one photograph needs is wrong for the next
        self._path_shown = path
        self._shown = photograph
        self._view.show(photograph, editor.state)
        self.shown.emit()
        if self._workbench.current is not None:
            self._workbench.samples.mark_seen(self._workbench.current.id)
        # Once this one is on screen: decoding would take the processor from drawing it.
        self._look_ahead.start(_LOOK_AHEAD_MS)

    def _show_nothing(self, reason: str) -> None:
        self._workbench.is_displayed = False
        self._view.clear()
        self._workbench.failed.emit(f"{reason} Go on to the next sample.")
        path = self._path()
        self._missed = None if path is None else _stamp(path)
        self._look_again.start(_LOOK_AGAIN_MS)

    def _show_if_back(self) -> None:
        """Show the photograph once its file is there again, or another than the one missed."""
        path = self._path()
        found = None if path is None else _stamp(path)
        if found is not None and found != self._missed:
            self._workbench.is_displayed = True
            self._show_current()

    def _path(self) -> Path | None:
        sample, faceless = self._workbench.current, self._workbench.faceless
        if sample is not None:
            return sample.image_path
        return None if faceless is None else faceless.path

    def _prefetch(self) -> None:
        current = self._workbench.current
        likely = self._workbench.samples.likely_next(None if current is None else current.id)
        self._photographs.prefetch(sample.image_path for sample in likely)

    def _show_mesh(self) -> None:
        if self._workbench.session is not None and self._view.is_shown:
            self._view.update(self._workbench.session.state)


def _stamp(path: Path) -> FileStamp | None:
    try:
        return file_stamp(path)
    except OSError:
        return None
