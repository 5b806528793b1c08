"""Frames of clips that become images, with their faces as samples linked to their tracks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.clips.chunks import pieces_between
from annotator.project.clips.errors import NoFaceThere, SamePicture
from annotator.project.image_records import NewImage
from annotator.project.image_rows import IN_PROJECT
from annotator.project.locking import locked
from annotator.project.models import layout_of_model
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.paths import ImagePaths
from annotator.project.tables import (
    ClipRow,
    ImageRow,
    SampleRow,
    TrackRow,
)


@dataclass(frozen=True, slots=True, eq=False)
class TrackedMesh:
    """The mesh of a track in a frame, (n, 3), and how sure the model was that it is a face."""

    track_id: int
    landmarks: npt.NDArray[np.float32]
    presence: float


def meshes_in(session: Session, clip_id: int, model_id: int, frame: int) -> list[TrackedMesh]:
    """Return the meshes of all tracks of a model in a frame, in the order of their numbers."""
    layout = layout_of_model(session, model_id)
    query = (
        select(TrackRow.id)
        .where(
            TrackRow.clip_id == clip_id,
            TrackRow.model_id == model_id,
            TrackRow.first_frame <= frame,
            TrackRow.last_frame >= frame,
        )
        .order_by(TrackRow.number)
    )
    found = [mesh_at(session, track_id, layout, frame) for track_id in session.scalars(query)]
    return [mesh for mesh in found if mesh is not None]


def mesh_at(session: Session, track_id: int, layout: MeshLayout, frame: int) -> TrackedMesh | None:
    """Return the mesh of a track in a frame, None where the face is not seen."""
    for piece in pieces_between(session, track_id, layout, frame, frame + 1):
        for at in np.flatnonzero(piece.frames == frame):
            return TrackedMesh(track_id, piece.landmarks[at], float(piece.presence[at]))
    return None


def image_of(
    session: Session, paths: ImagePaths, clip: ClipRow, frame: int, entry: NewImage
) -> ImageRow:
    """Return the image of a frame, locked; it is made, or brought back, where there is none.

    Raises
    ------
    SamePicture
        If its picture is another frame's.
    """
    row = session.scalar(locked(_at(clip.id, frame), ImageRow))
    if row is None:
        same = select(ImageRow).where(
            ImageRow.sha256 == entry.sha256, ImageRow.frame.is_not_distinct_from(entry.frame)
        )
        row = session.scalar(locked(same, ImageRow))
        if row is not None and row.clip_id is not None:
            raise SamePicture(
                f"frame {frame} is the same picture as frame {row.clip_frame} of clip "
                f"{row.clip_id}, byte by byte: annotate it there"
            )
    if row is None:
        row = ImageRow(
            path=paths.stored(entry.path),
            sha256=entry.sha256,
            frame=entry.frame,
            width=entry.width,
            height=entry.height,
            file_size=entry.file_size,
            modified_ns=entry.modified_ns,
            coded_sha256=entry.coded_sha256,
            added_at=datetime.now(UTC),
        )
        session.add(row)
    row.clip_id, row.clip_frame, row.clip_time = clip.id, frame, float(clip.times[frame])
    row.removed_at = None
    session.flush()
    return row


def sample_of(track_id: int, frame: int) -> Select[int]:
    """Return what asks for the sample of a track in a frame."""
    return (
        select(SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.track_id == track_id, ImageRow.clip_frame == frame, IS_ORIGINAL)
        .where(IN_PROJECT)
        .order_by(SampleRow.id)
        .limit(1)
    )


def no_face(track_id: int, frame: int) -> NoFaceThere:
    """Return the error for a frame in which a track has no mesh."""
    return NoFaceThere(f"track {track_id} has no face in frame {frame}: take another frame")


def _at(clip_id: int, frame: int) -> Select[ImageRow]:
    return select(ImageRow).where(ImageRow.clip_id == clip_id, ImageRow.clip_frame == frame)
