"""Taking verdicts back: what was in effect before them is in effect again.

Nothing is removed from the history. A verdict that is taken back is followed by a withdrawal, and
that by the verdict which was in effect before it, if there was one, as its reviewer gave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.edit import withdraw_verdict
from annotator.project.locking import locked
from annotator.project.records import UNDECIDED, Review, Verdict
from annotator.project.review_rows import review_of
from annotator.project.tables import AnnotationRow, ReviewRow, SampleRow


def take_back_rows(
    session: Session, given: Mapping[int, int], reviewer: str
) -> tuple[dict[int, int], dict[int, Review | None]]:
    """Take back the verdict of each sample, where it still is the one in effect.

    Parameters
    ----------
    given
        The id of each sample's review that is taken back.
    reviewer
        Who takes them back.

    Returns
    -------
    newest
        The id of the newest review of each sample of which it was taken back.
    left
        As `TakenBack.left` has them.
    """
    query = (
        select(SampleRow, AnnotationRow.revision)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .where(SampleRow.id.in_(given))
    )
    rows = session.execute(locked(query, SampleRow, AnnotationRow)).all()
    histories = _histories(session, given)
    written: dict[int, ReviewRow] = {}
    left: dict[int, Review | None] = dict.fromkeys(given)
    for sample, revision in rows:
        history = histories.get(sample.id, [])
        if not history or history[-1].id != given[sample.id]:
            left[sample.id] = review_of(history[-1]) if history else None
        elif _is_in_effect(sample, history[-1], revision):
            written[sample.id] = _take_back(session, sample, history, reviewer)
            del left[sample.id]
    session.flush()
    return {sample_id: row.id for sample_id, row in written.items()}, left


def _histories(session: Session, sample_ids: Mapping[int, int]) -> dict[int, list[ReviewRow]]:
    query = (
        select(ReviewRow)
        .where(ReviewRow.sample_id.in_(sample_ids))
        .order_by(ReviewRow.sample_id, ReviewRow.id)
    )
    reviews = groupby(session.scalars(query), lambda row: row.sample_id)
    return {sample_id: list(rows) for sample_id, rows in reviews}


def _is_in_effect(sample: SampleRow, review: ReviewRow, revision: int) -> bool:
    state = Verdict(review.verdict).state
    holds = sample.state in UNDECIDED if state is None else sample.state == state
    return holds and review.revision == revision


def _take_back(
    session: Session, sample: SampleRow, history: list[ReviewRow], reviewer: str
) -> ReviewRow:
    """Return the row that is the newest of the sample's history afterwards."""
    review = newest = history[-1]
    withdraw_verdict(sample)
    if review.verdict != Verdict.REOPEN:
        newest = _added(session, _withdrawal(review, reviewer))
    before = history[-2] if len(history) > 1 else None
    # On the same revision: a stroke in between would have withdrawn it.
    if before is not None and before.revision == review.revision:
        state = Verdict(before.verdict).state
        if state is not None:
            newest = _added(session, _again(before))
            sample.state, sample.reviewer = state, before.reviewer
    return newest


def _added(session: Session, row: ReviewRow) -> ReviewRow:
    session.add(row)
    session.flush()  # numbers are given in this order
    return row


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
