"""The tables of what happened: revisions, dropped strokes, remarks, the audit log, draws.

Named, like all tables, by `annotator.project.tables`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from annotator.mesh.marks import Marks
from annotator.project.columns import (
    IndicesBlob,
    MarksBlob,
    PositionsBlob,
    Table,
    UtcDateTime,
    one_of,
)
from annotator.project.values import Count


class Change(StrEnum):
    """What made a revision of an annotation."""

    STROKE = "stroke"
    UNDO = "undo"
    REDO = "redo"
    FOLLOW = "follow"


class RevisionRow(Table):
    """What made a revision: a stroke, undone or dropped since or not, or a newer prediction.

    `prediction_id` is of the prediction that the annotation was linked to before, NULL but where
    it follows another one now.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint("revision > 0", name="revision"),
        CheckConstraint("(stroke_id IS NULL) = (change = 'follow')", name="stroke"),
        CheckConstraint("(prediction_id IS NULL) = (change <> 'follow')", name="prediction"),
    )

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(Count, primary_key=True)
    change: Mapped[Change] = mapped_column(one_of(Change, "change"))
    stroke_id: Mapped[int | None] = mapped_column(Count)
    prediction_id: Mapped[int | None] = mapped_column(Count)
    made_by: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DroppedStrokeRow(Table):
    """A stroke that was undone when another one was made: as it was, only looked at since."""

    __tablename__ = "dropped_strokes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    sequence: Mapped[int] = mapped_column(Count)
    tool: Mapped[str]
    annotator: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    vertex_indices: Mapped[npt.NDArray[np.uint16]] = mapped_column(IndicesBlob)
    before: Mapped[npt.NDArray[np.float32]] = mapped_column(PositionsBlob)
    after: Mapped[npt.NDArray[np.float32]] = mapped_column(PositionsBlob)
    marks_before: Mapped[Marks | None] = mapped_column(MarksBlob)
    marks_after: Mapped[Marks | None] = mapped_column(MarksBlob)
    anchors_added: Mapped[npt.NDArray[np.uint16] | None] = mapped_column(IndicesBlob)
    anchors_removed: Mapped[npt.NDArray[np.uint16] | None] = mapped_column(IndicesBlob)
    digest: Mapped[bytes | None]
    anchors_digest: Mapped[bytes | None]


class RemarkRow(Table):
    """What somebody says of a mesh, of some of its vertices or of a region; resolved or not.

    `review_id` is of the verdict that it came with, NULL where it came with none.
    """

    __tablename__ = "remarks"
    __table_args__ = (
        CheckConstraint("(resolved_by IS NULL) = (resolved_at IS NULL)", name="resolved"),
        CheckConstraint("length(vertices) > 0 AND length(vertices) % 2 = 0", name="vertices"),
        {"sqlite_autoincrement": True},  # an id that was deleted for good never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    author: Mapped[str]
    text: Mapped[str]
    vertices: Mapped[npt.NDArray[np.uint16] | None] = mapped_column(IndicesBlob)
    region: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Count)
    resolved_by: Mapped[str | None]
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Table):
    """Who did what, when; triggers refuse to change a row or to delete it, whatever it is about.

    `sample_id` and `image_id` refer to nothing, as what they are of may be deleted for good.
    """

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str | None]
    what: Mapped[str]
    sample_id: Mapped[int | None] = mapped_column(Count)
    image_id: Mapped[int | None] = mapped_column(Count)
    detail: Mapped[str]


class DrawRow(Table):
    """A random part of the samples that were submitted, drawn to be reviewed."""

    __tablename__ = "draws"
    __table_args__ = (
        CheckConstraint("population > 0", name="population"),
        CheckConstraint("confidence > 0 AND confidence < 1", name="confidence"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    population: Mapped[int] = mapped_column(Count)
    confidence: Mapped[float]


class DrawnSampleRow(Table):
    """A sample of a draw; `review_id` is of the newest review that there was of it then."""

    __tablename__ = "drawn_samples"

    draw_id: Mapped[int] = mapped_column(ForeignKey("draws.id"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True, index=True)
    review_id: Mapped[int] = mapped_column(Count)
