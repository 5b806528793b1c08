"""Brings the workbench's current sample to the screen, and decodes the next ones meanwhile."""

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from annotator.imaging import Picture
from annotator.plugin.canvas.face_view import FaceView
from annotator.project import ImageRecord, ProjectError
from annotator.system.hashing import FileStamp
from annotator.workbench.clips.clip_frame import ClipFrame
from annotator.workbench.photographs import Photograph, PhotographCache
from annotator.workbench.workbench import Workbench
from annotator.workflow.image_files import ADD_AGAIN, HAS_CHANGED
from annotator.workflow.looking_after import is_there

_LOOK_AHEAD_MS = 80
# How often a photograph that could not be shown is looked for: its disk may be back.
_LOOK_AGAIN_MS = 1000
# Of what is in memory alone: whoever asks for its file's stamp asks the clip.
NO_STAMP: FileStamp = (0, 0)
_IF_MOVED = "If it was moved, the command “facemesh-annotator relocate” follows it."


class SampleDisplay(QObject):
    """Shows what a workbench has under edit in a view.

    A mesh is shown over the pixels that it was predicted from, or not at all: the file is asked
    for what it holds, and not only found by its name.

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
        self._shown: Photograph | None = None
        self._lit: tuple[Picture, FileStamp] | None = None
        self._look_ahead = QTimer(self)
        self._look_ahead.setSingleShot(True)
        self._look_ahead.timeout.connect(self._prefetch)
        self._look_again = QTimer(self)
        self._look_again.timeout.connect(self._show_if_back)
        self._missed: tuple[Picture, FileStamp | None] | None = None
        self._clip_id: int | None = None  # whose frame is on screen
        workbench.current_changed.connect(self._show_current)
        workbench.clips.shown_again.connect(self._show_current)
        workbench.mesh_changed.connect(self._show_mesh)

    @property
    def photograph(self) -> NDArray[np.uint8] | None:
        """The photograph on screen, (H, W, 3) uint8 RGB, upright; None if there is none."""
        return None if self._shown is None else self._shown.pixels

    def close(self) -> None:
        """Stop looking ahead and let go of the photographs."""
        self._look_ahead.stop()
        self._look_again.stop()
        self._photographs.close()

    def _show_current(self) -> None:
        self._shown = self._missed = None
        self._look_again.stop()
        if self._workbench.editor is None:
            self._clip_id = None
            self._view.clear()
            return
        if self._workbench.frame is not None:
            self._show_frame(self._workbench.frame)
            return
        try:
            image = self._workbench.image()
        except ProjectError as error:
            self._show_nothing(f"{error}.")
            return
        try:
            photograph = self._original(image)
        except (OSError, ValueError) as error:
            moved = "" if is_there(image.path) else f" {_IF_MOVED}"
            self._show_nothing(f"{image.path} cannot be shown: {error}.{moved}")
            return
        if photograph is None:
            self._show_nothing(f"{image.path} {HAS_CHANGED}: {ADD_AGAIN}.")
        else:
            self._show(image, photograph)

    def _original(self, image: ImageRecord) -> Photograph | None:
        """Return the pixels that an image was added with, or None if its file has others now.

        Raises
        ------
        OSError, ImageError
            If the file cannot be read.
        """
        picture = image.picture
        # Before it is read: a file that comes back meanwhile is another than the one missed.
        self._missed = picture, picture.stamp_if_there()
        decoded = self._workbench.clips.photograph_of(image)
        photograph = self._photographs.get(picture) if decoded is None else decoded
        if not self._workbench.originals.held(image, photograph.stamp):
            self._missed = picture, photograph.stamp
            return None
        return photograph

    def _show(self, image: ImageRecord, photograph: Photograph) -> None:
        bench, picture = self._workbench, image.picture
        if bench.editor is None:
            return
        stays = self._goes_on(image.clip_id)
        if not stays and (picture, photograph.stamp) != self._lit:
            self._view.reset_light()  # what one photograph needs is wrong for the next
            if photograph.note:
                bench.told.emit(f"{picture.name}: {photograph.note}.")
        self._lit = picture, photograph.stamp
        self._shown = photograph
        self._view.show(photograph.pixels, bench.editor.state, stays=stays)
        self.shown.emit()
        bench.note_seen()
        # Once this one is on screen: decoding would take the processor from drawing it.
        self._look_ahead.start(_LOOK_AHEAD_MS)

    def _show_frame(self, frame: ClipFrame) -> None:
        """Show a frame of a clip that is no sample."""
        editor = self._workbench.editor
        if editor is None:
            return
        stays = self._goes_on(frame.clip_id)
        if not stays:
            self._view.reset_light()
        self._shown = Photograph(frame.pixels, NO_STAMP)
        self._view.show(frame.pixels, editor.state, stays=stays, is_faint=frame.is_propagated)
        self.shown.emit()

    def _goes_on(self, clip_id: int | None) -> bool:
        """Return whether the clip is the one of the frame before; take note of it."""
        before, self._clip_id = self._clip_id, clip_id
        return clip_id is not None and clip_id == before and self._view.is_shown

    def _show_nothing(self, reason: str) -> None:
        self._workbench.is_displayed = False
        self._clip_id = None
        self._view.clear()
        self._workbench.failed.emit(f"{reason} Go on to the next sample.")
        self._look_again.start(_LOOK_AGAIN_MS)

    def _show_if_back(self) -> None:
        """Show the photograph once its file is there again, or another than the one missed."""
        with suppress(ProjectError):
            picture = self._workbench.image().picture
            found = picture, picture.stamp_if_there()
            if found[1] is not None and found != self._missed:
                self._workbench.is_displayed = True
                self._workbench.acting.emit()  # it is not true any more that it cannot be shown
                self._show_current()

    def _prefetch(self) -> None:
        bench = self._workbench
        likely = bench.samples.likely_next(bench.sample_id, bench.sought)
        self._photographs.prefetch(sample.picture for sample in likely)

    def _show_mesh(self) -> None:
        bench = self._workbench
        has_mesh = bench.session is not None or bench.frame is not None
        if has_mesh and bench.editor is not None and self._view.is_shown:
            self._view.update(bench.editor.state)
            bench.note_seen()
