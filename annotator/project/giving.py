"""Verdicts written on samples, where they are what the reviewer has seen of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.audit import entry, note_all
from annotator.project.edit import withdraw_verdict
from annotator.project.errors import (
    Decided,
    OwnWork,
    ReasonNeeded,
    StaleAnnotation,
    UnknownReason,
    UnknownSample,
)
from annotator.project.judgements import Given, Judgement
from annotator.project.known_settings import TWO_STEPS
from annotator.project.opinion_rows import refuse_foreign
from annotator.project.own_work import is_own_refused, makers_of
from annotator.project.records import SUBMITTABLE, UNDECIDED, Verdict
from annotator.project.remarks import add_remark
from annotator.project.review_rows import locked_samples, newest_ids, refuse_unseen
from annotator.project.settings import setting_in
from annotator.project.tables import ReviewRow, SampleChangeRow, SampleRow
from annotator.system.people import known_as

# What somebody else may say of an opinion: that it is waited for no more, or again.
_OF_ANYBODY = (Verdict.EXCLUDE, Verdict.REOPEN)
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
    UnknownSample, StaleAnnotation, UnseenVerdict, OwnWork, Decided, UnknownReason, ReasonNeeded
        If one of them cannot have it; the transaction must not be committed then.
    """
    rows, replaced = [], []
    reasons = known_reasons(session, judgement.reasons)
    judged = _judgeable(session, judgement, sample_ids, as_of)
    prior = newest_ids(session, sample_ids)
    for sample, current in judged:
        if judgement.verdict not in _OF_ANYBODY:
            refuse_foreign(sample, judgement.reviewer)
        if revisions is not None and revisions.get(sample.id, current) != current:
            raise _stale(sample.id)
        if seen is not None and prior.get(sample.id, 0) > seen.get(sample.id, _ANY):
            refuse_unseen(session, sample.id, seen.get(sample.id))
        _refuse_decided(judgement, sample)
        rows.append(_review_row(judgement, reasons, sample.id, current))
        replaced.append(sample.state not in UNDECIDED)
        _set_state(sample, judgement, rows[-1].created_at)
    session.add_all(rows)
    session.flush()
    _note(session, rows, {sample.id: sample.image_id for sample, _ in judged})
    _mark(session, judgement, rows)
    return [
        Given(row.sample_id, row.id, row.revision, prior.get(row.sample_id, 0), was_decided)
        for row, was_decided in zip(rows, replaced, strict=True)
    ]


def _judgeable(
    session: Session, judgement: Judgement, sample_ids: Sequence[int], as_of: int | None
) -> list[tuple[SampleRow, int]]:
    """Return samples and their revisions, or raise where all of them together refuse a verdict."""
    judged = _samples_to_judge(session, sample_ids)
    _refuse_unreasoned(session, judgement, [sample for sample, _ in judged])
    _refuse_changed(session, sample_ids, as_of)
    _refuse_own(session, judgement, sample_ids)
    return judged


def _set_state(sample: SampleRow, judgement: Judgement, at: datetime) -> None:
    """Put a sample in the state that a verdict gives it; one that is withdrawn gives none."""
    withdraw_verdict(sample)
    state = judgement.verdict.state
    if state is not None:
        sample.state = state
        sample.reviewer = reviewer_of(judgement.verdict, judgement.reviewer)
    sample.updated_at = at


def known_reasons(session: Session, reasons: Collection[str]) -> list[str]:
    """Return reasons in the order that the project has them, or raise `UnknownReason`."""
    if not reasons:
        return []
    known = setting_in(session, "reasons")
    for reason in reasons:
        if reason not in known:
            raise UnknownReason(
                f"{reason!a} is none of this project's reasons: take one of {', '.join(known)}"
            )
    return [reason for reason in known if reason in set(reasons)]


def reviewer_of(verdict: Verdict, name: str) -> str | None:
    """Return whom lists show as the reviewer: nobody, of a sample that waits for one."""
    return None if verdict is Verdict.SUBMIT else name


def _review_row(
    judgement: Judgement, reasons: Sequence[str], sample_id: int, revision: int
) -> ReviewRow:
    return ReviewRow(
        sample_id=sample_id,
        verdict=judgement.verdict,
        reviewer=judgement.reviewer,
        reasons=",".join(reasons),
        comment=judgement.comment,
        created_at=datetime.now(UTC),
        revision=revision,
    )


def _note(session: Session, rows: Sequence[ReviewRow], images: Mapping[int, int]) -> None:
    """Enter verdicts into the audit log."""
    note_all(session, [noted(row, images[row.sample_id]) for row in rows])


def noted(row: ReviewRow, image_id: int) -> dict[str, Any]:
    """Return a verdict as the audit log has it."""
    return entry(
        row.verdict, row.reviewer, sample_id=row.sample_id, image_id=image_id,
        revision=row.revision, reasons=list(filter(None, row.reasons.split(","))),
        comment=row.comment,
    )  # fmt: skip


def _mark(session: Session, judgement: Judgement, rows: Sequence[ReviewRow]) -> None:
    """Keep what a verdict marks of the mesh, with its comment, as a remark."""
    if not judgement.vertices and judgement.region is None:
        return
    for row in rows:
        add_remark(
            session, row.sample_id, judgement.comment, judgement.reviewer,
            vertices=judgement.vertices, region=judgement.region, revision=row.revision,
            review_id=row.id,
        )  # fmt: skip


def _refuse_own(session: Session, judgement: Judgement, sample_ids: Sequence[int]) -> None:
    """Raise OwnWork if somebody accepts what they made, and the project does not let them."""
    if judgement.verdict is not Verdict.ACCEPT or not is_own_refused(session):
        return
    who = known_as(judgement.reviewer)
    for sample_id, makers in makers_of(session, sample_ids).items():
        if who in makers:
            raise OwnWork(sample_id, judgement.reviewer)


def _refuse_unreasoned(
    session: Session, judgement: Judgement, samples: Sequence[SampleRow]
) -> None:
    """Raise ReasonNeeded if somebody excludes for no reason what others wait for.

    An opinion is let go for none: what becomes of the face is decided elsewhere.
    """
    if judgement.verdict is not Verdict.EXCLUDE or judgement.reasons:
        return
    if all(sample.assigned_to is not None for sample in samples):
        return
    if setting_in(session, "review") == TWO_STEPS:
        raise ReasonNeeded(setting_in(session, "reasons"))


def _refuse_decided(judgement: Judgement, sample: SampleRow) -> None:
    """Raise Decided if a sample is submitted that needs no work."""
    if judgement.verdict is Verdict.SUBMIT and sample.state not in SUBMITTABLE:
        raise Decided(
            f"sample {sample.id} is {sample.state.value}: withdraw that before it is submitted "
            "(`facemesh-annotator review PROJECT withdraw`)"
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
    found = locked_samples(session, sample_ids)
    for sample_id in sample_ids:
        if sample_id not in found:
            raise UnknownSample(f"there is no sample {sample_id} in this project")
    return [found[sample_id] for sample_id in sample_ids]
