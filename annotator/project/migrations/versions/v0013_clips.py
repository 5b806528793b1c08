"""Clips, the faces tracked through them, and which frame of which clip an image is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add four tables, and columns to two; no row is written."""
    _create_clips()
    _create_trackings()
    _create_tracks()
    op.execute(
        "ALTER TABLE images ADD COLUMN clip_id INTEGER "
        "CONSTRAINT fk_images_clip_id REFERENCES clips (id)"
    )
    op.execute(
        "ALTER TABLE images ADD COLUMN clip_frame INTEGER CONSTRAINT ck_images_clip_frame "
        "CHECK (clip_frame >= 0 AND (clip_id IS NULL) = (clip_frame IS NULL))"
    )
    op.execute(
        "ALTER TABLE images ADD COLUMN clip_time FLOAT CONSTRAINT ck_images_clip_time "
        "CHECK (clip_time >= 0 AND (clip_id IS NULL) = (clip_time IS NULL))"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_images_clip ON images (clip_id, clip_frame) "
        "WHERE clip_id IS NOT NULL"
    )
    op.execute(
        "ALTER TABLE samples ADD COLUMN track_id INTEGER "
        "CONSTRAINT fk_samples_track_id REFERENCES tracks (id)"
    )
    op.execute("CREATE INDEX ix_samples_track_id ON samples (track_id) WHERE track_id IS NOT NULL")


def _create_clips() -> None:
    op.create_table(
        "clips",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("frame_count", sa.Integer, nullable=False),
        sa.Column("duration", sa.Float, nullable=False),
        sa.Column("is_folder", sa.Boolean, nullable=False),
        sa.Column("file_size", sa.BigInteger, nullable=True),
        sa.Column("modified_ns", sa.BigInteger, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.Column("removed_at", sa.DateTime, nullable=True),
        sa.Column("times", sa.LargeBinary, nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clips"),
        sa.UniqueConstraint("sha256", name="uq_clips_sha256"),
        _check("clips", "sha256_length", "length(sha256) = 64"),
        _check("clips", "size", "width > 0 AND height > 0"),
        _check("clips", "times_length", "length(times) = 8 * frame_count AND frame_count > 0"),
        _check("clips", "files", "is_folder = (files IS NOT NULL)"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clips_path", "clips", ["path"])


def _create_trackings() -> None:
    op.create_table(
        "trackings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("clip_id", sa.Integer, nullable=False),
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("frames_done", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trackings"),
        sa.UniqueConstraint("clip_id", "model_id", name="uq_trackings_clip_id"),
        _of("clips", "trackings", "clip_id"),
        _of("models", "trackings", "model_id"),
        _check("trackings", "frames_done", "frames_done >= 0"),
        sqlite_autoincrement=True,
    )


def _create_tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("clip_id", sa.Integer, nullable=False),
        sa.Column("model_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("identity", sa.Integer, nullable=True),
        sa.Column("first_frame", sa.Integer, nullable=False),
        sa.Column("last_frame", sa.Integer, nullable=False),
        sa.Column("frame_count", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
        sa.UniqueConstraint("clip_id", "model_id", "number", name="uq_tracks_clip_id"),
        _of("clips", "tracks", "clip_id"),
        _of("models", "tracks", "model_id"),
        _check("tracks", "number", "number > 0"),
        _check(
            "tracks",
            "frames",
            "0 <= first_frame AND first_frame <= last_frame "
            "AND frame_count BETWEEN 1 AND last_frame - first_frame + 1",
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "track_chunks",
        sa.Column("track_id", sa.Integer, nullable=False),
        sa.Column("first_frame", sa.Integer, nullable=False),
        sa.Column("last_frame", sa.Integer, nullable=False),
        sa.Column("frames", sa.LargeBinary, nullable=False),
        sa.Column("presence", sa.LargeBinary, nullable=False),
        sa.Column("doubt", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("meshes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("track_id", "first_frame", name="pk_track_chunks"),
        _of("tracks", "track_chunks", "track_id"),
        _check("track_chunks", "frames", "0 <= first_frame AND first_frame <= last_frame"),
        _check(
            "track_chunks",
            "lengths",
            "length(frames) > 0 AND length(presence) = 2 * length(frames) "
            "AND length(doubt) = 2 * length(frames)",
        ),
        _check("track_chunks", "digest_length", "length(digest) = 8"),
    )


def _of(table: str, of: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_{of}_{column}")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
