"""All assessments as columns, read nearly as fast as the database gives them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from annotator.project.assessment_records import AssessedColumns, OfMesh
from annotator.project.assessment_table import AssessmentRow, AssessorRow, FindingRow
from annotator.project.checked import DamagedValue, as_stored, check_columns
from annotator.project.digests import AnyRow
from annotator.project.opinion_assessments import exist, opinion_columns, opinion_severities
from annotator.project.tables import AnnotationRow

_COLUMNS = (AssessmentRow.sample_id, AssessmentRow.doubt, AssessmentRow.assessor_id)

_QUERY = (
    select(*map(as_stored, _COLUMNS), as_stored(AssessmentRow.signals).label("blob"))
    .join(AnnotationRow, AnnotationRow.sample_id == AssessmentRow.sample_id)
    .where(AssessmentRow.prediction_id == AnnotationRow.prediction_id)
    .order_by(AssessmentRow.assessor_id, AssessmentRow.sample_id)
)

_BYTES = 4  # of a signal


def load_columns(session: Session) -> AssessedColumns:
    """Return the assessments of today's predictions, those of removed images too.

    Opinions have their faces'.

    Raises
    ------
    DamagedProject
        If a value is impossible.
    """
    number = session.scalar(select(func.max(AssessmentRow.number)))
    rows = session.connection().execute(_QUERY).all()
    of_opinions = opinion_columns(session) if rows and exist(session) else ()
    if number is None or not rows:
        return AssessedColumns(number or 0)
    rows = [*rows, *of_opinions]
    check_columns(rows, _COLUMNS)
    rows.sort(key=attrgetter("assessor_id"))
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    order = np.argsort(ids)
    doubt = np.array([row[1] for row in rows], np.float64)  # NaN for None
    signals = _signals(session, rows)
    return AssessedColumns(
        number,
        ids[order],
        doubt[order],
        _severities(session, ids[order]),
        {name: values[order] for name, values in signals.items()},
    )


def _signals(session: Session, rows: Sequence[AnyRow]) -> dict[str, npt.NDArray[np.float32]]:
    """Return the signals of all assessors by name, NaN where an assessor does not know one."""
    known = dict(session.execute(select(AssessorRow.id, AssessorRow.signals)).all())
    columns: dict[str, npt.NDArray[np.float32]] = {}
    done = 0
    for assessor_id, group in groupby(rows, attrgetter("assessor_id")):
        blobs = [row.blob for row in group]
        if assessor_id not in known:
            raise DamagedValue("assessments", "assessor_id", "one that is not there")
        names = known[assessor_id].split(",")
        _check_blobs(blobs, _BYTES * len(names))
        table = np.frombuffer(b"".join(blobs), "<f4").reshape(len(blobs), len(names))
        if np.isinf(table).any():
            raise DamagedValue("assessments", "signals", "a number that is infinite")
        for name, values in zip(names, table.T, strict=True):
            column = columns.setdefault(name, np.full(len(rows), np.nan, np.float32))
            column[done : done + len(blobs)] = values
        done += len(blobs)
    return columns


def _check_blobs(blobs: Sequence[object], size: int) -> None:
    for blob in blobs:
        if type(blob) is not bytes or len(blob) != size:
            raise DamagedValue("assessments", "signals", "other signals than its assessor has")


def _severities(session: Session, sample_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return the severity of the gravest finding in each sample's mesh as it stands, by id."""
    was_edited = AnnotationRow.landmarks.is_not(None)
    query = (
        select(FindingRow.sample_id, func.max(FindingRow.severity))
        .join(AnnotationRow, AnnotationRow.sample_id == FindingRow.sample_id)
        .where(
            or_(
                and_(was_edited, FindingRow.of_mesh == OfMesh.ANNOTATION),
                and_(~was_edited, FindingRow.of_mesh == OfMesh.PREDICTION),
            )
        )
        .group_by(FindingRow.sample_id)
    )
    gravest = np.zeros(len(sample_ids), np.uint8)
    found = [*session.execute(query)]
    if exist(session):
        found += opinion_severities(session)
    if found:
        ids = np.array([row[0] for row in found], np.int64)
        places = np.searchsorted(sample_ids, ids)
        places[places == len(sample_ids)] = 0
        hits = sample_ids[places] == ids
        gravest[places[hits]] = np.array([row[1] for row in found], np.uint8)[hits]
    return gravest
