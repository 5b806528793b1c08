"""What is known of a track besides its meshes, which are not read for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.tables import TrackChunkRow


@dataclass(frozen=True, slots=True, eq=False)
class TrackSeen:
    """Where a face is seen in a clip.

    Attributes
    ----------
    frames
        (k,) int64, ascending: those in which it has a mesh.
    presence
        (k,) float32, how sure the model is that it is a face.
    doubt
        (k,) float32 in shares of the outer IOD; NaN where it is not known.
    """

    frames: npt.NDArray[np.int64]
    presence: npt.NDArray[np.float32]
    doubt: npt.NDArray[np.float32]


def track_seen(session: Session, track_id: int) -> TrackSeen:
    """Return where a track's face is seen; 18,000 frames are 120 small rows."""
    columns = (
        TrackChunkRow.first_frame, TrackChunkRow.frames, TrackChunkRow.presence,
        TrackChunkRow.doubt,
    )  # fmt: skip
    query = select(*columns).where(TrackChunkRow.track_id == track_id)
    rows = session.execute(query.order_by(TrackChunkRow.first_frame)).all()
    none = np.zeros(0, np.float32)
    return TrackSeen(
        np.concatenate(
            [np.zeros(0, np.int64), *(r.first_frame + r.frames.astype(np.int64) for r in rows)]
        ),
        np.concatenate([none, *(row.presence for row in rows)]),
        np.concatenate([none, *(row.doubt for row in rows)]),
    )
