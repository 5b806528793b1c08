"""Opinions: copies of samples that single people are asked to annotate, and known answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_STATES = (
    "predicted", "in_progress", "submitted", "accepted", "sent_back", "excluded", "deleted",
)  # fmt: skip
_COLUMNS = (
    "id, image_id, face_index, state, presence, stroke_count, box_left, box_top, box_width, "
    "box_height, annotator, reviewer, created_at, updated_at, displacement, seconds_spent, "
    "added_by, seconds_reviewed, round_change"
)
_OF_REMOVED = (
    "(SELECT 1 FROM samples JOIN images ON images.id = samples.image_id "
    "WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL)"
)
# What is never deleted but with its image, and what is said to who tries.
_HISTORY = {
    "predictions": "predictions never change",
    "reviews": "reviews never change",
    "remarks": "remarks never change but to be resolved",
}


def upgrade() -> None:
    """Make samples anew, of which an image may have several a face now, and add a table.

    No row of the tables with meshes is written.
    """
    op.execute("DROP TRIGGER images_count_update")  # renaming samples would miss them in it
    for table in _HISTORY:
        op.execute(f"DROP TRIGGER {table}_refuse_delete")
    _create_samples("new_samples")
    op.execute(f"INSERT INTO new_samples ({_COLUMNS}) SELECT {_COLUMNS} FROM samples")
    _keep_ids_from_coming_back()
    op.drop_table("samples")
    op.rename_table("new_samples", "samples")
    op.create_index("ix_samples_state", "samples", ["state"])
    op.create_index("ix_samples_copy_of", "samples", ["copy_of"])
    op.create_index(
        "uq_samples_face",
        "samples",
        ["image_id", "face_index", sa.text("coalesce(assigned_to, '')")],
        unique=True,
    )
    _make_triggers_anew()
    op.create_table(
        "honeypots",
        sa.Column("sample_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sample_id", name="pk_honeypots"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_honeypots_sample_id"),
        _check("honeypots", "answer_length", "length(answer) > 0 AND length(answer) % 12 = 0"),
        _check("honeypots", "digest_length", "length(digest) = 8"),
    )


def _keep_ids_from_coming_back() -> None:
    """Have the new table go on where the old one stands: after ids that were deleted for good."""
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'new_samples'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) "
        "SELECT 'new_samples', seq FROM sqlite_sequence WHERE name = 'samples'"
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
        sa.Column("round_change", sa.Float, nullable=True),
        sa.Column("copy_of", sa.Integer, nullable=True),
        sa.Column("assigned_to", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_samples_image_id"),
        sa.ForeignKeyConstraint(["copy_of"], ["samples.id"], name="fk_samples_copy_of"),
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
        _check("samples", "opinion", "(copy_of IS NULL) = (assigned_to IS NULL)"),
        sqlite_autoincrement=True,
    )


def _make_triggers_anew() -> None:
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
    for table, why in _HISTORY.items():
        op.execute(
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} "
            f"WHEN NOT EXISTS {_OF_REMOVED} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=op.f(name), native_enum=False, create_constraint=True)
