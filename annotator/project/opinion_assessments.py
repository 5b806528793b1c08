"""What is known of the predictions that opinions begin with: what is known of their faces'.

Nothing is stored of opinions themselves. An empty column would tell them from faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from annotator.project.assessment_records import Assessment, OfMesh
from annotator.project.assessment_table import AssessmentRow, FindingRow
from annotator.project.checked import as_stored
from annotator.project.digests import AnyRow
from annotator.project.due_faces import load_assessments
from annotator.project.tables import AnnotationRow, PredictionRow, SampleRow

_OF_WORK = "unchanged"  # the check that looks at what people did with a prediction

_OF_FACE, _ITS, _MINE = aliased(AnnotationRow), aliased(PredictionRow), aliased(PredictionRow)


def _alike(*columns: Any) -> Any:
    """Return a query of opinions whose faces are assessed by the prediction that they have, too."""
    return (
        select(*columns)
        .select_from(SampleRow)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(_MINE, _MINE.id == AnnotationRow.prediction_id)
        .join(AssessmentRow, AssessmentRow.sample_id == SampleRow.copy_of)
        .join(_OF_FACE, _OF_FACE.sample_id == SampleRow.copy_of)
        .join(_ITS, _ITS.id == _OF_FACE.prediction_id)
        .where(AssessmentRow.prediction_id == _ITS.id, _MINE.model_id == _ITS.model_id)
    )


def exist(session: Session) -> bool:
    """Return whether there are opinions; cheap."""
    query = select(SampleRow.id).where(SampleRow.copy_of.is_not(None)).limit(1)
    return session.scalar(query) is not None


def opinion_columns(session: Session) -> Sequence[AnyRow]:
    """Return a row an opinion, as stored: its sample, the expected error, the assessor, signals."""
    query = _alike(
        as_stored(SampleRow.id),
        as_stored(AssessmentRow.doubt),
        as_stored(AssessmentRow.assessor_id),
        as_stored(AssessmentRow.signals).label("blob"),
    )
    rows: Sequence[AnyRow] = session.connection().execute(query).all()
    return rows


def opinion_severities(session: Session) -> Sequence[AnyRow]:
    """Return opinions that nobody edited yet, and the severity of the gravest finding in each."""
    query = (
        _alike(SampleRow.id, func.max(FindingRow.severity))
        .join(FindingRow, FindingRow.sample_id == SampleRow.copy_of)
        .where(
            FindingRow.of_mesh == OfMesh.PREDICTION,
            FindingRow.name != _OF_WORK,
            AnnotationRow.landmarks.is_(None),
        )
        .group_by(SampleRow.id)
    )
    rows: Sequence[AnyRow] = session.execute(query).all()
    return rows


def opinion_assessment(session: Session, sample_id: int) -> Assessment | None:
    """Return what is known of an opinion's prediction; nothing that was found in others' work."""
    query = _alike(SampleRow.copy_of, _MINE.id).where(SampleRow.id == sample_id)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    face, prediction_id = found
    known = load_assessments(session, [face])[face]
    of_prediction = tuple(
        one for one in known.findings if one.of_mesh is OfMesh.PREDICTION and one.name != _OF_WORK
    )
    return replace(
        known,
        sample_id=sample_id,
        prediction_id=prediction_id,
        revision=0,
        findings=of_prediction,
        unchanged_since_sent_back=False,
    )
