"""Meshes of any layout, frames of files, and a counter that tells what changed."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_LAYOUT = "face_468"  # the only one there was
_MODEL_COLUMNS = "id, name, sha256, registered_at"
_IMAGE_COLUMNS = "id, path, sha256, width, height, file_size, modified_ns, failure, added_at"
_PREDICTION_COLUMNS = "id, sample_id, model_id, presence, detection_score, created_at, landmarks"
_ANNOTATION_COLUMNS = "sample_id, prediction_id, revision, landmarks, marks"

# What gives a sample a new number, by which table, and whose sample that is.
_COUNTED = (
    ("samples", "INSERT", "NEW.id"),
    ("samples", "UPDATE", "NEW.id"),
    ("annotations", "UPDATE", "NEW.sample_id"),
)


def upgrade() -> None:
    """Say each model's layout and each image's frame, and count changes from now on."""
    _rebuild("models", _create_models, _MODEL_COLUMNS, layout=f"'{_LAYOUT}'")
    _rebuild("images", _create_images, _IMAGE_COLUMNS)
    op.create_index("ix_images_path", "images", ["path"])
    op.create_index(
        "uq_images_content", "images", ["sha256", sa.text("coalesce(frame, -1)")], unique=True
    )
    _rebuild("predictions", _create_predictions, _PREDICTION_COLUMNS)
    for action in ("update", "delete"):  # the triggers went with the table
        op.execute(
            f"CREATE TRIGGER predictions_refuse_{action} BEFORE {action.upper()} ON predictions "
            "BEGIN SELECT RAISE(ABORT, 'predictions never change'); END"
        )
    _rebuild("annotations", _create_annotations, _ANNOTATION_COLUMNS)
    _count_changes()


def _rebuild(table: str, create: Callable[[str], None], columns: str, **new: str) -> None:
    """Change a table's checks, which SQLite can only do by making the table anew."""
    create(f"new_{table}")
    names, values = ", ".join([columns, *new]), ", ".join([columns, *new.values()])
    op.execute(f"INSERT INTO new_{table} ({names}) SELECT {values} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"new_{table}", table)


def _create_models(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
        sa.UniqueConstraint("sha256", name="uq_models_sha256"),
    )


def _create_images(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("frame", sa.Integer, nullable=True),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("file_size", sa.BigInteger, nullable=True),
        sa.Column("modified_ns", sa.BigInteger, nullable=True),
        sa.Column("failure", sa.Text, nullable=True),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_images_sha256_length")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_images_size")),
        sa.CheckConstraint("frame >= 0", name=op.f("ck_images_frame")),
    )


def _create_predictions(name: str) -> None:
    op.create_table(
        name,
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
            "length(landmarks) > 0 AND length(landmarks) % 12 = 0",
            name=op.f("ck_predictions_landmarks_length"),
        ),
    )


def _create_annotations(name: str) -> None:
    op.create_table(
        name,
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("prediction_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=True),
        sa.Column("marks", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("sample_id", name="pk_annotations"),
        _refers("annotations", "sample_id", "samples.id"),
        _refers("annotations", "prediction_id", "predictions.id"),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_annotations_revision")),
        sa.CheckConstraint(
            "length(landmarks) > 0 AND length(landmarks) % 12 = 0",
            name=op.f("ck_annotations_landmarks_length"),
        ),
        sa.CheckConstraint(
            "length(marks) > 0 AND 12 * length(marks) = length(landmarks)",
            name=op.f("ck_annotations_marks_length"),
        ),
    )


def _count_changes() -> None:
    """Give every sample a number, and have triggers give a new one at every change."""
    op.create_table(
        "sample_changes",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_sample_changes"),
        _refers("sample_changes", "sample_id", "samples.id"),
        sa.UniqueConstraint("sample_id", name="uq_sample_changes_sample_id"),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO sample_changes (sample_id) SELECT id FROM samples ORDER BY id")
    for table, action, sample_id in _COUNTED:
        op.execute(
            f"CREATE TRIGGER {table}_count_{action.lower()} AFTER {action} ON {table} BEGIN "
            f"DELETE FROM sample_changes WHERE sample_id = {sample_id}; "
            f"INSERT INTO sample_changes (sample_id) VALUES ({sample_id}); END"
        )
    op.execute(  # lists show where a sample's image lies
        "CREATE TRIGGER images_count_update AFTER UPDATE OF path ON images "
        "WHEN NEW.path IS NOT OLD.path BEGIN "
        "DELETE FROM sample_changes WHERE sample_id IN "
        "(SELECT id FROM samples WHERE image_id = NEW.id); "
        "INSERT INTO sample_changes (sample_id) SELECT id FROM samples WHERE image_id = NEW.id; "
        "END"
    )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")
