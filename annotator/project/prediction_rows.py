"""The rows that a model's faces become, gathered so that one statement fills each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Insert, Update, insert, literal, select, update
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import as_landmarks, bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.project.digests import prediction_digest
from annotator.project.displacement import change_between
from annotator.project.engine.base import Engine, chunks
from annotator.project.history_tables import Change
from annotator.project.known_samples import KnownSample
from annotator.project.matching import Box, match_boxes
from annotator.project.records import SampleState
from annotator.project.tables import (
    AnnotationRow,
    PredictionRow,
    PredictionRunRow,
    RevisionRow,
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
    layout: MeshLayout

    @classmethod
    def checked(
        cls, landmarks: npt.ArrayLike, layout: MeshLayout, presence: float, detection_score: float
    ) -> Self:
        """Return a face, or raise ValueError if its landmarks cannot be any of the layout."""
        copied = as_landmarks(landmarks, layout)
        box = bounding_box(copied)
        return cls(copied, float(presence), float(detection_score), box, layout)


@dataclass(slots=True, eq=False)
class PredictionRows:
    """Rows to write for one model and some images; the database gives them their ids.

    `is_past` says that the model is one of an earlier round: what it says changes no sample.
    """

    model_id: int
    is_past: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs: _Rows = field(default_factory=list)
    samples: _Rows = field(default_factory=list)
    first_predictions: _Rows = field(default_factory=list)  # one a new sample, in their order
    later_predictions: _Rows = field(default_factory=list)  # of samples known before
    followed: _Rows = field(default_factory=list)
    changes: _Rows = field(default_factory=list)  # of samples known before, between rounds

    @property
    def prediction_count(self) -> int:
        """How many predictions are to be written."""
        return len(self.first_predictions) + len(self.later_predictions)

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
        if not self.is_past:
            self._note_changes(faces, known, matches)
        for face, match in zip(faces, matches, strict=True):
            if match is not None:
                self._join(known[match], face)
                continue
            self.add_sample(image_id, face_index, face)
            face_index += 1

    def add_sample(
        self, image_id: int, face_index: int, face: Face, *, added_by: str | None = None
    ) -> None:
        """Gather the rows of a new sample."""
        self.samples.append(
            {
                "image_id": image_id,
                "face_index": face_index,
                "state": SampleState.PREDICTED,
                "stroke_count": 0,
                "added_by": added_by,
                "created_at": self.now,
                **self._shown(face),
            }
        )
        self.first_predictions.append(self._prediction(face))

    def add_prediction(self, sample_id: int, face: Face, *, is_known: bool, follows: bool) -> None:
        """Gather what this model says of a sample, unless it is stored, and let it follow."""
        if not is_known:
            self.later_predictions.append({"sample_id": sample_id, **self._prediction(face)})
        if follows:
            self.followed.append({"id": sample_id, **self._shown(face)})

    def write(self, session: Session, engine: Engine) -> list[int]:
        """Write all rows and return the new samples' ids, in the order they were added."""
        connection = session.connection()  # a session would look at every row again
        if self.runs:
            connection.execute(insert(PredictionRunRow), self.runs)
        sample_ids = _insert_samples(connection, self.samples)
        for prediction, sample_id in zip(self.first_predictions, sample_ids, strict=True):
            prediction["sample_id"] = sample_id
        if self.prediction_count:
            rows = [*self.first_predictions, *self.later_predictions]
            for row in rows:
                row["digest"] = prediction_digest(
                    row["sample_id"], row["model_id"], row["landmarks"]
                )
            connection.execute(insert(PredictionRow), rows)
        for chunk in chunks(sample_ids, engine):
            connection.execute(_first_annotations(self.model_id, chunk))
        for updates in (self.followed, self.changes):
            if updates:
                session.execute(update(SampleRow), updates)
        for chunk in chunks([row["id"] for row in self.followed], engine):
            connection.execute(following_revisions(chunk))
            connection.execute(follow_predictions(self.model_id, chunk))
        return sample_ids

    def _note_changes(
        self, faces: Sequence[Face], known: Sequence[KnownSample], matches: Sequence[int | None]
    ) -> None:
        """Note how far this model moves each known sample; None where it does not find it."""
        found = dict(zip(matches, faces, strict=True))
        for at, sample in enumerate(known):
            if sample.predicted:
                continue
            face = found.get(at)
            change = face and change_between(face.landmarks, sample.before, face.layout)
            if change != sample.round_change:  # lists are told of what changes, and of no more
                self.changes.append({"id": sample.id, "round_change": change})

    def _join(self, sample: KnownSample, face: Face) -> None:
        if not sample.predicted:
            self.add_prediction(sample.id, face, is_known=False, follows=sample.follows)

    def _prediction(self, face: Face) -> dict[str, Any]:
        return {
            "model_id": self.model_id,
            "presence": face.presence,
            "detection_score": face.detection_score,
            "created_at": self.now,
            "landmarks": face.landmarks,
        }

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


def _insert_samples(connection: Connection, rows: _Rows) -> list[int]:
    """Insert samples and return the ids that the database gave them, in the rows' order.

    They are told apart by image and face: in which order ids are given and come back is the
    database's affair.
    """
    if not rows:
        return []
    given = connection.execute(
        insert(SampleRow).returning(SampleRow.image_id, SampleRow.face_index, SampleRow.id), rows
    )
    ids = {(image_id, face_index): sample_id for image_id, face_index, sample_id in given}
    return [ids[row["image_id"], row["face_index"]] for row in rows]


def _first_annotations(model_id: int, sample_ids: Sequence[int]) -> Insert:
    """Return what gives new samples an annotation that is their prediction, whose id nobody asks.

    That takes half the time of asking for the ids of rows that hold meshes.
    """
    predicted = select(PredictionRow.sample_id, PredictionRow.id, literal(0)).where(
        PredictionRow.model_id == model_id, PredictionRow.sample_id.in_(sample_ids)
    )
    columns = [AnnotationRow.sample_id, AnnotationRow.prediction_id, AnnotationRow.revision]
    return insert(AnnotationRow).from_select(columns, predicted)


def following_revisions(sample_ids: Sequence[int]) -> Insert:
    """Return what notes, before they move on, from which predictions annotations do."""
    columns = ["sample_id", "revision", "change", "prediction_id", "made_at"]
    moving = select(
        AnnotationRow.sample_id,
        AnnotationRow.revision + 1,
        literal(Change.FOLLOW, RevisionRow.change.type),
        AnnotationRow.prediction_id,
        literal(datetime.now(UTC), RevisionRow.made_at.type),
    ).where(AnnotationRow.sample_id.in_(sample_ids))
    return insert(RevisionRow).from_select(columns, moving)


def follow_predictions(model_id: int, sample_ids: Sequence[int]) -> Update:
    """Return what moves annotations on to the newer prediction of a model."""
    newer = select(PredictionRow.id).where(
        PredictionRow.sample_id == AnnotationRow.sample_id, PredictionRow.model_id == model_id
    )
    return (
        update(AnnotationRow)
        .where(AnnotationRow.sample_id.in_(sample_ids))
        .values(prediction_id=newer.scalar_subquery(), revision=AnnotationRow.revision + 1)
    )
