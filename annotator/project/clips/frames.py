"""Frames of clips that become images, with their faces as samples linked to their tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.project.clips.chunks import pieces_between
from annotator.project.clips.errors import NoFaceThere, SamePicture
from annotator.project.engine.base import Engine
from annotator.project.image_records import NewImage
from annotator.project.image_rows import IN_PROJECT
from annotator.project.known_samples import known_samples, round_place
from annotator.project.locking import locked
from annotator.project.matching import match_boxes
from annotator.project.models import layout_of_model
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.paths import ImagePaths
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.records import SampleState
from annotator.project.tables import (
    ClipRow,
    ImageRow,
    PredictionRow,
    PredictionRunRow,
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


def put_faces(
    session: Session,
    engine: Engine,
    image_id: int,
    model_id: int,
    meshes: Sequence[TrackedMesh],
    *,
    adds: int | None = None,
) -> None:
    """Let an image have the faces of tracks as a model's predictions, and its samples the tracks.

    Where the model has seen the image already nothing is predicted anew: its samples are linked.
    The face of the track `adds` becomes a sample all the same where it is none of them.
    """
    layout = layout_of_model(session, model_id)
    faces = [Face.checked(mesh.landmarks, layout, mesh.presence, mesh.presence) for mesh in meshes]
    place = round_place(session, model_id)
    seen = select(PredictionRunRow.image_id).where(
        PredictionRunRow.model_id == model_id, PredictionRunRow.image_id == image_id
    )
    rows = PredictionRows(model_id, is_past=place.is_past)
    if session.scalar(seen) is None:
        known = known_samples(session, engine, place, [image_id]).get(image_id, [])
        rows.add_image(image_id, faces, known)
        rows.write(session, engine)
        session.expire_all()
    left = _link(session, image_id, model_id, meshes, only_new=place.is_past)
    if adds in left:
        wanted = [face for face, mesh in zip(faces, meshes, strict=True) if mesh.track_id == adds]
        _add(session, engine, image_id, model_id, wanted)
        _link(session, image_id, model_id, meshes, only_new=place.is_past)


def _add(
    session: Session, engine: Engine, image_id: int, model_id: int, faces: Sequence[Face]
) -> None:
    last = session.scalar(
        select(func.max(SampleRow.face_index)).where(SampleRow.image_id == image_id)
    )
    rows, index = PredictionRows(model_id), 0 if last is None else last + 1
    for face in faces:
        rows.add_sample(image_id, index, face)
        index += 1
    rows.write(session, engine)


def _link(
    session: Session,
    image_id: int,
    model_id: int,
    meshes: Sequence[TrackedMesh],
    *,
    only_new: bool,
) -> set[int]:
    """Link samples to tracks by what the model said of them, else by their boxes.

    Returns
    -------
    set of int
        The tracks that no sample is linked to.
    """
    left = {mesh.track_id: bounding_box(mesh.landmarks) for mesh in meshes}
    by_prediction = (
        select(SampleRow.id, SampleRow.state, PredictionRow.landmarks)
        .join(PredictionRow, PredictionRow.sample_id == SampleRow.id)
        .where(SampleRow.image_id == image_id, IS_ORIGINAL, PredictionRow.model_id == model_id)
        .order_by(SampleRow.id)
    )
    said = [
        (row.id, row.state is SampleState.DELETED, bounding_box(row.landmarks))
        for row in session.execute(by_prediction)
    ]
    shown = select(SampleRow).where(SampleRow.image_id == image_id, IS_ORIGINAL)
    drawn = [
        (
            row.id,
            row.state is SampleState.DELETED,
            (row.box_left, row.box_top, row.box_width, row.box_height),
        )
        for row in session.scalars(shown.order_by(SampleRow.id))
    ]
    linked: dict[int, int] = {}
    for samples in (said, drawn):
        free = [each for each in samples if each[0] not in linked.values()]
        tracks = list(left)
        matches = match_boxes(
            [left[track] for track in tracks],
            [box for *_, box in free],
            deleted=[at for at, (_, is_deleted, _) in enumerate(free) if is_deleted],
        )
        for track, match in zip(tracks, matches, strict=True):
            if match is not None:
                linked[track] = free[match][0]
                del left[track]
    for track, sample_id in linked.items():
        change = update(SampleRow).where(SampleRow.id == sample_id)
        change = change.where(SampleRow.track_id.is_distinct_from(track))
        if only_new:
            change = change.where(SampleRow.track_id.is_(None))
        session.execute(change.values(track_id=track))
    return set(left)


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
