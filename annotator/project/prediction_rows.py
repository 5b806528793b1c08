"""The rows that a model's faces become, gathered so that one statement fills each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from annotator.mesh.landmarks import as_landmarks, bounding_box
from annotator.mesh.layout import FACE_468
from annotator.project.errors import ProjectError
from annotator.project.matching import Box, match_boxes
from annotator.project.records import SampleState
from annotator.project.tables import (
    AnnotationRow,
    ModelRow,
    PredictionRow,
    PredictionRunRow,
    SampleRow,
)

_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A checked face of a model."""

    landmarks: npt.NDArray[np.float32]
    presence: float
    detection_score: float
    box: Box

    @classmethod
    def checked(cls, landmarks: npt.ArrayLike, presence: float, detection_score: float) -> Self:
        """Return a face, or raise ValueError if its landmarks cannot be any."""
        copied = as_landmarks(landmarks, FACE_468)
        return cls(copied, float(presence), float(detection_score), bounding_box(copied))


@dataclass(frozen=True, slots=True)
class KnownSample:
    """A sample that the image has already.

    Attributes
    ----------
    follows
        Whether nobody edited or reviewed it.
    deleted
        Whether somebody said that there is no such face.
    predicted
        Whether it has a prediction by the model already: of a face that somebody added.
    """

    id: int
    box: Box
    revision: int
    follows: bool
    deleted: bool
    predicted: bool


@dataclass(slots=True, eq=False)
class PredictionRows:
    """Rows to write for one model and some images.

    The ids are given out here, which is safe inside a transaction that holds the write lock.
    """

    model_id: int
    now: datetime
    next_sample_id: int
    next_prediction_id: int
    runs: _Rows = field(default_factory=list)
    samples: _Rows = field(default_factory=list)
    predictions: _Rows = field(default_factory=list)
    annotations: _Rows = field(default_factory=list)
    followed_samples: _Rows = field(default_factory=list)
    followed_annotations: _Rows = field(default_factory=list)

    @classmethod
    def beginning(cls, session: Session, model_id: int) -> Self:
        """Return no rows yet, in a transaction in which nobody else can insert any.

        Raises
        ------
        ProjectError
            If there is no such model.
        """
        if session.get(ModelRow, model_id) is None:
            raise ProjectError(f"there is no model {model_id} in this project: register it")
        return cls(
            model_id=model_id,
            now=datetime.now(UTC),
            next_sample_id=_next_id(session, SampleRow.id),
            next_prediction_id=_next_id(session, PredictionRow.id),
        )

    def add_image(self, image_id: int, faces: Sequence[Face], known: Sequence[KnownSample]) -> None:
        """Gather the rows of one image, whose samples so far are `known`."""
        self.runs.append(
            {
                "model_id": self.model_id,
                "image_id": image_id,
                "face_count": len(faces),
                "created_at": self.now,
            }
        )
        face_index = len(known)
        matches = match_boxes(
            [face.box for face in faces],
            [sample.box for sample in known],
            deleted=[index for index, sample in enumerate(known) if sample.deleted],
        )
        for face, match in zip(faces, matches, strict=True):
            if match is not None:
                self._join(known[match], face)
                continue
            self.add_sample(image_id, face_index, face)
            face_index += 1

    def add_sample(
        self, image_id: int, face_index: int, face: Face, *, added_by: str | None = None
    ) -> int:
        """Gather the rows of a new sample and return the id that it will have."""
        sample_id = self.next_sample_id
        self.next_sample_id += 1
        self.samples.append(
            {
                "id": sample_id,
                "image_id": image_id,
                "face_index": face_index,
                "state": SampleState.PREDICTED,
                "stroke_count": 0,
                "added_by": added_by,
                "created_at": self.now,
                **self._shown(face),
            }
        )
        prediction_id = self._add_prediction(sample_id, face)
        self.annotations.append(
            {"sample_id": sample_id, "prediction_id": prediction_id, "revision": 0}
        )
        return sample_id

    def write(self, session: Session) -> None:
        """Write all rows."""
        connection = session.connection()  # a session would look at every row again
        for table, rows in (
            (PredictionRunRow, self.runs),
            (SampleRow, self.samples),
            (PredictionRow, self.predictions),
            (AnnotationRow, self.annotations),
        ):
            if rows:
                connection.execute(insert(table), rows)
        for table, rows in (
            (SampleRow, self.followed_samples),
            (AnnotationRow, self.followed_annotations),
        ):
            if rows:
                session.execute(update(table), rows)

    def _join(self, sample: KnownSample, face: Face) -> None:
        if sample.predicted:
            return
        prediction_id = self._add_prediction(sample.id, face)
        if not sample.follows:
            return
        self.followed_samples.append({"id": sample.id, **self._shown(face)})
        self.followed_annotations.append(
            {
                "sample_id": sample.id,
                "prediction_id": prediction_id,
                "revision": sample.revision + 1,
            }
        )

    def _add_prediction(self, sample_id: int, face: Face) -> int:
        prediction_id = self.next_prediction_id
        self.next_prediction_id += 1
        self.predictions.append(
            {
                "id": prediction_id,
                "sample_id": sample_id,
                "model_id": self.model_id,
                "presence": face.presence,
                "detection_score": face.detection_score,
                "created_at": self.now,
                "landmarks": face.landmarks,
            }
        )
        return prediction_id

    def _shown(self, face: Face) -> dict[str, Any]:
        """Return the columns in which a sample repeats its prediction, for lists."""
        left, top, width, height = face.box
        return {
            "presence": face.presence,
            "box_left": left,
            "box_top": top,
            "box_width": width,
            "box_height": height,
            "updated_at": self.now,
        }


def _next_id(session: Session, column: InstrumentedAttribute[int]) -> int:
    return (session.scalar(select(func.max(column))) or 0) + 1
