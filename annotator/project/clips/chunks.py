"""The chunks of tracks: meshes of some frames one after the other, packed, and read again."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import PackedMeshesError, pack_meshes, unpack_meshes
from annotator.project.clips.records import TrackPiece
from annotator.project.digests import DIGEST_SIZE, AnyRow
from annotator.project.errors import RESTORE, DamagedProject
from annotator.project.tables import TrackChunkRow

CHUNK = 150
"""Frames in a chunk at most: a look at one frame unpacks no more meshes than these."""


def chunks_of(track_id: int, piece: TrackPiece) -> Iterator[TrackChunkRow]:
    """Yield the rows that a piece of a track becomes, none of more than `CHUNK` frames."""
    start = 0
    while start < len(piece.frames):
        stop = int(np.searchsorted(piece.frames, piece.frames[start] + CHUNK))
        yield _chunk(track_id, part(piece, slice(start, stop)))
        start = stop


def part(piece: TrackPiece, some: slice | npt.NDArray[np.bool_]) -> TrackPiece:
    """Return some frames of a piece."""
    return TrackPiece(
        piece.number,
        piece.frames[some],
        piece.landmarks[some],
        piece.presence[some],
        piece.doubt[some],
    )


def joined(number: int, layout: MeshLayout, pieces: Sequence[TrackPiece]) -> TrackPiece:
    """Return pieces, in the order of their frames, as one; without any, one of no frames."""
    none = np.zeros(0, np.float32)
    return TrackPiece(
        number,
        np.concatenate([np.zeros(0, np.int64), *(piece.frames for piece in pieces)]),
        np.concatenate(
            [np.zeros((0, layout.count, 3), np.float32), *(piece.landmarks for piece in pieces)]
        ),
        np.concatenate([none, *(piece.presence for piece in pieces)]),
        np.concatenate([none, *(piece.doubt for piece in pieces)]),
    )


def pieces_between(
    session: Session, track_id: int, layout: MeshLayout, start: int, stop: int
) -> Iterator[TrackPiece]:
    """Yield what the chunks with a frame in ``start <= frame < stop`` hold, whole chunks.

    Raises
    ------
    DamagedProject
        If one is not what was stored.
    """
    for row in session.scalars(_between(track_id, start, stop)):
        yield piece_of(row, layout)


def chunk_rows(session: Session, track_id: int, start: int, stop: int) -> list[TrackChunkRow]:
    """Return the rows of the chunks with a frame in ``start <= frame < stop``."""
    return list(session.scalars(_between(track_id, start, stop)))


def piece_of(row: TrackChunkRow, layout: MeshLayout) -> TrackPiece:
    """Return what a chunk holds, or raise `DamagedProject`."""
    if row.digest != chunk_digest(row):
        raise damaged_chunk(row)
    try:
        meshes = unpack_meshes(row.meshes, layout.count, frames=len(row.frames))
    except PackedMeshesError as error:
        raise damaged_chunk(row) from error
    frames = row.first_frame + row.frames.astype(np.int64)
    return TrackPiece(row.track_id, frames, meshes, row.presence, row.doubt)


def doubted(row: TrackChunkRow, doubt: npt.NDArray[np.float32]) -> None:
    """Give a chunk other doubts, (k,)."""
    row.doubt = doubt
    row.digest = chunk_digest(row)


def chunk_digest(row: TrackChunkRow) -> bytes:
    """Return what tells whether a chunk's bytes are those that were stored, at its place."""
    arrays = (row.frames.astype("<u2"), row.presence.astype("<f4"), row.doubt.astype("<f4"))
    place = row.track_id, row.first_frame, row.last_frame
    return _digest(place, *(array.tobytes() for array in arrays), row.meshes)


def is_sound(row: AnyRow) -> bool:
    """Return whether a chunk, all as it is in the database, is what was stored."""
    place = row.track_id, row.first_frame, row.last_frame
    blobs = row.frames, row.presence, row.doubt, row.meshes
    if not all(isinstance(number, int) for number in place):
        return False
    return all(isinstance(blob, bytes) for blob in blobs) and row.digest == _digest(place, *blobs)


def _digest(place: tuple[int, ...], *blobs: bytes) -> bytes:
    digest = blake2b(struct.pack("<3q", *place), digest_size=DIGEST_SIZE, person=b"track chunk")
    for blob in blobs:
        digest.update(struct.pack("<q", len(blob)))
        digest.update(blob)
    return digest.digest()


def damaged_chunk(row: TrackChunkRow) -> DamagedProject:
    """Return the error for a chunk whose bytes are not those that were stored."""
    return DamagedProject(
        f"frames {row.first_frame} to {row.last_frame} of track {row.track_id} are damaged: the "
        f"bytes of their meshes are not those that were stored; {RESTORE}, or track the clip again"
    )


def _between(track_id: int, start: int, stop: int) -> Select[TrackChunkRow]:
    at_start = (
        select(func.max(TrackChunkRow.first_frame))
        .where(TrackChunkRow.track_id == track_id, TrackChunkRow.first_frame <= start)
        .scalar_subquery()
    )
    return (
        select(TrackChunkRow)
        .where(
            TrackChunkRow.track_id == track_id,
            TrackChunkRow.first_frame >= func.coalesce(at_start, start),
            TrackChunkRow.first_frame < stop,
            TrackChunkRow.last_frame >= start,
        )
        .order_by(TrackChunkRow.first_frame)
    )


def _chunk(track_id: int, piece: TrackPiece) -> TrackChunkRow:
    first = int(piece.frames[0])
    row = TrackChunkRow(
        track_id=track_id,
        first_frame=first,
        last_frame=int(piece.frames[-1]),
        frames=(piece.frames - first).astype(np.uint16),
        presence=np.asarray(piece.presence, np.float32),
        doubt=np.asarray(piece.doubt, np.float32),
        meshes=pack_meshes(piece.landmarks),
    )
    row.digest = chunk_digest(row)
    return row
