"""Verdicts written on samples, where they are what the reviewer has seen of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.edit import withdraw_verdict
from annotator.project.errors import StaleAnnotation, UnknownSample
from annotator.project.image_rows import IN_PROJECT
from annotator.project.judgements import Given, Judgement
from annotator.project.locking import locked
from annotator.project.records import UNDECIDED, Reason
from annotator.project.review_rows import newest_ids, refuse_unseen
from annotator.project.tables import AnnotationRow, ImageRow, ReviewRow, SampleChangeRow, SampleRow

_ANY = 2**63  # greater than any review's id: nothing is asked about it


def write_rows(
    session: Session,
    judgement: Judgement,
    sample_ids: Sequence[int],
    revisions: Mapping[int, int] | None = None,
    *,
    seen: Mapping[int, int] | None = None,
    as_of: int | None = None,
) -> list[Given]:
    """Add a verdict to the samples' histories and set their states.

    Parameters
    ----------
    session
        One that writes.
    judgement
        The verdict.
    sample_ids
        Each once.
    revisions, seen, as_of
        What the reviewer has seen of the samples, as `Reviews.judge_all` has it.

    Raises
    ------
    UnknownSample, StaleAnnotation, UnseenVerdict
        If one of them cannot have it; the transaction must not be committed then.
    """
    rows, replaced = [], []
    judged = _samples_to_judge(session, sample_ids)
    _refuse_changed(session, sample_ids, as_of)
    prior = newest_ids(session, sample_ids)
    for sample, current in judged:
        if revisions is not None and revisions.get(sample.id, current) != current:
            raise _stale(sample.id)
        if seen is not None and prior.get(sample.id, 0) > seen.get(sample.id, _ANY):
            refuse_unseen(session, sample.id, seen.get(sample.id))
        rows.append(_review_row(judgement, sample.id, current))
        replaced.append(sample.state not in UNDECIDED)
        withdraw_verdict(sample)
        state = judgement.verdict.state
        if state is not None:
            sample.state = state
            sample.reviewer = judgement.reviewer
        sample.updated_at = rows[-1].created_at
    session.add_all(rows)
    session.flush()
    return [
        Given(row.sample_id, row.id, row.revision, prior.get(row.sample_id, 0), was_decided)
        for row, was_decided in zip(rows, replaced, strict=True)
    ]


def _review_row(judgement: Judgement, sample_id: int, revision: int) -> ReviewRow:
    return ReviewRow(
        sample_id=sample_id,
        verdict=judgement.verdict,
        reviewer=judgement.reviewer,
        reasons=",".join(reason for reason in Reason if reason in judgement.reasons),
        comment=judgement.comment,
        created_at=datetime.now(UTC),
        revision=revision,
    )


def _refuse_changed(session: Session, sample_ids: Sequence[int], as_of: int | None) -> None:
    if as_of is None:
        return
    changed = select(SampleChangeRow.sample_id).where(
        SampleChangeRow.number > as_of, SampleChangeRow.sample_id.in_(sample_ids)
    )
    sample_id = session.scalar(changed.limit(1))
    if sample_id is not None:
        raise _stale(sample_id)


def _stale(sample_id: int) -> StaleAnnotation:
    return StaleAnnotation(
        f"sample {sample_id} was changed elsewhere in the meantime: look at it again"
    )


def _samples_to_judge(session: Session, sample_ids: Sequence[int]) -> list[tuple[SampleRow, int]]:
    """Return samples and their revisions in the order asked for, or raise UnknownSample."""
    query = (
        select(SampleRow, AnnotationRow.revision)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.id.in_(sample_ids), IN_PROJECT)
    )
    rows = session.execute(locked(query, SampleRow, AnnotationRow))
    found = {sample.id: (sample, revision) for sample, revision in rows}
    for sample_id in sample_ids:
        if sample_id not in found:
            raise UnknownSample(f"there is no sample {sample_id} in this project")
    return [found[sample_id] for sample_id in sample_ids]
