"""Predicting a face again, adding one that was missed, deleting one that is none.

The net runs while the annotator waits: it takes some milliseconds once it is loaded, and it is
loaded on a thread as soon as a project is open.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.inference import FaceMesh, ModelError, ProviderError
from annotator.inference.reprediction import Reprediction, predict_in_box, repredict, uncertainty
from annotator.mesh.tools.base import Edit
from annotator.project import ProjectError
from annotator.workbench.model_thread import ModelThread
from annotator.workbench.workbench import Workbench

Photograph = NDArray[np.uint8]
_Answer = TypeVar("_Answer")


class _Change(Enum):
    ADDED = auto()
    DELETED = auto()


@dataclass(frozen=True)
class _FaceChange:
    """What was done to a face, and at which sample the annotator was before."""

    kind: _Change
    sample_id: int
    came_from: int | None


class Faces:
    """Which faces a photograph has, and where the model should look for them.

    Parameters
    ----------
    workbench : Workbench
    photograph : callable
        Returns the photograph on screen, (H, W, 3) uint8 RGB upright, or None.
    load : callable
        Loads the model.

    Attributes
    ----------
    changed
        There is something else to undo or redo.
    """

    changed = Signal()

    def __init__(
        self,
        workbench: Workbench,
        photograph: Callable[[], Photograph | None],
        load: Callable[[], FaceMesh] = FaceMesh.load,
    ) -> None:
        self._workbench = workbench
        self._photograph = photograph
        self._model = ModelThread(load)
        self._moves = False
        self._done: list[_FaceChange] = []
        self._undone: list[_FaceChange] = []
        workbench.project_changed.connect(self._forget)
        workbench.project_changed.connect(self._prepare)
        workbench.stroke_made.connect(self._forget)
        workbench.current_changed.connect(self._forget_elsewhere)
        workbench.tools.changed.connect(self._look_for_box)

    @property
    def can_undo(self) -> bool:
        """Whether a face was added or deleted last."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether that was undone last."""
        return bool(self._undone)

    def close(self) -> None:
        """Let go of the thread; call it once the project is closed."""
        self._model.close()

    def repredict(self) -> None:
        """Predict the current face again where its mesh is now."""
        session, photograph = self._workbench.session, self._photograph()
        if session is None or photograph is None or session.is_dragging:
            return
        mesh = session.landmarks
        self._take(self._asked(lambda model: repredict(model, photograph, mesh)))

    def uncertainty(self) -> NDArray[np.float64] | None:
        """Return how sure the model is of each vertex, (n,) px, or None if it cannot say."""
        session, photograph = self._workbench.session, self._photograph()
        if session is None or photograph is None:
            return None
        mesh = session.landmarks
        return self._asked(lambda model: uncertainty(model, photograph, mesh))

    def delete(self) -> None:
        """Take the current face out of the project: it is none."""
        sample = self._workbench.current
        if sample is None:
            return
        with self._moving():
            deleted = self._workbench.verdicts.delete()
        if deleted:
            self._remember(_FaceChange(_Change.DELETED, sample.id, sample.id))
            self._workbench.told.emit("The face is deleted. Undo brings it back.")

    def undo(self) -> bool:
        """Take back the last face added or deleted since the last stroke, if there is one."""
        if not self._done or self._is_dragging():
            return False
        change = self._done[-1]
        if self._set_present(change, present=change.kind is _Change.DELETED):
            self._undone.append(self._done.pop())
            self.changed.emit()
        return True

    def redo(self) -> bool:
        """Do it again, if it was the last thing undone."""
        if not self._undone or self._is_dragging():
            return False
        change = self._undone[-1]
        if self._set_present(change, present=change.kind is _Change.ADDED):
            self._done.append(self._undone.pop())
            self.changed.emit()
        return True

    def _look_for_box(self) -> None:
        tools = self._workbench.tools
        box, adds = tools.drawn_box()
        if box is None:
            return
        tools.choose(tools.kind)
        photograph = self._photograph()
        if photograph is None:
            return
        corners = (box.left, box.top, box.right, box.bottom)
        prediction = self._asked(lambda model: predict_in_box(model, photograph, corners))
        if adds:
            self._add(prediction)
        else:
            self._take(prediction)

    def _take(self, prediction: Reprediction | None) -> None:
        """Make a prediction the current mesh, as one stroke; anchors are none any more."""
        session = self._workbench.session
        if prediction is None or session is None:
            return
        state = session.state
        landmarks = np.where(state.still[:, None], state.landmarks, prediction.landmarks)
        edit = Edit(landmarks, anchors_removed=state.anchors)
        self._workbench.edits.apply("predict again", edit)
        self._tell_of_doubt(prediction, "Predicted again.")

    def _add(self, prediction: Reprediction | None) -> None:
        project, image_id = self._workbench.project, self._workbench.image_id
        if prediction is None or project is None or image_id is None:
            return
        model = self._loaded()
        if model is None or not self._workbench.edits.save_pending():
            return
        try:
            added = project.samples.add(
                image_id,
                prediction.landmarks,
                presence=prediction.presence,
                detection_score=prediction.detection_score,
                model_id=project.models.register(model.info),
                added_by=self._workbench.annotator,
            )
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        before = self._workbench.current
        with self._moving():
            self._workbench.walk.refresh()
            self._workbench.walk.go_to(added.id)
        came_from = None if before is None else before.id
        self._remember(_FaceChange(_Change.ADDED, added.id, came_from))
        self._tell_of_doubt(prediction, "A face is added.")

    def _set_present(self, change: _FaceChange, *, present: bool) -> bool:
        """Bring a deleted face back and show it; or delete it and show what was before it."""
        project, bench = self._workbench.project, self._workbench
        if project is None or not bench.edits.save_pending():
            return False
        give = project.reviews.reopen if present else project.reviews.delete
        try:
            summary = give(change.sample_id, reviewer=bench.annotator)
        except ProjectError as error:
            bench.failed.emit(str(error))
            return False
        bench.take_in(summary)
        with self._moving():
            if present:
                bench.walk.go_to(change.sample_id)
            elif change.came_from not in (None, change.sample_id):
                bench.walk.go_to(change.came_from)
            else:
                bench.walk.go_to_next_to_do()
        bench.told.emit("The face is back." if present else "The face is taken out again.")
        return True

    def _asked(self, ask: Callable[[FaceMesh], _Answer]) -> _Answer | None:
        """Return what the model answers, or None after telling why it cannot."""
        model = self._loaded()
        if model is None:
            return None
        try:
            return ask(model)
        except ValueError as error:
            self._workbench.failed.emit(f"{error}.")
            return None

    def _tell_of_doubt(self, prediction: Reprediction, done: str) -> None:
        if prediction.is_doubtful:
            done += " The model is not sure of it: look at it closely."
        self._workbench.told.emit(done)

    def _loaded(self) -> FaceMesh | None:
        if self._workbench.project is None:
            return None
        try:
            return self._model.get()
        except (ModelError, ProviderError, OSError) as error:
            self._workbench.failed.emit(f"The model cannot be loaded: {error}.")
            return None

    def _prepare(self) -> None:
        if self._workbench.project is not None:
            self._model.prepare()

    def _is_dragging(self) -> bool:
        editor = self._workbench.editor
        return editor is not None and editor.is_dragging

    def _remember(self, change: _FaceChange) -> None:
        self._done.append(change)
        self._undone.clear()
        self.changed.emit()

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Go to another sample for the face's sake: its undo is still what comes next."""
        self._moves = True
        try:
            yield
        finally:
            self._moves = False

    def _forget_elsewhere(self) -> None:
        """Let undo and redo act on the face that the annotator went to."""
        if not self._moves:
            self._forget()

    def _forget(self) -> None:
        """Strokes come between: their undo is the next one, not that of a face."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()
