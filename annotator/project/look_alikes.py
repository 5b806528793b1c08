"""Faces that are compared with all others, and findings that such comparing makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from annotator.project.assessment_records import HashedFace, StoredFinding
from annotator.project.assessment_table import AssessmentRow, FindingRow
from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import AnnotationRow, ClipRow, ImageRow, SampleRow

_LEFT_OUT = (SampleState.EXCLUDED, SampleState.DELETED)

Found = Mapping[int, Sequence[StoredFinding]]


def hashed_faces(session: Session) -> dict[int, HashedFace]:
    """Return what faces look like, by sample; see `Assessments.hashed_faces`."""
    query = (
        select(
            SampleRow.id, AssessmentRow.face_hashes, func.coalesce(ClipRow.sha256, ImageRow.sha256),
            AnnotationRow.landmarks.is_not(None),
        )
        .join(AssessmentRow, AssessmentRow.sample_id == SampleRow.id)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .outerjoin(ClipRow, ClipRow.id == ImageRow.clip_id)
        .where(
            IN_PROJECT,
            IS_ORIGINAL,
            SampleRow.state.not_in(_LEFT_OUT),
            AssessmentRow.prediction_id == AnnotationRow.prediction_id,
        )
    )  # fmt: skip
    files: dict[str, str] = {}  # a photograph's faces share one
    return {
        sample_id: HashedFace(hashes, files.setdefault(file, file), bool(was_edited))
        for sample_id, hashes, file, was_edited in session.execute(query)
        if hashes is not None
    }


def differing(session: Session, name: str, found: Found) -> list[int]:
    """Return the samples of which other findings of a name are stored than these."""
    columns = FindingRow.sample_id, FindingRow.of_mesh, FindingRow.severity, FindingRow.sentence
    query = select(*columns).where(FindingRow.name == name).order_by(FindingRow.id)
    stored: dict[int, list[tuple[Any, ...]]] = {}
    for sample_id, *rest in session.execute(query):
        stored.setdefault(sample_id, []).append(tuple(rest))
    wanted = {
        sample_id: [(one.of_mesh, one.severity, one.sentence) for one in some]
        for sample_id, some in found.items()
    }
    return sorted(
        sample_id
        for sample_id in {*stored, *wanted}
        if stored.get(sample_id) != wanted.get(sample_id)
    )


def put_findings(session: Session, name: str, sample_ids: Sequence[int], found: Found) -> None:
    """Store the findings of a name of some samples, which are locked, in place of earlier ones.

    One of them gets a new number, so that who looks at the newest hears of it.
    """
    session.execute(
        delete(FindingRow).where(FindingRow.name == name, FindingRow.sample_id.in_(sample_ids))
    )
    assessed = list(
        session.scalars(select(AssessmentRow).where(AssessmentRow.sample_id.in_(sample_ids)))
    )
    rows = [
        {
            "sample_id": row.sample_id,
            "of_mesh": one.of_mesh,
            "name": one.name,
            "severity": one.severity,
            "sentence": one.sentence,
            "vertices": None,
        }
        for row in assessed
        for one in found.get(row.sample_id, ())
    ]
    if rows:
        session.execute(insert(FindingRow), rows)
    if assessed:
        _renumber(session, assessed[0])


def _renumber(session: Session, row: AssessmentRow) -> None:
    names = [column.key for column in AssessmentRow.__table__.columns if column.key != "number"]
    values = {name: getattr(row, name) for name in names}
    session.delete(row)
    session.flush()
    session.add(AssessmentRow(**values))
