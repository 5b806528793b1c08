"""What is known of the quality of samples: who assessed them, how, and what checks found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three tables; no row is written."""
    op.create_table(
        "assessors",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("signals", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessors"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_assessors_model_id"),
        sa.UniqueConstraint("model_id", "version", "signals", name="uq_assessors_model_id"),
        _check("assessors", "version", "version > 0"),
    )
    op.create_table(
        "assessments",
        sa.Column("number", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("assessor_id", sa.Integer, nullable=False),
        sa.Column("prediction_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("doubt", sa.Float, nullable=True),
        sa.Column("signals", sa.LargeBinary, nullable=False),
        sa.Column("spread", sa.LargeBinary, nullable=True),
        sa.Column("assessed_at", sa.DateTime, nullable=False),
        sa.Column("is_due", sa.Boolean, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("number", name="pk_assessments"),
        *(_key("assessments", each) for each in ("sample", "assessor", "prediction")),
        sa.UniqueConstraint("sample_id", name="uq_assessments_sample_id"),
        _check("assessments", "revision", "revision >= 0"),
        _check("assessments", "doubt", "doubt >= 0"),
        _check("assessments", "signals_length", "length(signals) > 0 AND length(signals) % 4 = 0"),
        _check("assessments", "spread_length", "length(spread) > 0 AND length(spread) % 2 = 0"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("of_mesh", sa.String(10), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("vertices", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        _key("findings", "sample"),
        _check("findings", "of_mesh", "of_mesh IN ('prediction', 'annotation')"),
        _check("findings", "severity", "severity BETWEEN 1 AND 3"),
    )
    op.create_index("ix_findings_sample_id", "findings", ["sample_id"])


def _key(table: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{other}_id"
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}s.id"], name=name)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
