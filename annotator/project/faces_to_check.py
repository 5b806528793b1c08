"""The faces of photographs with all that checks of their meshes ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from annotator.mesh.layout import MeshLayout
from annotator.project.damage import damaged_meshes
from annotator.project.engine.base import Engine, chunks
from annotator.project.image_rows import IN_PROJECT
from annotator.project.layouts import check_stored, stored_layout
from annotator.project.opinion_rows import IS_ORIGINAL, shown_to
from annotator.project.records import SampleState, Verdict
from annotator.project.review_rows import changed_since_sent_back
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
)

Landmarks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FaceToCheck:
    """A face of a photograph, as checks have to know it.

    Attributes
    ----------
    revision
        Of the annotation.
    prediction, landmarks
        (n, 3) what the model said, and the mesh as it stands, in pixels of the upright image;
        read-only.
    strokes
        Those in effect.
    marks_changed
        Whether a vertex is marked or pinned.
    changed_since_sent_back
        Whether it was changed since it was sent back last; None where it never was, where a later
        verdict followed, and where that was taken back.
    accepted_revision
        The newest one that somebody accepted; None if nobody ever did.
    added_by
        Who drew the box of a face that the detector had missed.
    """

    sample_id: int
    face_index: int
    state: SampleState
    revision: int
    layout: MeshLayout
    prediction: Landmarks
    landmarks: Landmarks
    strokes: int
    marks_changed: bool
    changed_since_sent_back: bool | None
    accepted_revision: int | None
    added_by: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PhotographToCheck:
    """A photograph with all its faces, but for deleted and damaged ones.

    Attributes
    ----------
    size
        Width and height in pixels.
    """

    image_id: int
    size: tuple[int, int]
    faces: tuple[FaceToCheck, ...]


def images_of(session: Session, engine: Engine, sample_ids: Iterable[int] | None) -> dict[int, int]:
    """Return the id of each sample's image; see `Samples.images_of`."""
    query = select(SampleRow.id, SampleRow.image_id)
    if sample_ids is None:
        every = query.join(ImageRow, ImageRow.id == SampleRow.image_id)
        every = every.where(IN_PROJECT, IS_ORIGINAL)
        return dict(session.execute(every.order_by(SampleRow.image_id, SampleRow.face_index)).all())
    asked = list(dict.fromkeys(sample_ids))
    found: dict[int, int] = {}
    for some in chunks(asked, engine):
        found |= dict(session.execute(query.where(SampleRow.id.in_(some))).all())
    return {sample_id: found[sample_id] for sample_id in asked if sample_id in found}


def load_to_check(
    session: Session, engine: Engine, sample_ids: Collection[int]
) -> list[PhotographToCheck]:
    """Return the photographs on which some samples are, each once, by id.

    One with an opinion that is asked about is there once more for each such annotator, with the
    faces as they are shown to them: opinions in the places of the faces that they are about.
    Damaged meshes are left out: whoever goes to one is told.

    Raises
    ------
    NewerProject, DamagedProject
        If a mesh is of a layout that this program does not know, or not what is stored for it.
    """
    image_ids: dict[str | None, set[int]] = {}
    for chunk in chunks(sorted(set(sample_ids)), engine):
        query = select(SampleRow.assigned_to, SampleRow.image_id).where(SampleRow.id.in_(chunk))
        for person, image_id in session.execute(query):
            image_ids.setdefault(person, set()).add(image_id)
    photographs = []
    for person, ids in image_ids.items():
        for chunk in chunks(sorted(ids), engine):
            photographs += _photographs(session, chunk, person)
    return photographs


def _photographs(
    session: Session, image_ids: Sequence[int], person: str | None
) -> list[PhotographToCheck]:
    there = (
        SampleRow.image_id.in_(image_ids),
        SampleRow.state != SampleState.DELETED,
        shown_to(session, person),
    )
    mine = select(SampleRow.id).where(*there)
    damaged = {
        mesh.sample_id for mesh in damaged_meshes(session, mine, strokes=False) if mesh.is_in_use
    }
    query = (
        select(
            SampleRow.id, SampleRow.image_id, SampleRow.face_index, SampleRow.state,
            SampleRow.stroke_count, SampleRow.added_by, ImageRow.width, ImageRow.height,
            AnnotationRow.revision, AnnotationRow.landmarks, AnnotationRow.marks,
            PredictionRow.landmarks.label("predicted"), ModelRow.layout,
            changed_since_sent_back().label("was_changed"), _accepted().label("accepted"),
        )
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(*there, IN_PROJECT, SampleRow.id.not_in(damaged))
        .order_by(SampleRow.image_id, SampleRow.face_index)
    )  # fmt: skip
    found = []
    for image_id, rows in groupby(session.execute(query), lambda row: row.image_id):
        some = list(rows)
        size = some[0].width, some[0].height
        found.append(PhotographToCheck(image_id, size, tuple(map(_face, some))))
    return found


def _face(row: Any) -> FaceToCheck:
    layout = stored_layout(row.layout)
    check_stored(layout, row.predicted, row.landmarks, row.marks)
    return FaceToCheck(
        sample_id=row.id,
        face_index=row.face_index,
        state=row.state,
        revision=row.revision,
        layout=layout,
        prediction=row.predicted,
        landmarks=row.predicted if row.landmarks is None else row.landmarks,
        strokes=row.stroke_count,
        marks_changed=row.marks is not None,
        changed_since_sent_back=row.was_changed,
        accepted_revision=row.accepted,
        added_by=row.added_by,
    )


def _accepted() -> ScalarSelect[int]:
    review = aliased(ReviewRow)
    query = select(func.max(review.revision)).where(
        review.sample_id == SampleRow.id, review.verdict == Verdict.ACCEPT
    )
    return query.correlate(SampleRow).scalar_subquery()
