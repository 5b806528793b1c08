"""Tracks' meshes as predictions of a frame that is an image; its samples linked to the tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import bounding_box
from annotator.project.clips.frames import TrackedMesh
from annotator.project.engine.base import Engine
from annotator.project.known_samples import known_samples, round_place
from annotator.project.matching import Box, match_boxes
from annotator.project.models import layout_of_model
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.records import SampleState
from annotator.project.tables import PredictionRow, PredictionRunRow, SampleRow


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
    linked: dict[int, int] = {}
    for samples in (_as_predicted(session, image_id, model_id), _as_drawn(session, image_id)):
        free = [each for each in samples if each.sample_id not in linked.values()]
        tracks = list(left)
        matches = match_boxes(
            [left[track] for track in tracks],
            [each.box for each in free],
            deleted=[at for at, each in enumerate(free) if each.is_deleted],
        )
        for track, match in zip(tracks, matches, strict=True):
            if match is not None:
                linked[track] = free[match].sample_id
                del left[track]
    for track, sample_id in linked.items():
        change = update(SampleRow).where(SampleRow.id == sample_id)
        change = change.where(SampleRow.track_id.is_distinct_from(track))
        if only_new:
            change = change.where(SampleRow.track_id.is_(None))
        session.execute(change.values(track_id=track))
    return set(left)


class _Place(NamedTuple):
    """Where a sample lies in its image: left, top, width and height of its box, in px."""

    sample_id: int
    is_deleted: bool
    box: Box


def _as_predicted(session: Session, image_id: int, model_id: int) -> list[_Place]:
    """Return where the samples of an image lie by what a model said of them."""
    query = (
        select(SampleRow.id, SampleRow.state, PredictionRow.landmarks)
        .join(PredictionRow, PredictionRow.sample_id == SampleRow.id)
        .where(SampleRow.image_id == image_id, IS_ORIGINAL, PredictionRow.model_id == model_id)
        .order_by(SampleRow.id)
    )
    return [
        _Place(row.id, row.state is SampleState.DELETED, bounding_box(row.landmarks))
        for row in session.execute(query)
    ]


def _as_drawn(session: Session, image_id: int) -> list[_Place]:
    """Return where the samples of an image lie by their own boxes."""
    query = select(SampleRow).where(SampleRow.image_id == image_id, IS_ORIGINAL)
    return [
        _Place(
            row.id,
            row.state is SampleState.DELETED,
            (row.box_left, row.box_top, row.box_width, row.box_height),
        )
        for row in session.scalars(query.order_by(SampleRow.id))
    ]
