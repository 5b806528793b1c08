"""Revisions that can be looked at again, remarks, the audit log, and draws for a review."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BATCH = 500  # rows in memory at once
_OF_REMOVED = (
    "(SELECT 1 FROM samples JOIN images ON images.id = samples.image_id "
    "WHERE samples.id = OLD.sample_id AND images.removed_at IS NOT NULL)"
)
_NEEDED = ("vertex_indices", "before", "after")
_SAID = "sample_id, review_id, author, text, vertices, region, created_at, revision"


def upgrade() -> None:
    """Add six tables; of what happened before, the log and the revisions say what is known."""
    _create_revisions()
    _create_remarks()
    _create_audit()
    _create_draws()
    _know_revisions()
    _log_reviews()


def _create_revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("change", _one_of(("stroke", "undo", "redo", "follow")), nullable=False),
        sa.Column("stroke_id", sa.Integer, nullable=True),
        sa.Column("prediction_id", sa.Integer, nullable=True),
        sa.Column("made_by", sa.Text, nullable=True),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("sample_id", "revision", name="pk_revisions"),
        _of_sample("revisions"),
        _check("revisions", "revision", "revision > 0"),
        _check("revisions", "stroke", "(stroke_id IS NULL) = (change = 'follow')"),
        _check("revisions", "prediction", "(prediction_id IS NULL) = (change <> 'follow')"),
    )
    op.create_table(
        "dropped_strokes",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("annotator", sa.Text, nullable=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        *(
            sa.Column(name, sa.LargeBinary, nullable=name not in _NEEDED)
            for name in (
                *_NEEDED, "marks_before", "marks_after", "anchors_added", "anchors_removed",
                "digest", "anchors_digest",
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dropped_strokes"),
        _of_sample("dropped_strokes"),
    )  # fmt: skip
    op.create_index("ix_dropped_strokes_sample_id", "dropped_strokes", ["sample_id"])


def _create_remarks() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("review_id", sa.Integer, nullable=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("vertices", sa.LargeBinary, nullable=True),
        sa.Column("region", sa.Text, nullable=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("resolved_by", sa.Text, nullable=True),
        sa.Column("resolved_at", sa.DateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
        _of_sample("remarks"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_remarks_review_id"),
        _check("remarks", "resolved", "(resolved_by IS NULL) = (resolved_at IS NULL)"),
        _check("remarks", "vertices", "length(vertices) > 0 AND length(vertices) % 2 = 0"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_remarks_sample_id", "remarks", ["sample_id"])
    _refuse("remarks", f"UPDATE OF {_SAID}", "remarks never change but to be resolved")
    _refuse(
        "remarks", "DELETE", "remarks never change but to be resolved", "NOT EXISTS " + _OF_REMOVED
    )
    for action in ("INSERT", "UPDATE"):  # windows show them
        op.execute(
            f"CREATE TRIGGER remarks_count_{action.lower()} AFTER {action} ON remarks BEGIN "
            "DELETE FROM sample_changes WHERE sample_id = NEW.sample_id; "
            "INSERT INTO sample_changes (sample_id) VALUES (NEW.sample_id); END"
        )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.Text, nullable=True),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=True),
        sa.Column("image_id", sa.Integer, nullable=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    for action in ("UPDATE", "DELETE"):
        _refuse("audit", action, "the audit log never changes")
    _refuse(
        "audit",
        "INSERT",
        "the audit log never changes",
        "EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)",  # a REPLACE
    )


def _create_draws() -> None:
    op.create_table(
        "draws",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("drawn_by", sa.Text, nullable=False),
        sa.Column("drawn_at", sa.DateTime, nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draws"),
        _check("draws", "population", "population > 0"),
        _check("draws", "confidence", "confidence > 0 AND confidence < 1"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "drawn_samples",
        sa.Column("draw_id", sa.Integer, nullable=False),
        sa.Column("sample_id", sa.Integer, nullable=False),
        sa.Column("review_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "sample_id", name="pk_drawn_samples"),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.id"], name="fk_drawn_samples_draw_id"),
        _of_sample("drawn_samples"),
    )
    op.create_index("ix_drawn_samples_sample_id", "drawn_samples", ["sample_id"])


def _know_revisions() -> None:
    """Tell which strokes made the revisions of samples that nothing but strokes changed."""
    op.execute(
        "INSERT INTO revisions (sample_id, revision, change, stroke_id, made_by, made_at) "
        "SELECT strokes.sample_id, strokes.sequence, 'stroke', strokes.id, strokes.annotator, "
        "strokes.created_at FROM strokes "
        "JOIN annotations ON annotations.sample_id = strokes.sample_id "
        "JOIN samples ON samples.id = strokes.sample_id "
        "WHERE annotations.revision = samples.stroke_count AND NOT EXISTS "
        "(SELECT 1 FROM strokes AS other WHERE other.sample_id = strokes.sample_id "
        "AND other.undone)"
    )


def _log_reviews() -> None:
    """Enter the verdicts that were given before, a few at a time, in their order."""
    select = sa.text(
        "SELECT reviews.id, reviews.created_at AS at, reviews.reviewer AS who, "
        "reviews.verdict AS what, reviews.sample_id, samples.image_id, reviews.revision, "
        "reviews.reasons, reviews.comment "
        "FROM reviews LEFT JOIN samples ON samples.id = reviews.sample_id "
        f"WHERE reviews.id > :last ORDER BY reviews.id LIMIT {_BATCH}"
    )
    insert = sa.text(
        "INSERT INTO audit (at, who, what, sample_id, image_id, detail) "
        "VALUES (:at, :who, :what, :sample_id, :image_id, :detail)"
    )
    connection, last = op.get_bind(), 0  # ids begin at 1
    while rows := list(connection.execute(select, {"last": last})):
        connection.execute(insert, [_entry(row) for row in rows])
        last = rows[-1].id


def _entry(row: Any) -> dict[str, Any]:
    reasons = [reason for reason in str(row.reasons).split(",") if reason]
    facts = {"comment": str(row.comment), "reasons": reasons, "revision": row.revision}
    detail = json.dumps({name: fact for name, fact in facts.items() if fact not in ("", [])})
    said = {name: getattr(row, name) for name in ("at", "who", "what", "sample_id", "image_id")}
    return {**said, "detail": detail}


def _refuse(table: str, action: str, why: str, condition: str = "TRUE") -> None:
    kind = action.split(maxsplit=1)[0].lower()
    name = "replace" if kind == "insert" else kind
    op.execute(
        f"CREATE TRIGGER {table}_refuse_{name} BEFORE {action} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _of_sample(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=f"fk_{table}_sample_id")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _one_of(values: tuple[str, ...]) -> sa.Enum:
    name = op.f("ck_revisions_change")
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)
