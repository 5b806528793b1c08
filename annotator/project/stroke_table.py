"""The table of strokes; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.mesh.marks import Marks
from annotator.project.columns import (
    IndicesBlob,
    MarksBlob,
    PositionsBlob,
    Table,
    UtcDateTime,
)
from annotator.project.values import Count


class StrokeRow(Table):
    """One edit; undone ones wait for a redo and go when another stroke is made instead.

    `digest` is of what it does to vertices, `anchors_digest` of the anchors, NULL without any.
    """

    __tablename__ = "strokes"
    __table_args__ = (
        UniqueConstraint("sample_id", "sequence"),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint(
            'length("before") = 6 * length(vertex_indices) '
            'AND length("after") = 6 * length(vertex_indices)',
            name="lengths",
        ),
        CheckConstraint(
            "(marks_before IS NULL) = (marks_after IS NULL) "
            "AND 2 * length(marks_before) = length(vertex_indices) "
            "AND 2 * length(marks_after) = length(vertex_indices)",
            name="marks_lengths",
        ),
        CheckConstraint(
            "length(anchors_added) % 2 = 0 AND length(anchors_removed) % 2 = 0",
            name="anchors_lengths",
        ),
        CheckConstraint("length(digest) = 8", name="digest_length"),
        CheckConstraint("length(anchors_digest) = 8", name="anchors_digest_length"),
        {"sqlite_autoincrement": True},  # an id dropped with its redo branch never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    sequence: Mapped[int] = mapped_column(Count)
    tool: Mapped[str]
    annotator: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone: Mapped[bool]
    vertex_indices: Mapped[npt.NDArray[np.uint16]] = mapped_column(IndicesBlob)
    before: Mapped[npt.NDArray[np.float32]] = mapped_column(PositionsBlob)
    after: Mapped[npt.NDArray[np.float32]] = mapped_column(PositionsBlob)
    marks_before: Mapped[Marks | None] = mapped_column(MarksBlob)
    marks_after: Mapped[Marks | None] = mapped_column(MarksBlob)
    anchors_added: Mapped[npt.NDArray[np.uint16] | None] = mapped_column(IndicesBlob)
    anchors_removed: Mapped[npt.NDArray[np.uint16] | None] = mapped_column(IndicesBlob)
    digest: Mapped[bytes | None]
    anchors_digest: Mapped[bytes | None]


CHANGES_ANCHORS = StrokeRow.anchors_added.is_not(None) | StrokeRow.anchors_removed.is_not(None)

# Holds all that a sample's anchors are made of, so that loading them reads no stroke's positions.
Index(
    "ix_strokes_anchors",
    StrokeRow.sample_id,
    StrokeRow.sequence,
    StrokeRow.undone,
    StrokeRow.anchors_added,
    StrokeRow.anchors_removed,
    StrokeRow.anchors_digest,
    sqlite_where=CHANGES_ANCHORS,
    postgresql_where=CHANGES_ANCHORS,
)
