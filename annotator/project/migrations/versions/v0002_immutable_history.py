"""Predictions and reviews never change: triggers refuse to update or delete a row."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the triggers."""
    for table in ("predictions", "reviews"):
        for action in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{action} BEFORE {action.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} never change'); END"
            )
