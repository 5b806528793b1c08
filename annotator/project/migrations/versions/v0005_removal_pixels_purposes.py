"""Images that can be removed and are known by their pixels, and what visits are for."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_STATES = ("predicted", "in_progress", "accepted", "rejected", "excluded", "deleted")
_IMAGE_COLUMNS = "id, path, sha256, frame, width, height, file_size, modified_ns, failure, added_at"
_SAMPLE_COLUMNS = (
    "id, image_id, face_index, state, presence, stroke_count, box_left, box_top, box_width, "
    "box_height, annotator, reviewer, created_at, updated_at, displacement, seconds_spent, added_by"
)

# What another row of the table would have to be for an insertion to take its place.
_REPLACED = {
    "predictions": "id = NEW.id OR (sample_id = NEW.sample_id AND model_id = NEW.model_id)",
    "reviews": "id = NEW.id",
}


def upgrade() -> None:
    """Let images be removed, know them by their pixels too, and say what visits are for.

    Images and samples are made anew, so that the ids of those deleted for good never come back;
    neither holds a mesh. No row of the large tables is written.
    """
    op.execute("DROP TRIGGER images_count_update")  # renaming samples would miss them in it
    _rebuild("images", _create_images, _IMAGE_COLUMNS)
    op.create_index("ix_images_path", "images", ["path"])
    op.create_index("ix_images_coded_sha256", "images", ["coded_sha256"])
    op.create_index(
        "uq_images_content", "images", ["sha256", sa.text("coalesce(frame, -1)")], unique=True
    )
    _rebuild("samples", _create_samples, _SAMPLE_COLUMNS)
    op.create_index("ix_samples_state", "samples", ["state"])
    _count_changes()
    for table, replaced in _REPLACED.items():
        _keep_history(table, replaced)
    op.execute(
        "ALTER TABLE visits ADD COLUMN purpose VARCHAR(8) NOT NULL DEFAULT 'annotate' "
        "CONSTRAINT ck_visits_purpose CHECK (purpose IN ('annotate', 'review'))"
    )


def _rebuild(table: str, create: Callable[[str], None], columns: str) -> None:
    create(f"new_{table}")
    op.execute(f"INSERT INTO new_{table} ({columns}) SELECT {columns} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"new_{table}", table)


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
        sa.Column("coded_sha256", sa.Text, nullable=True),
        sa.Column("pixels_sha256", sa.Text, nullable=True),
        sa.Column("removed_at", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        _check("images", "sha256_length", "length(sha256) = 64"),
        _check("images", "size", "width > 0 AND height > 0"),
        _check("images", "frame", "frame >= 0"),
        _check("images", "coded_sha256_length", "length(coded_sha256) = 64"),
        _check("images", "pixels_sha256_length", "length(pixels_sha256) = 64"),
        sqlite_autoincrement=True,
    )


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
        sa.Column("seconds_reviewed", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_samples_image_id"),
        sa.UniqueConstraint("image_id", "face_index", name="uq_samples_image_id"),
        _check("samples", "face_index", "face_index >= 0"),
        _check("samples", "stroke_count", "stroke_count >= 0"),
        _check("samples", "displacement", "displacement >= 0"),
        _check("samples", "seconds_spent", "seconds_spent >= 0"),
        _check("samples", "seconds_reviewed", "seconds_reviewed >= 0"),
        sqlite_autoincrement=True,
    )


def _count_changes() -> None:
    """Make the triggers anew that went with the tables; removing an image is a change too."""
    for action in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER samples_count_{action.lower()} AFTER {action} ON samples BEGIN "
            "DELETE FROM sample_changes WHERE sample_id = NEW.id; "
            "INSERT INTO sample_changes (sample_id) VALUES (NEW.id); END"
        )
    op.execute(  # lists show where a sample's image lies, and only images that are there
        "CREATE TRIGGER images_count_update AFTER UPDATE OF path, removed_at ON images "
        "WHEN NEW.path IS NOT OLD.path OR NEW.removed_at IS NOT OLD.removed_at BEGIN "
        "DELETE FROM sample_changes WHERE sample_id IN "
        "(SELECT id FROM samples WHERE image_id = NEW.id); "
        "INSERT INTO sample_changes (sample_id) SELECT id FROM samples WHERE image_id = NEW.id; "
        "END"
    )


def _keep_history(table: str, replaced: str) -> None:
    """Let what belongs to a removed image be deleted, and refuse REPLACE, which is no DELETE."""
    op.execute(f"DROP TRIGGER {table}_refuse_delete")
    op.execute(
        f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} WHEN NOT EXISTS "
        "(SELECT 1 FROM samples JOIN images ON images.id = samples.image_id "
        "WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL) "
        f"BEGIN SELECT RAISE(ABORT, '{table} never change'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {replaced}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} never change'); END"
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=op.f(name), native_enum=False, create_constraint=True)
