"""Rounds, and how far the newest prediction of a face lies from that of the round before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table and a column at the end of another; no row is written.

    How far predictions lay apart that were made before is not worked out: there were no rounds.
    """
    op.create_table(
        "rounds",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("next_model_id", sa.Integer, nullable=True),
        sa.Column("finished_at", sa.DateTime, nullable=True),
        sa.Column("release_sha256", sa.Text, nullable=True),
        sa.Column("release_folder", sa.Text, nullable=True),
        sa.Column("release_samples", sa.Integer, nullable=True),
        sa.Column("training", sa.Text, nullable=True),
        sa.Column("metrics", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_rounds"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_rounds_model_id"),
        sa.ForeignKeyConstraint(["next_model_id"], ["models.id"], name="fk_rounds_next_model_id"),
        _check("number", "number > 0"),
        _check("finished", "finished_at IS NULL OR next_model_id IS NOT NULL"),
        _check("next_model", "next_model_id <> model_id"),
        _check("release_sha256_length", "length(release_sha256) = 64"),
        _check(
            "release",
            "(release_sha256 IS NULL) = (release_folder IS NULL) "
            "AND (release_sha256 IS NULL) = (release_samples IS NULL) AND release_samples >= 0",
        ),
    )
    for action, condition in (
        ("UPDATE", "OLD.finished_at IS NOT NULL"),
        ("DELETE", "TRUE"),
        ("INSERT", "EXISTS (SELECT 1 FROM rounds WHERE number = NEW.number)"),  # a REPLACE
    ):
        name = "replace" if action == "INSERT" else action.lower()
        op.execute(
            f"CREATE TRIGGER rounds_refuse_{name} BEFORE {action} ON rounds WHEN {condition} "
            "BEGIN SELECT RAISE(ABORT, 'rounds that are finished never change'); END"
        )
    op.execute(
        "ALTER TABLE samples ADD COLUMN round_change FLOAT "
        "CONSTRAINT ck_samples_round_change CHECK (round_change >= 0)"
    )


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_rounds_{name}"))
