"""The rows of clips and tracks: looked up, and as the store hands them out."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from annotator.project.clips.errors import UnknownClip, UnknownTrack
from annotator.project.clips.records import ClipRecord, TrackRecord
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths, display_name
from annotator.project.tables import ClipRow, TrackingRow, TrackRow

IN_PROJECT: ColumnElement[bool] = ClipRow.removed_at.is_(None)
"""What holds of clips that nobody removed."""

_OF_TRACK = tuple(field.name for field in fields(TrackRecord))


def clip_row(session: Session, clip_id: int, *, to_change: bool = False) -> ClipRow:
    """Return a clip's row, of a removed one too, or raise `UnknownClip`."""
    query = select(ClipRow).where(ClipRow.id == clip_id)
    row = session.scalar(locked(query, ClipRow) if to_change else query)
    if row is None:
        raise UnknownClip(f"there is no clip {clip_id} in this project")
    return row


def clip_in_project(session: Session, clip_id: int) -> ClipRow:
    """Return the row of a clip that is to be worked on, locked, or raise `UnknownClip`."""
    row = clip_row(session, clip_id, to_change=True)
    if row.removed_at is not None:
        raise UnknownClip(f"clip {clip_id} was removed from this project: add it again first")
    return row


def clip_record(row: ClipRow, paths: ImagePaths) -> ClipRecord:
    """Return a row as the store hands it out."""
    path = paths.absolute(row.path)
    return ClipRecord(
        id=row.id,
        path=path,
        name=display_name(path),
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        frame_count=row.frame_count,
        duration=row.duration,
        is_folder=row.is_folder,
        added_at=row.added_at,
        files=(row.files or ()) if row.is_folder else (),
    )


def track_row(session: Session, track_id: int, *, to_change: bool = False) -> TrackRow:
    """Return a track's row, or raise `UnknownTrack`."""
    query = select(TrackRow).where(TrackRow.id == track_id)
    row = session.scalar(locked(query, TrackRow) if to_change else query)
    if row is None:
        raise UnknownTrack(
            f"there is no track {track_id} in this project: it was joined to another, or its clip "
            "is gone"
        )
    return row


def track_record(row: TrackRow) -> TrackRecord:
    """Return a row as the store hands it out."""
    return TrackRecord(**{name: getattr(row, name) for name in _OF_TRACK})


def newest_model(session: Session, clip_id: int) -> int | None:
    """Return the model whose tracking of a clip was begun last; None if nothing is tracked."""
    query = (
        select(TrackingRow.model_id)
        .where(TrackingRow.clip_id == clip_id)
        .order_by(TrackingRow.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def tracks_of(session: Session, clip_id: int, model_id: int) -> list[TrackRow]:
    """Return the tracks of a clip by a model, in the order of their numbers."""
    query = select(TrackRow).where(TrackRow.clip_id == clip_id, TrackRow.model_id == model_id)
    return list(session.scalars(query.order_by(TrackRow.number)))
