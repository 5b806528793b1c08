"""What faces look like, and whether they were left as they were sent back."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; no row is written."""
    op.execute(
        "ALTER TABLE assessments ADD COLUMN face_hashes BLOB "
        "CONSTRAINT ck_assessments_face_hashes_length CHECK (length(face_hashes) = 16)"
    )
    op.execute(
        "ALTER TABLE assessments ADD COLUMN unchanged_since_sent_back BOOLEAN DEFAULT 0 NOT NULL"
    )
