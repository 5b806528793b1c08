"""The tables of models and their meshes, and of what people made of these.

They are named, like all tables, by `annotator.project.tables`.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.mesh.marks import Marks
from annotator.project.columns import MarksBlob, PositionsBlob, Table, UtcDateTime
from annotator.project.values import Count

# Of any layout: how many they have to be is checked where a mesh leaves the store.
_WHOLE_VERTICES = "length(landmarks) > 0 AND length(landmarks) % 12 = 0"
_DIGEST = "length(digest) = 8"


class ModelRow(Table):
    """A model that predicted, known by the hash of its weights; `layout` names its meshes'."""

    __tablename__ = "models"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    layout: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PredictionRunRow(Table):
    """A model has seen an image, whether or not it found a face."""

    __tablename__ = "prediction_runs"
    __table_args__ = (CheckConstraint("face_count >= 0", name="face_count"),)

    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    face_count: Mapped[int] = mapped_column(Count)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PredictionRow(Table):
    """What a model said about a sample; triggers refuse to change it, or to delete it.

    Only what was said about a removed image may go, for good. Every one has its digest.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        UniqueConstraint("sample_id", "model_id"),
        CheckConstraint(_WHOLE_VERTICES, name="landmarks_length"),
        CheckConstraint(_DIGEST, name="digest_length"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    presence: Mapped[float]
    detection_score: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    landmarks: Mapped[npt.NDArray[np.float32]] = mapped_column(PositionsBlob)
    digest: Mapped[bytes | None]


class AnnotationRow(Table):
    """What people made of a prediction.

    `landmarks` are NULL while no stroke is in effect, `marks` while no vertex has one, `digest`
    while both are.
    """

    __tablename__ = "annotations"
    __table_args__ = (
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint(_WHOLE_VERTICES, name="landmarks_length"),
        CheckConstraint(
            "length(marks) > 0 AND 12 * length(marks) = length(landmarks)", name="marks_length"
        ),
        CheckConstraint(_DIGEST, name="digest_length"),
    )

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    revision: Mapped[int] = mapped_column(Count)
    landmarks: Mapped[npt.NDArray[np.float32] | None] = mapped_column(PositionsBlob)
    marks: Mapped[Marks | None] = mapped_column(MarksBlob)
    digest: Mapped[bytes | None]
