"""What a model said of the faces of a clip, stored in portions: a kill costs one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.project.clips.chunks import chunk_rows, chunks_of, part, piece_of
from annotator.project.clips.errors import OtherTracking
from annotator.project.clips.records import TrackPiece
from annotator.project.clips.rows import tracks_of
from annotator.project.layouts import stored_layout
from annotator.project.matching import intersection_over_union
from annotator.project.tables import ClipRow, ModelRow, TrackingRow, TrackRow

_LOOKED_AT = 8  # frames in which a new track is compared with those of another model
_MOST_DAMAGED = 5  # frames that a face may be without and still go on after a kill
_SAME_FACE = 0.5  # overlap of their boxes in the median


def store_pieces(
    session: Session,
    clip: ClipRow,
    model_id: int,
    layout: MeshLayout,
    pieces: Sequence[TrackPiece],
    *,
    up_to: int,
) -> tuple[int, int]:
    """Store the pieces of the frames up to one; return from which on they are new.

    Raises
    ------
    OtherTracking
        If frames of the pieces are there already.
    ValueError
        If a piece has frames past them, or a face has two.
    """
    tracking = _tracking(session, clip.id, model_id)
    start = tracking.frames_done
    _check(pieces, start, up_to)
    there = [row for row in tracks_of(session, clip.id, model_id) if row.identity is not None]
    tracks = {row.identity: row for row in there}
    last = _last_seen(session, clip.id, model_id, start)
    for piece in pieces:
        track = tracks.get(piece.number)
        if track is not None and track.last_frame != last:
            # Identities are given anew after a kill: this is another face than the one that was
            # lost before.
            track.identity = None
            session.flush()
            track = None
        if track is None:
            track = _new_track(session, clip.id, model_id, layout, piece)
        else:
            track.last_frame = int(piece.frames[-1])
            track.frame_count += len(piece.frames)
        session.add_all(chunks_of(track.id, piece))
    tracking.frames_done = max(start, up_to)
    tracking.updated_at = datetime.now(UTC)
    session.flush()
    return start, tracking.frames_done


def last_pieces(
    session: Session, clip_id: int, model_id: int, layout: MeshLayout
) -> list[TrackPiece]:
    """Return the faces of the last frame that is stored, by the tracker's identities."""
    last = _last_seen(session, clip_id, model_id, frames_done(session, clip_id, model_id))
    found = []
    for row in tracks_of(session, clip_id, model_id):
        if row.identity is not None and row.last_frame == last:
            (chunk,) = chunk_rows(session, row.id, last, last + 1)
            piece = part(piece_of(chunk, layout), slice(-1, None))
            found.append(
                TrackPiece(row.identity, piece.frames, piece.landmarks, piece.presence, piece.doubt)
            )
    return found


def frames_done(session: Session, clip_id: int, model_id: int) -> int:
    """Return how many frames of a clip a model has seen, 0 of one that it was not begun with."""
    query = select(TrackingRow.frames_done).where(
        TrackingRow.clip_id == clip_id, TrackingRow.model_id == model_id
    )
    return session.scalar(query) or 0


def next_identity(session: Session, clip_id: int, model_id: int) -> int:
    """Return an identity greater than all that were stored."""
    query = select(func.max(TrackRow.identity)).where(
        TrackRow.clip_id == clip_id, TrackRow.model_id == model_id
    )
    last = session.scalar(query)
    return 0 if last is None else last + 1


def _tracking(session: Session, clip_id: int, model_id: int) -> TrackingRow:
    query = select(TrackingRow).where(
        TrackingRow.clip_id == clip_id, TrackingRow.model_id == model_id
    )
    row = session.scalar(query)
    if row is None:
        now = datetime.now(UTC)
        row = TrackingRow(
            clip_id=clip_id, model_id=model_id, frames_done=0, started_at=now, updated_at=now
        )
        session.add(row)
    return row


def _check(pieces: Sequence[TrackPiece], start: int, up_to: int) -> None:
    if len({piece.number for piece in pieces}) != len(pieces):
        raise ValueError("a face has one piece in a portion")
    for piece in pieces:
        if piece.frames[0] < start:
            raise OtherTracking(
                f"frames up to {start - 1} are tracked already: another program tracks this clip "
                "with the same model; let it finish, or go on where it is"
            )
        if piece.frames[-1] >= up_to:
            raise ValueError(f"a piece has frame {piece.frames[-1]}, but is of those up to {up_to}")


def _last_seen(session: Session, clip_id: int, model_id: int, start: int) -> int | None:
    """Return the last stored frame with a face, None where that is too far before `start`.

    It need not be the one before: damaged frames have no meshes.
    """
    query = select(func.max(TrackRow.last_frame)).where(
        TrackRow.clip_id == clip_id, TrackRow.model_id == model_id
    )
    last = session.scalar(query)
    return None if last is None or last < start - _MOST_DAMAGED else last


def _new_track(
    session: Session, clip_id: int, model_id: int, layout: MeshLayout, piece: TrackPiece
) -> TrackRow:
    row = TrackRow(
        clip_id=clip_id,
        model_id=model_id,
        number=_number_for(session, clip_id, model_id, piece),
        identity=piece.number,
        first_frame=int(piece.frames[0]),
        last_frame=int(piece.frames[-1]),
        frame_count=len(piece.frames),
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return row


def _number_for(session: Session, clip_id: int, model_id: int, piece: TrackPiece) -> int:
    """Return what people know a face by: the number of the track that another model has there.

    Where there is none, or it is another track's by now, a number that no track of the clip has.
    """
    mine = {row.number for row in tracks_of(session, clip_id, model_id)}
    best, found = _SAME_FACE, None
    frames = piece.frames[:: max(1, len(piece.frames) // _LOOKED_AT)]
    others = select(TrackRow).where(
        TrackRow.clip_id == clip_id,
        TrackRow.model_id != model_id,
        TrackRow.number.not_in(mine),
        TrackRow.first_frame <= int(frames[-1]),
        TrackRow.last_frame >= int(frames[0]),
    )
    for other in session.scalars(others.order_by(TrackRow.id)):
        overlap = _overlap(session, other, piece, frames)
        if overlap >= best:  # of equals the newer one
            best, found = overlap, other.number
    if found is not None:
        return found
    last = session.scalar(select(func.max(TrackRow.number)).where(TrackRow.clip_id == clip_id))
    return 1 + (last or 0)


def _overlap(
    session: Session, other: TrackRow, piece: TrackPiece, frames: npt.NDArray[np.integer]
) -> float:
    """Return how far the boxes of two tracks overlap, in the median of the frames of both."""
    layout = stored_layout(
        session.scalars(select(ModelRow.layout).where(ModelRow.id == other.model_id)).one()
    )
    found = []
    there = {int(frame): mesh for frame, mesh in zip(piece.frames, piece.landmarks, strict=True)}
    for row in chunk_rows(session, other.id, int(frames[0]), int(frames[-1]) + 1):
        stored = piece_of(row, layout)
        for at in np.flatnonzero(np.isin(stored.frames, frames)):
            pair = stored.landmarks[at], there[int(stored.frames[at])]
            found.append(intersection_over_union(*map(bounding_box, pair)))
    return float(np.median(found)) if found else 0.0
