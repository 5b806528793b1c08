"""The tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_STATES = ("predicted", "in_progress", "accepted", "rejected", "excluded")
_VERDICTS = ("accept", "reject", "exclude", "reopen")


def upgrade() -> None:
    """Create all tables in an empty database."""
    _create_images()
    _create_models()
    _create_samples()
    _create_predictions()
    _create_annotations()
    _create_strokes()
    _create_reviews()


def _create_images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("file_size", sa.BigInteger, nullable=True),
        sa.Column("modified_ns", sa.BigInteger, nullable=True),
        sa.Column("failure", sa.Text, nullable=True),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        sa.UniqueConstraint("sha256", name="uq_images_sha256"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_images_sha256_length")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_images_size")),
    )
    op.create_index("ix_images_path", "images", ["path"])
    op.create_table(
        "failed_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("failed_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_files"),
        sa.UniqueConstraint("path", name="uq_failed_files_path"),
    )


def _create_models() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
        sa.UniqueConstraint("sha256", name="uq_models_sha256"),
    )
    op.create_table(
        "prediction_runs",
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("image_id", sa.Integer, nullable=False),
        sa.Column("face_count", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("model_id", "image_id", name="pk_prediction_runs"),
        _refers("prediction_runs", "model_id", "models.id"),
        _refers("prediction_runs", "image_id", "images.id"),
        sa.CheckConstraint("face_count >= 0", name=op.f("ck_prediction_runs_face_count")),
    )


def _create_samples() -> None:
    op.create_table(
        "samples",
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
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        _refers("samples", "image_id", "images.id"),
        sa.UniqueConstraint("image_id", "face_index", name="uq_samples_image_id"),
        sa.CheckConstraint("face_index >= 0", name=op.f("ck_samples_face_index")),
        sa.CheckConstraint("stroke_count >= 0", name=op.f("ck_samples_stroke_count")),
    )
    op.create_index("ix_samples_state", "samples", ["state"])


def _create_predictions() -> None:
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("presence", sa.Float, nullable=False),
        sa.Column("detection_score", sa.Float, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        _refers("predictions", "sample_id", "samples.id"),
        _refers("predictions", "model_id", "models.id"),
        sa.UniqueConstraint("sample_id", "model_id", name="uq_predictions_sample_id"),
        sa.CheckConstraint(
            "length(landmarks) = 5616", name=op.f("ck_predictions_landmarks_length")
        ),
    )


def _create_annotations() -> None:
    op.create_table(
        "annotations",
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("prediction_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("sample_id", name="pk_annotations"),
        _refers("annotations", "sample_id", "samples.id"),
        _refers("annotations", "prediction_id", "predictions.id"),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_annotations_revision")),
        sa.CheckConstraint(
            "length(landmarks) = 5616", name=op.f("ck_annotations_landmarks_length")
        ),
    )


def _create_strokes() -> None:
    op.create_table(
        "strokes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("annotator", sa.Text, nullable=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("vertex_indices", sa.LargeBinary, nullable=False),
        sa.Column("before", sa.LargeBinary, nullable=False),
        sa.Column("after", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_strokes"),
        _refers("strokes", "sample_id", "samples.id"),
        sa.UniqueConstraint("sample_id", "sequence", name="uq_strokes_sample_id"),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_strokes_sequence")),
        sa.CheckConstraint(
            'length("before") = 6 * length(vertex_indices) '
            'AND length("after") = 6 * length(vertex_indices)',
            name=op.f("ck_strokes_lengths"),
        ),
        sqlite_autoincrement=True,
    )


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("verdict", _one_of(_VERDICTS, "ck_reviews_verdict"), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        _refers("reviews", "sample_id", "samples.id"),
        sa.CheckConstraint(
            "verdict <> 'reject' OR reasons <> ''", name=op.f("ck_reviews_reject_has_reasons")
        ),
    )
    op.create_index("ix_reviews_sample_id", "reviews", ["sample_id"])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=op.f(name), native_enum=False, create_constraint=True)
