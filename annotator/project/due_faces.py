"""Which faces an assessor has to look at, decided by the database, and all it needs of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy import false as sql_false
from sqlalchemy.orm import Session

from annotator.project.assessment_records import Assessment, FaceToAssess, StoredFinding
from annotator.project.assessment_table import AssessmentRow, AssessorRow, FindingRow
from annotator.project.checked import DamagedValue
from annotator.project.damage import DamagedMesh, damaged_meshes
from annotator.project.image_rows import IN_PROJECT, REPLACED
from annotator.project.layouts import check_stored, stored_layout
from annotator.project.models import layout_of_model
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.review_rows import changed_since_sent_back
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    SampleRow,
)

_AnySelect = Select[*tuple[Any, ...]]

_AT_ONCE = 500  # values that a statement names: fewer than any engine takes


def due_images(session: Session, assessor: AssessorRow) -> list[int]:
    """Return the images with faces that are due, ascending; see `Assessments.due_images`."""
    layout = layout_of_model(session, assessor.model_id)
    query = (
        _faces(select(SampleRow.image_id).distinct())
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(
            IN_PROJECT,
            or_(ImageRow.failure.is_(None), ImageRow.failure != REPLACED),
            ModelRow.layout == layout.name,
            _is_due(assessor.id),
        )
        .order_by(SampleRow.image_id)
    )
    return list(session.scalars(query))


def load_faces_to_assess(
    session: Session, assessor: AssessorRow, image_ids: Collection[int]
) -> tuple[dict[int, list[FaceToAssess]], list[DamagedMesh]]:
    """Return the faces of images that have any that is due, and what is damaged of them."""
    layout = layout_of_model(session, assessor.model_id)
    faces: dict[int, list[FaceToAssess]] = {}
    damaged: list[DamagedMesh] = []
    ids = sorted(image_ids)
    for start in range(0, len(ids), _AT_ONCE):
        there = SampleRow.image_id.in_(ids[start : start + _AT_ONCE])
        mine = select(SampleRow.id).where(there, SampleRow.state != SampleState.DELETED)
        found = damaged_meshes(session, mine, strokes=False)
        broken = {mesh.sample_id: mesh for mesh in found if mesh.is_in_use}
        rows = session.execute(_all_of_faces(assessor.id, layout.name).where(there)).all()
        damaged += [broken[row.id] for row in rows if row.id in broken and row.is_due]
        sound = [row for row in rows if row.id not in broken]
        known = load_assessments(session, [row.id for row in sound])
        for row in sound:
            face = _face(row, known.get(row.id), assessor.id)
            faces.setdefault(row.image_id, []).append(face)
    due = {key: some for key, some in faces.items() if any(face.is_due for face in some)}
    return due, damaged


def load_assessments(session: Session, sample_ids: Sequence[int]) -> dict[int, Assessment]:
    """Return the assessments of samples, by sample, as far as they are of today's predictions."""
    found: dict[int, Assessment] = {}
    for start in range(0, len(sample_ids), _AT_ONCE):
        some = list(sample_ids[start : start + _AT_ONCE])
        query = (
            select(AssessmentRow, AssessorRow.signals)
            .join(AssessorRow, AssessorRow.id == AssessmentRow.assessor_id)
            .join(AnnotationRow, AnnotationRow.sample_id == AssessmentRow.sample_id)
            .where(
                AssessmentRow.sample_id.in_(some),
                AssessmentRow.prediction_id == AnnotationRow.prediction_id,
            )
        )
        findings = _findings(session, some)
        for row, names in session.execute(query):
            numbers = _by_name(names.split(","), row.signals)
            doubt = math.nan if row.doubt is None else row.doubt
            found[row.sample_id] = Assessment(
                row.sample_id, row.prediction_id, row.revision, doubt, numbers, row.spread,
                tuple(findings.get(row.sample_id, ())),
                row.face_hashes, row.unchanged_since_sent_back,
            )  # fmt: skip
    return found


def _by_name(names: Sequence[str], signals: NDArray[np.float32]) -> dict[str, float]:
    if len(names) != len(signals):
        raise DamagedValue("assessments", "signals", "other signals than its assessor has")
    return dict(zip(names, signals.tolist(), strict=True))


def _is_due(assessor_id: int) -> ColumnElement[bool]:
    """Return what holds of a face, joined by `_faces`, that is to be assessed."""
    return or_(
        AssessmentRow.number.is_(None),
        AssessmentRow.is_due,
        AssessmentRow.assessor_id != assessor_id,
        AssessmentRow.prediction_id != AnnotationRow.prediction_id,
        AssessmentRow.revision != AnnotationRow.revision,
        AssessmentRow.unchanged_since_sent_back.is_distinct_from(
            func.coalesce(~changed_since_sent_back(), sql_false())
        ),
    )


def _faces(query: _AnySelect) -> _AnySelect:
    return (
        query.select_from(SampleRow)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .outerjoin(AssessmentRow, AssessmentRow.sample_id == SampleRow.id)
        .where(SampleRow.state != SampleState.DELETED, IS_ORIGINAL)
    )


def _all_of_faces(assessor_id: int, layout: str) -> _AnySelect:
    columns = (
        SampleRow.id,
        SampleRow.image_id,
        SampleRow.face_index,
        SampleRow.stroke_count,
        SampleRow.round_change,
        PredictionRow.presence,
        AnnotationRow.prediction_id,
        AnnotationRow.revision,
        ModelRow.layout,
        PredictionRow.landmarks.label("predicted"),
        AnnotationRow.landmarks.label("annotated"),
        AnnotationRow.marks.is_not(None).label("has_marks"),
        AssessmentRow.assessor_id,
        AssessmentRow.is_due.label("is_wanted"),
        changed_since_sent_back().label("was_changed"),
        _is_due(assessor_id).label("is_due"),
    )
    query = _faces(select(*columns)).where(ModelRow.layout == layout)
    return query.order_by(SampleRow.image_id, SampleRow.face_index)


def _face(row: Any, known: Assessment | None, assessor_id: int) -> FaceToAssess:
    """Return a face; what is known of its prediction still holds by the same assessor."""
    layout = stored_layout(row.layout)
    check_stored(layout, row.predicted, row.annotated)
    holds = row.assessor_id == assessor_id and not row.is_wanted
    return FaceToAssess(
        sample_id=row.id,
        face_index=row.face_index,
        stroke_count=row.stroke_count,
        has_marks=bool(row.has_marks),
        prediction_id=row.prediction_id,
        revision=row.revision,
        layout=layout,
        predicted=row.predicted,
        landmarks=row.predicted if row.annotated is None else row.annotated,
        presence=row.presence,
        round_change=row.round_change,
        kept=known if holds else None,
        changed_since_sent_back=row.was_changed,
        is_due=bool(row.is_due),
    )


def _findings(session: Session, sample_ids: Sequence[int]) -> dict[int, list[StoredFinding]]:
    query = (
        select(FindingRow)
        .where(FindingRow.sample_id.in_(sample_ids))
        .order_by(FindingRow.severity.desc(), FindingRow.id)
    )
    found: dict[int, list[StoredFinding]] = {}
    for row in session.scalars(query):
        vertices = np.empty(0, np.uint16) if row.vertices is None else row.vertices
        found.setdefault(row.sample_id, []).append(
            StoredFinding(
                row.name, row.severity, row.sentence, tuple(vertices.tolist()), row.of_mesh
            )
        )
    return found
