"""Predicting a face again, adding one that was missed, deleting one that is none.

The net runs while the annotator waits: it takes some milliseconds once it is loaded, and it is
loaded on a thread as soon as a project is open.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.inference import FaceMesh, ModelError, ProviderError
from annotator.inference.reprediction import (
    Reprediction,
    check_layout,
    predict_in_box,
    repredict,
    uncertainty,
)
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.tools.base import Edit
from annotator.project import ProjectError
from annotator.project.faces_of_image import FaceOfImage
from annotator.project.matching import Box
from annotator.workbench.actions_done import FaceAdded
from annotator.workbench.known_faces import known_face
from annotator.workbench.model_thread import ModelThread
from annotator.workbench.question import Question
from annotator.workbench.states import state_text
from annotator.workbench.workbench import Workbench
from annotator.workflow.round_models import kept_round_model, load_round_model

Photograph = NDArray[np.uint8]
_Answer = TypeVar("_Answer")


class Faces:
    """Which faces a photograph has, and where the model should look for them.

    Parameters
    ----------
    workbench : Workbench
    photograph : callable
        Returns the photograph on screen, (H, W, 3) uint8 RGB upright, or None.
    load : callable, optional
        Loads the model; by default that of the round under way.

    Attributes
    ----------
    asked
        Carries a `Question`: what was to be made would lie over a face that has a mesh.
    predicted_again
        Carries the mesh, (n, 3), that the model gave for the current face.
    """

    asked = Signal(object)
    predicted_again = Signal(object)

    def __init__(
        self,
        workbench: Workbench,
        photograph: Callable[[], Photograph | None],
        load: Callable[[], FaceMesh] | None = None,
    ) -> None:
        self._workbench = workbench
        self._photograph = photograph
        self._model = ModelThread(load or self._load_model)
        self._kept: Path | None = None
        workbench.project_changed.connect(self.prepare)
        workbench.tools.changed.connect(self._look_for_box)

    def close(self) -> None:
        """Let go of the thread; call it once the project is closed."""
        self._model.close()

    @property
    def model(self) -> ModelThread:
        """The model, as soon as it is loaded."""
        return self._model

    def draw_box(self, *, adds_face: bool) -> None:
        """Let the next drag draw a box, for the current face or for one that was missed."""
        if self._workbench.may_change():
            self._workbench.tools.draw_box(adds_face=adds_face)

    def prepare(self) -> None:
        """Begin to load the model of the round under way, unless that has begun."""
        project = self._workbench.project
        if project is None:
            return
        with suppress(ProjectError):  # what the annotator does says what is wrong
            kept = kept_round_model(project)
            if kept != self._kept:
                self._kept = kept
                self._model.forget()
        self._model.prepare()

    def repredict(self) -> None:
        """Predict the current face again where its mesh is now."""
        if not self._workbench.may_change():
            return
        session, photograph = self._workbench.session, self._photograph()
        if session is None or photograph is None or session.is_dragging:
            return
        mesh = session.landmarks
        self._offer(self._answer(lambda model: repredict(model, photograph, mesh)))

    def uncertainty(self) -> NDArray[np.float64] | None:
        """Return how sure the model is of each vertex, (n,) px, or None if it cannot say."""
        session, photograph = self._workbench.session, self._photograph()
        if session is None or photograph is None:
            return None
        mesh = session.landmarks
        return self._answer(lambda model: uncertainty(model, photograph, mesh))

    def delete(self) -> None:
        """Take the current face out of the project: it is none."""
        if self._workbench.verdicts.delete():
            self._workbench.told.emit("The face is deleted. Undo brings it back.")

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
        session = self._workbench.session

        def ask(model: FaceMesh) -> Reprediction:
            if session is not None and not adds:
                check_layout(model, session.landmarks)
            return predict_in_box(model, photograph, corners)

        drawn = (box.left, box.top, box.right - box.left, box.bottom - box.top)
        self._offer(self._answer(ask), drawn, adds=adds)

    def _offer(self, prediction: Reprediction | None, *drawn: Box, adds: bool = False) -> None:
        """Make something of a prediction; where a face has its mesh there already, ask first."""
        if prediction is None:
            return
        current, image_id = self._workbench.sample_id, self._workbench.image_id

        def make() -> None:
            if (self._workbench.sample_id, self._workbench.image_id) != (current, image_id):
                return  # asked of another face
            if adds:
                self._add(prediction)
            else:
                self._take(prediction)

        there = self._face_there([bounding_box(prediction.landmarks), *drawn])
        if there is None or (not adds and there.sample_id == current):
            make()
        else:
            self.asked.emit(self._question(there, make, adds=adds))

    def _face_there(self, boxes: list[Box]) -> FaceOfImage | None:
        """Return the face that has its mesh there, as the project knows it now."""
        project, image_id = self._workbench.project, self._workbench.image_id
        if project is None or image_id is None:
            return None
        try:
            there = project.samples.faces_of(image_id, person=self._workbench.annotator)
            return known_face(boxes, there)
        except ProjectError:
            return None  # what is to be made is refused with the reason

    def _question(self, there: FaceOfImage, make: Callable[[], None], *, adds: bool) -> Question:
        is_current = there.sample_id == self._workbench.sample_id
        face = f"face #{there.face_index + 1}, {state_text(there.state)}"
        return Question(
            f"This face has a mesh already: {'the one you see' if is_current else face}.",
            "Keep to it" if is_current else "Go there",
            "Add another anyway" if adds else "Put this one there too",
            lambda: self._go_to_known(there.sample_id),
            make,
        )

    def _go_to_known(self, sample_id: int) -> None:
        bench = self._workbench
        if not bench.samples.knows(sample_id):
            bench.refresh()  # added by another window just now
        bench.go_to(sample_id)

    def _take(self, prediction: Reprediction) -> None:
        """Make a prediction the current mesh, as one stroke; anchors are none any more."""
        session = self._workbench.session
        if session is None:
            return
        state = session.state
        landmarks = np.where(state.still[:, None], state.landmarks, prediction.landmarks)
        edit = Edit(landmarks, anchors_removed=state.anchors)
        self._workbench.edits.apply("predict again", edit)
        self.predicted_again.emit(prediction.landmarks)
        self._tell_of_doubt(prediction, "Predicted again.")

    def _add(self, prediction: Reprediction) -> None:
        project, image_id = self._workbench.project, self._workbench.image_id
        if project is None or image_id is None:
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
        self._workbench.refresh()
        self._workbench.go_to(added.id)
        self._workbench.did(FaceAdded(added.id, None if before is None else before.id))
        self._tell_of_doubt(prediction, "A face is added.")

    def _answer(self, ask: Callable[[FaceMesh], _Answer]) -> _Answer | None:
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

    def _load_model(self) -> FaceMesh:
        project = self._workbench.project
        if project is None:  # closed meanwhile: nobody asks
            return FaceMesh.load()
        try:
            return load_round_model(project)
        except ProjectError as error:
            raise ModelError(str(error)) from error
