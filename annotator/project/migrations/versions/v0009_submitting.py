"""Samples are submitted, and sent back rather than rejected; what a project has set."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_STATES = (
    "predicted", "in_progress", "submitted", "accepted", "sent_back", "excluded", "deleted",
)  # fmt: skip
_VERDICTS = ("submit", "accept", "send_back", "exclude", "delete", "reopen")
_SAMPLE_COLUMNS = (
    "id, image_id, face_index, state, presence, stroke_count, box_left, box_top, box_width, "
    "box_height, annotator, reviewer, created_at, updated_at, displacement, seconds_spent, "
    "added_by, seconds_reviewed, round_change"
)
_REVIEW_COLUMNS = "id, sample_id, verdict, reviewer, reasons, comment, created_at, revision"
_OF_REMOVED = (
    "(SELECT 1 FROM samples JOIN images ON images.id = samples.image_id "
    "WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL)"
)


def upgrade() -> None:
    """Make samples and reviews anew, whose checks name the words, and add a table.

    Neither holds a mesh. What was rejected was sent back: it is called so from now on.
    """
    for trigger in (  # renaming a table would miss it in them
        "images_count_update",
        "predictions_refuse_delete",
        "reviews_refuse_delete",
    ):
        op.execute(f"DROP TRIGGER {trigger}")
    state = "CASE state WHEN 'rejected' THEN 'sent_back' ELSE state END"
    _rebuild("samples", _create_samples, _SAMPLE_COLUMNS, {"state": state})
    op.create_index("ix_samples_state", "samples", ["state"])
    verdict = "CASE verdict WHEN 'reject' THEN 'send_back' ELSE verdict END"
    _rebuild("reviews", _create_reviews, _REVIEW_COLUMNS, {"verdict": verdict})
    op.create_index("ix_reviews_sample_id", "reviews", ["sample_id"])
    _count_changes()
    _keep_history()
    op.create_table(
        "settings",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )


def _rebuild(
    table: str, create: Callable[[str], None], columns: str, changed: dict[str, str]
) -> None:
    create(f"new_{table}")
    values = ", ".join(changed.get(name, name) for name in columns.split(", "))
    op.execute(f"INSERT INTO new_{table} ({columns}) SELECT {values} FROM {table}")
    # Where ids must not come back, those that were deleted for good must not either.
    op.execute(f"DELETE FROM sqlite_sequence WHERE name = 'new_{table}'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) "
        f"SELECT 'new_{table}', seq FROM sqlite_sequence WHERE name = '{table}'"
    )
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
        sa.Column("seconds_reviewed", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("round_change", sa.Float, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_samples_image_id"),
        sa.UniqueConstraint("image_id", "face_index", name="uq_samples_image_id"),
        *(
            _check("samples", column, f"{column} >= 0")
            for column in (
                "face_index",
                "stroke_count",
                "displacement",
                "seconds_spent",
                "seconds_reviewed",
                "round_change",
            )
        ),
        sqlite_autoincrement=True,
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
        _check("reviews", "send_back_has_reasons", "verdict <> 'send_back' OR reasons <> ''"),
    )


def _count_changes() -> None:
    for action in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER samples_count_{action.lower()} AFTER {action} ON samples BEGIN "
            "DELETE FROM sample_changes WHERE sample_id = NEW.id; "
            "INSERT INTO sample_changes (sample_id) VALUES (NEW.id); END"
        )
    op.execute(
        "CREATE TRIGGER images_count_update AFTER UPDATE OF path, removed_at ON images "
        "WHEN NEW.path IS NOT OLD.path OR NEW.removed_at IS NOT OLD.removed_at BEGIN "
        "DELETE FROM sample_changes WHERE sample_id IN "
        "(SELECT id FROM samples WHERE image_id = NEW.id); "
        "INSERT INTO sample_changes (sample_id) SELECT id FROM samples WHERE image_id = NEW.id; "
        "END"
    )


def _keep_history() -> None:
    for table in ("predictions", "reviews"):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} "
            f"WHEN NOT EXISTS {_OF_REMOVED} "
            f"BEGIN SELECT RAISE(ABORT, '{table} never change'); END"
        )
    op.execute(
        "CREATE TRIGGER reviews_refuse_update BEFORE UPDATE ON reviews "
        "BEGIN SELECT RAISE(ABORT, 'reviews never change'); END"
    )
    op.execute(
        "CREATE TRIGGER reviews_refuse_replace BEFORE INSERT ON reviews "
        "WHEN EXISTS (SELECT 1 FROM reviews WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'reviews never change'); END"
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=op.f(name), native_enum=False, create_constraint=True)
