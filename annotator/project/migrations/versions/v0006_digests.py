"""A digest for every mesh and every stroke, so that bits that flip are noticed."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration has to stay what it was when the tables move on.
_STROKE = ("vertex_indices", '"before"', '"after"', "marks_before", "marks_after")
_BATCH = 500  # rows in memory at once


def upgrade() -> None:
    """Add the columns at the end of their tables and fill them, a few rows at a time.

    Meshes are taken as they are: whether bits had flipped before, nobody can tell. A row that its
    table would refuse today is one damaged mesh, and no reason to keep the whole project shut.
    """
    op.execute("PRAGMA ignore_check_constraints = ON")
    try:
        _add_digests()
    finally:
        op.execute("PRAGMA ignore_check_constraints = OFF")


def _add_digests() -> None:
    _add("predictions", "digest")
    op.execute("DROP TRIGGER predictions_refuse_update")  # for a moment: it would refuse digests
    _fill("predictions", "id", ("sample_id", "model_id"), ("landmarks",))
    op.execute(
        "CREATE TRIGGER predictions_refuse_update BEFORE UPDATE ON predictions "
        "BEGIN SELECT RAISE(ABORT, 'predictions never change'); END"
    )
    _add("annotations", "digest")
    op.execute("DROP TRIGGER annotations_count_update")  # a digest is no change of a sample
    place = ("sample_id", "prediction_id", "revision")
    _fill("annotations", "sample_id", place, ("landmarks", "marks"))
    op.execute(
        "CREATE TRIGGER annotations_count_update AFTER UPDATE ON annotations BEGIN "
        "DELETE FROM sample_changes WHERE sample_id = NEW.sample_id; "
        "INSERT INTO sample_changes (sample_id) VALUES (NEW.sample_id); END"
    )
    _add("strokes", "digest")
    _add("strokes", "anchors_digest")
    _fill("strokes", "id", ("sample_id", "sequence"), _STROKE)
    anchors = ("anchors_added", "anchors_removed")
    _fill("strokes", "id", ("sample_id", "sequence"), anchors, anchors=True)
    op.drop_index("ix_strokes_anchors", "strokes")
    op.create_index(
        "ix_strokes_anchors",
        "strokes",
        ["sample_id", "sequence", "undone", *anchors, "anchors_digest"],
        sqlite_where=sa.text("anchors_added IS NOT NULL OR anchors_removed IS NOT NULL"),
    )


def _add(table: str, column: str) -> None:
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} BLOB "
        f"CONSTRAINT ck_{table}_{column}_length CHECK (length({column}) = 8)"
    )


def _fill(
    table: str, key: str, place: tuple[str, ...], blobs: tuple[str, ...], *, anchors: bool = False
) -> None:
    """Set the digests of all rows that hold any of the blobs."""
    column, kind = ("anchors_digest", "anchors") if anchors else ("digest", table.removesuffix("s"))
    some = " OR ".join(f"{blob} IS NOT NULL" for blob in blobs)
    select = sa.text(
        f"SELECT {', '.join((key, *place, *blobs))} FROM {table} "
        f"WHERE {key} > :last AND ({some}) ORDER BY {key} LIMIT {_BATCH}"
    )
    update = sa.text(f"UPDATE {table} SET {column} = :digest WHERE {key} = :key")
    connection, last = op.get_bind(), 0  # ids begin at 1
    first = 1 + len(place)
    while rows := list(connection.execute(select, {"last": last})):
        digests = [
            {"key": row[0], "digest": _digest(kind, row[1:first], row[first:])} for row in rows
        ]
        connection.execute(update, digests)
        last = rows[-1][0]


def _digest(kind: str, place: Sequence[int], blobs: Sequence[Any]) -> bytes | None:
    """Return the digest of blobs and of where they belong; None if one is no blob at all.

    SQLite keeps anything in any column. What has no digest counts as damaged.
    """
    are_blobs = all(isinstance(each, bytes | None) for each in blobs)
    if not are_blobs or not all(isinstance(each, int) for each in place):
        return None
    digest = blake2b(struct.pack(f"<{len(place)}q", *place), digest_size=8, person=kind.encode())
    for blob in blobs:
        digest.update(struct.pack("<q", -1 if blob is None else len(blob)))
        digest.update(blob or b"")
    return digest.digest()
