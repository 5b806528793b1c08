"""Identities of tracks put right: a track cut where another face begins, or two joined to one."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.audit import note
from annotator.project.clips.chunks import chunk_digest, chunk_rows, chunks_of, part, piece_of
from annotator.project.clips.errors import TracksOverlap
from annotator.project.tables import ImageRow, SampleRow, TrackChunkRow, TrackRow

_END = 2**31 - 1  # past all frames


def cut(session: Session, track: TrackRow, layout: MeshLayout, frame: int, who: str) -> TrackRow:
    """Make what a track has from a frame on a track of its own, with a new number.

    Raises
    ------
    TracksOverlap
        If there is nothing before that frame, or nothing from it on.
    """
    if not track.first_frame < frame <= track.last_frame:
        raise TracksOverlap(
            f"track {track.number} has the frames {track.first_frame} to {track.last_frame}: cut "
            f"it at one from {track.first_frame + 1} on"
        )
    tail = _new_tail(session, track, frame)
    moved = 0
    for row in chunk_rows(session, track.id, frame, _END):
        frames = _move(session, row, layout, tail, frame)
        if not moved:  # frames may be missing between
            tail.first_frame = int(frames[0])
        moved += len(frames)
    tail.frame_count, track.frame_count = moved, track.frame_count - moved
    session.flush()
    track.last_frame = _last_frame(session, track)
    _move_samples(session, track.id, tail.id, frame)
    note(
        session, "cut_track", who, clip=track.clip_id, track=track.number, frame=frame,
        other=tail.number,
    )  # fmt: skip
    session.flush()
    return tail


def join(session: Session, track: TrackRow, other: TrackRow, who: str) -> None:
    """Make two tracks one, with the number of the first; the other is gone.

    Raises
    ------
    TracksOverlap
        If they are of different clips or models, or one is seen while the other is.
    """
    if (track.clip_id, track.model_id) != (other.clip_id, other.model_id) or track is other:
        raise TracksOverlap("two tracks of one clip, by one model, can be joined")
    if track.first_frame <= other.last_frame and other.first_frame <= track.last_frame:
        first = max(track.first_frame, other.first_frame)
        last = min(track.last_frame, other.last_frame)
        raise TracksOverlap(
            f"tracks {track.number} and {other.number} both have the frames {first} to {last}: one "
            "face is not seen twice; cut one of them first"
        )
    later = max(track, other, key=lambda row: row.first_frame)
    facts = {"frame": later.first_frame, "other": other.number}
    identity = later.identity
    track.identity = other.identity = None
    for row in chunk_rows(session, other.id, 0, _END):
        row.track_id = track.id
        row.digest = chunk_digest(row)
    session.flush()
    _move_samples(session, other.id, track.id, 0)
    track.first_frame = min(track.first_frame, other.first_frame)
    track.last_frame = max(track.last_frame, other.last_frame)
    track.frame_count += other.frame_count
    session.delete(other)
    session.flush()
    track.identity = identity
    note(session, "join_tracks", who, clip=track.clip_id, track=track.number, **facts)


def _new_tail(session: Session, track: TrackRow, frame: int) -> TrackRow:
    """Add a track that has what another one had from a frame on; the tracker goes on with it."""
    last = session.scalar(
        select(func.max(TrackRow.number)).where(TrackRow.clip_id == track.clip_id)
    )
    identity, track.identity = track.identity, None
    session.flush()
    tail = TrackRow(
        clip_id=track.clip_id,
        model_id=track.model_id,
        number=1 + (last or 0),
        identity=identity,
        first_frame=frame,
        last_frame=track.last_frame,
        frame_count=1,  # until its chunks are known
        created_at=datetime.now(UTC),
    )
    session.add(tail)
    session.flush()
    return tail


def _move(
    session: Session, row: TrackChunkRow, layout: MeshLayout, tail: TrackRow, frame: int
) -> NDArray[np.integer]:
    """Give a chunk to the tail, or what it has from a frame on; return the frames that moved."""
    if row.first_frame >= frame:
        frames = row.first_frame + row.frames.astype(np.int64)
        row.track_id = tail.id
        row.digest = chunk_digest(row)
        return frames
    piece, head = piece_of(row, layout), row.track_id
    is_later = piece.frames >= frame
    session.delete(row)
    session.flush()
    session.add_all(chunks_of(head, part(piece, ~is_later)))
    session.add_all(chunks_of(tail.id, part(piece, is_later)))
    return piece.frames[is_later]


def _last_frame(session: Session, track: TrackRow) -> int:
    query = select(func.max(TrackChunkRow.last_frame)).where(TrackChunkRow.track_id == track.id)
    return session.scalars(query).one()


def _move_samples(session: Session, track_id: int, other_id: int, frame: int) -> None:
    """Link the samples of a track, from a frame on, to another one, opinions too."""
    moving = select(ImageRow.id).where(ImageRow.clip_frame >= frame)
    session.execute(
        update(SampleRow)
        .where(SampleRow.track_id == track_id, SampleRow.image_id.in_(moving))
        .values(track_id=other_id)
    )
