"""Why samples were sent back or excluded, and what became of those that ever were sent back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState, Verdict
from annotator.project.tables import ImageRow, ReviewRow, SampleRow


def reason_tallies(session: Session) -> Mapping[tuple[str, Verdict], int]:
    """Return how many verdicts named a reason, by reason and verdict, whatever became of them."""
    query = (
        select(ReviewRow.reasons, ReviewRow.verdict, func.count())
        .join(SampleRow, SampleRow.id == ReviewRow.sample_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(IN_PROJECT, IS_ORIGINAL, ReviewRow.reasons != "")
        .group_by(ReviewRow.reasons, ReviewRow.verdict)
    )
    counts: Counter[tuple[str, Verdict]] = Counter()
    for reasons, verdict, verdicts in session.execute(query):
        for reason in reasons.split(","):
            counts[reason, verdict] += verdicts
    return counts


def ever_sent_back(session: Session) -> dict[SampleState, int]:
    """Return how many samples were sent back at least once, by the state they are in now."""
    query = (
        select(SampleRow.state, func.count(ReviewRow.sample_id.distinct()))
        .join(ReviewRow, ReviewRow.sample_id == SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(IN_PROJECT, IS_ORIGINAL, ReviewRow.verdict == Verdict.SEND_BACK)
        .group_by(SampleRow.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}
