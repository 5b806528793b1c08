"""Whose work a sample's mesh is, and whether its people may accept it themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from annotator.project.known_settings import TWO_STEPS
from annotator.project.past import RESTORING
from annotator.project.records import Verdict
from annotator.project.settings import setting_in
from annotator.project.tables import DroppedStrokeRow, ReviewRow, SampleRow, StrokeRow
from annotator.system.people import known_as

_GIVES_AN_OPINION = (Verdict.SUBMIT, Verdict.ACCEPT)


def is_own_refused(session: Session) -> bool:
    """Return whether nobody accepts their own work in this project."""
    return setting_in(session, "review") == TWO_STEPS and not setting_in(session, "own_work")


def makers_of(session: Session, sample_ids: Sequence[int]) -> dict[int, set[str]]:
    """Return whose work samples are, by `known_as`: of whom nobody's is, none.

    It is that of those who made the strokes in effect, and of who submitted it last; of a revision
    that was brought back that of all who ever worked on it; of a face with opinions that of those
    who gave them, whatever became of these since, whoever submitted their consensus.

    Parameters
    ----------
    session
    sample_ids
        As many as one statement takes.
    """
    makers: dict[int, set[str]] = {sample_id: set() for sample_id in sample_ids}
    strokes = (
        select(StrokeRow.sample_id, StrokeRow.annotator)
        .where(
            StrokeRow.sample_id.in_(sample_ids),
            StrokeRow.undone.is_(False),
            StrokeRow.annotator.is_not(None),
        )
        .distinct()
    )
    last = (
        select(func.max(ReviewRow.id))
        .where(ReviewRow.sample_id.in_(sample_ids), ReviewRow.verdict == Verdict.SUBMIT)
        .group_by(ReviewRow.sample_id)
    )
    submitted = select(ReviewRow.sample_id, ReviewRow.reviewer).where(ReviewRow.id.in_(last))
    given = exists(
        select(ReviewRow.id).where(
            ReviewRow.sample_id == SampleRow.id, ReviewRow.verdict.in_(_GIVES_AN_OPINION)
        )
    )
    opinions = select(SampleRow.copy_of, SampleRow.assigned_to).where(
        SampleRow.copy_of.in_(sample_ids), given
    )
    with_opinions: set[int] = set()
    for sample_id, name in session.execute(opinions):
        if sample_id is not None and name is not None:
            with_opinions.add(sample_id)
            makers[sample_id].add(known_as(name))
    for query in (strokes, *_brought_back(sample_ids), submitted):
        for sample_id, name in session.execute(query):
            if name is not None and not (query is submitted and sample_id in with_opinions):
                makers[sample_id].add(known_as(name))
    return makers


def _brought_back(sample_ids: Sequence[int]) -> Iterator[Select[int, str | None]]:
    """Yield what selects all who worked on samples of which a past revision is in effect.

    The stroke that brought it back is of whoever did that, the mesh is not.
    """
    back = aliased(StrokeRow)
    is_in_effect = (
        select(back.sample_id)
        .where(back.sample_id.in_(sample_ids), back.tool == RESTORING, back.undone.is_(False))
        .scalar_subquery()
    )
    for table in (StrokeRow, DroppedStrokeRow):
        yield (
            select(table.sample_id, table.annotator)
            .where(table.sample_id.in_(is_in_effect), table.annotator.is_not(None))
            .distinct()
        )
