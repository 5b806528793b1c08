"""Marks, anchors, deleted samples, faces that people added, displacement, and visits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_STATES = ("predicted", "in_progress", "accepted", "rejected", "excluded", "deleted")
_VERDICTS = ("accept", "reject", "exclude", "delete", "reopen")
_SAMPLE_COLUMNS = (
    "id, image_id, face_index, state, presence, stroke_count, box_left, box_top, box_width, "
    "box_height, annotator, reviewer, created_at, updated_at"
)
_REVIEW_COLUMNS = "id, sample_id, verdict, reviewer, reasons, comment, created_at, revision"


def upgrade() -> None:
    """Add the columns and the table, and let samples be deleted."""
    _rebuild("samples", _create_samples, _SAMPLE_COLUMNS)
    op.create_index("ix_samples_state", "samples", ["state"])
    _rebuild("reviews", _create_reviews, _REVIEW_COLUMNS)
    op.create_index("ix_reviews_sample_id", "reviews", ["sample_id"])
    for action in ("update", "delete"):  # the triggers went with the table
        op.execute(
            f"CREATE TRIGGER reviews_refuse_{action} BEFORE {action.upper()} ON reviews "
            "BEGIN SELECT RAISE(ABORT, 'reviews never change'); END"
        )
    _add_marks_and_anchors()
    _create_visits()
    _measure_displacement()


def _rebuild(table: str, create: Callable[[str], None], columns: str) -> None:
    """Change a table's checks, which SQLite can only do by making the table anew."""
    create(f"new_{table}")
    op.execute(f"INSERT INTO new_{table} ({columns}) SELECT {columns} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"new_{table}", table)


def _create_samples(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("image_id", sa.Integer, nullable=False),
        sa.Column("face_index", sa.Integer, nullable=False),
        sa.Column("state", _one_of(_STATES, "ck_samples_state"), nullable=False),
        sa.Column("presence", sa.Float, nullable=False),
        sa.Column("stroke_count", sa.Integer, nullable=False),
        sa.Column("box_left", sa.Float, nullable=False),
        sa.Column("box_top", sa.Float, nullable=False),
        sa.Column("box_width", sa.Float, nullable=False),
        sa.Column("box_height", sa.Float, nullable=False),
        sa.Column("annotator", sa.Text, nullable=True),
        sa.Column("reviewer", sa.Text, nullable=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.Column("displacement", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("seconds_spent", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("added_by", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_samples_image_id"),
        sa.UniqueConstraint("image_id", "face_index", name="uq_samples_image_id"),
        sa.CheckConstraint("face_index >= 0", name=op.f("ck_samples_face_index")),
        sa.CheckConstraint("stroke_count >= 0", name=op.f("ck_samples_stroke_count")),
        sa.CheckConstraint("displacement >= 0", name=op.f("ck_samples_displacement")),
        sa.CheckConstraint("seconds_spent >= 0", name=op.f("ck_samples_seconds_spent")),
    )


def _create_reviews(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("verdict", _one_of(_VERDICTS, "ck_reviews_verdict"), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_reviews_sample_id"),
        sa.CheckConstraint(
            "verdict <> 'reject' OR reasons <> ''", name=op.f("ck_reviews_reject_has_reasons")
        ),
    )


def _add_marks_and_anchors() -> None:
    """Add columns at the end, NULL everywhere: no row of the large tables is written."""
    op.execute(
        "ALTER TABLE annotations ADD COLUMN marks BLOB "
        "CONSTRAINT ck_annotations_marks_length CHECK (length(marks) = 468)"
    )
    op.execute("ALTER TABLE strokes ADD COLUMN marks_before BLOB")
    op.execute(
        "ALTER TABLE strokes ADD COLUMN marks_after BLOB CONSTRAINT ck_strokes_marks_lengths CHECK "
        "((marks_before IS NULL) = (marks_after IS NULL) "
        "AND 2 * length(marks_before) = length(vertex_indices) "
        "AND 2 * length(marks_after) = length(vertex_indices))"
    )
    op.execute("ALTER TABLE strokes ADD COLUMN anchors_added BLOB")
    op.execute(
        "ALTER TABLE strokes ADD COLUMN anchors_removed BLOB "
        "CONSTRAINT ck_strokes_anchors_lengths CHECK "
        "(length(anchors_added) % 2 = 0 AND length(anchors_removed) % 2 = 0)"
    )
    op.create_index(
        "ix_strokes_anchors",
        "strokes",
        ["sample_id", "sequence", "undone", "anchors_added", "anchors_removed"],
        sqlite_where=sa.text("anchors_added IS NOT NULL OR anchors_removed IS NOT NULL"),
    )


def _create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("annotator", sa.Text, nullable=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("strokes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_visits_sample_id"),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_visits_seconds")),
        sa.CheckConstraint("strokes >= 0", name=op.f("ck_visits_strokes")),
    )
    op.create_index("ix_visits_sample_id", "visits", ["sample_id"])


def _measure_displacement() -> None:
    connection = op.get_bind()
    edited = connection.execute(
        sa.text(
            "SELECT annotations.sample_id, annotations.landmarks, predictions.landmarks "
            "FROM annotations JOIN predictions ON predictions.id = annotations.prediction_id "
            "WHERE annotations.landmarks IS NOT NULL"
        )
    )
    measured = [
        {"id": sample_id, "displacement": _displacement(annotation, prediction)}
        for sample_id, annotation, prediction in edited
    ]
    if measured:
        connection.execute(
            sa.text("UPDATE samples SET displacement = :displacement WHERE id = :id"), measured
        )


def _displacement(annotation: bytes, prediction: bytes) -> float:
    """Return the mean 2-D distance in outer IODs of the annotation, 0 where it has none."""
    first, second = (
        np.frombuffer(blob, "<f4").reshape(468, 3)[:, :2].astype(np.float64)
        for blob in (annotation, prediction)
    )
    iod = float(np.linalg.norm(first[33] - first[263]))
    mean = float(np.linalg.norm(first - second, axis=1).mean())
    return mean / iod if np.isfinite([mean, iod]).all() and iod > 0 else 0.0


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=op.f(name), native_enum=False, create_constraint=True)
