"""Chunks of tracks that are not what was stored: found, and named for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.clips.chunks import is_sound
from annotator.project.damage import bytes_of
from annotator.project.paths import display_name
from annotator.project.tables import ClipRow, TrackChunkRow, TrackRow

_BATCH = 20  # chunks in memory at once


@dataclass(frozen=True, slots=True)
class DamagedTrack:
    """Frames of a track whose bytes are not those that were stored.

    Attributes
    ----------
    clip_name
        Fit for display.
    track
        The number of the face.
    first_frame, last_frame
        Of the chunk.
    """

    clip_id: int
    clip_name: str
    track: int
    first_frame: int
    last_frame: int

    def __str__(self) -> str:
        return (
            f"face {self.track} in frames {self.first_frame} to {self.last_frame} of "
            f"{self.clip_name} is damaged: the bytes of its meshes are not those that were stored"
        )


def damaged_tracks(session: Session) -> Iterator[DamagedTrack]:
    """Yield what is damaged of all tracks, of removed clips too; all chunks are read once."""
    columns = TrackChunkRow.__mapper__.column_attrs.keys()
    query = (
        select(
            *(bytes_of(getattr(TrackChunkRow, name)) for name in columns),
            TrackRow.number,
            ClipRow.id.label("clip_id"),
            ClipRow.path,
        )
        .join(TrackRow, TrackRow.id == TrackChunkRow.track_id)
        .join(ClipRow, ClipRow.id == TrackRow.clip_id)
        .order_by(TrackChunkRow.track_id, TrackChunkRow.first_frame)
        .execution_options(yield_per=_BATCH)
    )
    for row in session.execute(query):
        if not is_sound(row):
            yield DamagedTrack(
                row.clip_id, display_name(row.path), row.number, row.first_frame, row.last_frame
            )
