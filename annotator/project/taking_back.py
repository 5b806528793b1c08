"""Taking verdicts back: what was in effect before them is in effect again.

Nothing is removed from the history. A verdict that is taken back is followed by a withdrawal, and
that by the verdict which was in effect before it, if there was one, as its reviewer gave it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.audit import note_all
from annotator.project.edit import withdraw_verdict
from annotator.project.giving import noted, reviewer_of
from annotator.project.judgements import Given
from annotator.project.locking import locked
from annotator.project.own_work import is_own_refused, makers_of
from annotator.project.records import UNDECIDED, Review, Verdict
from annotator.project.remarks import resolve_row
from annotator.project.review_rows import locked_samples, newest_ids, review_of
from annotator.project.tables import RemarkRow, ReviewRow, SampleRow
from annotator.system.people import known_as


def take_back_rows(
    session: Session, given: Collection[Given], reviewer: str
) -> tuple[dict[int, int], dict[int, Review | None]]:
    """Take back the verdict of each sample, where it still is the one in effect.

    Parameters
    ----------
    given
        At most one of each sample.
    reviewer
        Who takes them back.

    Returns
    -------
    newest, left
        As `TakenBack` has them.
    """
    sample_ids = [one.sample_id for one in given]
    found = locked_samples(session, sample_ids)
    last = newest_ids(session, sample_ids)
    wanted = [*last.values(), *(one.prior for one in given if one.replaced)]
    reviews = _reviews(session, wanted)
    makers = makers_of(session, sample_ids) if is_own_refused(session) else {}
    newest: dict[int, int] = {}
    left: dict[int, Review | None] = {}
    for one in given:
        sample, revision = found.get(one.sample_id, (None, None))
        review = reviews.get(last.get(one.sample_id, 0))
        if review is not None and review.id != one.review_id:
            left[one.sample_id] = review_of(review)
        elif sample is None or review is None or not _is_in_effect(sample, review, revision):
            left[one.sample_id] = None
        else:
            before = reviews.get(one.prior) if one.replaced else None
            if before is not None and not _holds(before, review, makers.get(sample.id, set())):
                before = None
            newest[sample.id] = _take_back(session, sample, review, before, reviewer).id
    session.flush()
    return newest, left


def _reviews(session: Session, ids: Iterable[int]) -> dict[int, ReviewRow]:
    query = select(ReviewRow).where(ReviewRow.id.in_(list(ids)))
    return {row.id: row for row in session.scalars(query)}


def _is_in_effect(sample: SampleRow, review: ReviewRow, revision: int | None) -> bool:
    state = Verdict(review.verdict).state
    holds = sample.state in UNDECIDED if state is None else sample.state == state
    return holds and review.revision == revision


def _holds(before: ReviewRow, review: ReviewRow, makers: Collection[str]) -> bool:
    """Return whether a verdict can be in effect again: if it was on this mesh, and no own work."""
    if (before.sample_id, before.revision) != (review.sample_id, review.revision):
        return False
    return before.verdict != Verdict.ACCEPT or known_as(before.reviewer) not in makers


def _take_back(
    session: Session,
    sample: SampleRow,
    review: ReviewRow,
    before: ReviewRow | None,
    reviewer: str,
) -> ReviewRow:
    """Return the row that is the newest of the sample's history afterwards."""
    newest = review
    withdraw_verdict(sample)
    if review.verdict != Verdict.REOPEN:
        newest = _added(session, sample, _withdrawal(review, reviewer))
        _resolve_marks(session, review, reviewer)
    if before is not None:
        newest = _added(session, sample, _again(before))
        sample.state = Verdict(before.verdict).state or sample.state
        sample.reviewer = reviewer_of(before.verdict, before.reviewer)
    return newest


def _added(session: Session, sample: SampleRow, row: ReviewRow) -> ReviewRow:
    session.add(row)
    session.flush()  # numbers are given in this order
    note_all(session, [noted(row, sample.image_id)])
    return row


def _resolve_marks(session: Session, review: ReviewRow, reviewer: str) -> None:
    """Resolve what was marked with a verdict that is taken back."""
    query = select(RemarkRow).where(
        RemarkRow.review_id == review.id, RemarkRow.resolved_at.is_(None)
    )
    for row in session.scalars(locked(query, RemarkRow)):
        resolve_row(session, row, reviewer)


def _withdrawal(review: ReviewRow, reviewer: str) -> ReviewRow:
    return ReviewRow(
        sample_id=review.sample_id,
        verdict=Verdict.REOPEN,
        reviewer=reviewer,
        reasons="",
        comment="",
        created_at=datetime.now(UTC),
        revision=review.revision,
    )


def _again(before: ReviewRow) -> ReviewRow:
    return ReviewRow(
        sample_id=before.sample_id,
        verdict=before.verdict,
        reviewer=before.reviewer,
        reasons=before.reasons,
        comment=before.comment,
        created_at=before.created_at,
        revision=before.revision,
    )
