"""Verdicts as rows: the newest of a sample, and whether somebody has seen it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from annotator.project.errors import UnseenVerdict
from annotator.project.image_rows import IN_PROJECT
from annotator.project.locking import locked
from annotator.project.records import Review, Verdict
from annotator.project.tables import AnnotationRow, ImageRow, ReviewRow, SampleRow


def review_of(row: ReviewRow) -> Review:
    """Return a verdict as the store hands it out."""
    return Review(
        id=row.id,
        verdict=row.verdict,
        reviewer=row.reviewer,
        reasons=tuple(filter(None, row.reasons.split(","))),
        comment=row.comment,
        created_at=row.created_at,
        revision=row.revision,
    )


def locked_samples(
    session: Session, sample_ids: Collection[int]
) -> dict[int, tuple[SampleRow, int]]:
    """Return samples with their annotations' revisions, by id, locked to get a verdict.

    Those that there are not, or whose images were removed, are missing.
    """
    query = (
        select(SampleRow, AnnotationRow.revision)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.id.in_(sample_ids), IN_PROJECT)
    )
    rows = session.execute(locked(query, SampleRow, AnnotationRow))
    return {sample.id: (sample, revision) for sample, revision in rows}


def newest_review(session: Session, sample_id: int) -> Review | None:
    """Return the last verdict on a sample, in effect or not; None if there never was one."""
    query = (
        select(ReviewRow)
        .where(ReviewRow.sample_id == sample_id)
        .order_by(ReviewRow.id.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return None if row is None else review_of(row)


def changed_since_sent_back() -> ScalarSelect[bool | None]:
    """Return whether a sample's annotation was changed since it was sent back last.

    For statements with rows of samples and annotations. NULL where it never was, where a later
    verdict followed, and where it was taken back; who submits gives none.
    """
    said, sent_back = aliased(ReviewRow), aliased(ReviewRow)
    newest = (
        select(func.max(said.id))
        .where(said.sample_id == SampleRow.id, said.verdict != Verdict.SUBMIT)
        .correlate(SampleRow)
        .scalar_subquery()
    )
    return (
        select(sent_back.revision != AnnotationRow.revision)
        .where(sent_back.id == newest, sent_back.verdict == Verdict.SEND_BACK)
        .correlate(SampleRow, AnnotationRow)
        .scalar_subquery()
    )


def newest_ids(session: Session, sample_ids: Collection[int]) -> dict[int, int]:
    """Return the id of the last verdict on each sample; samples without any are missing."""
    query = (
        select(ReviewRow.sample_id, func.max(ReviewRow.id))
        .where(ReviewRow.sample_id.in_(sample_ids))
        .group_by(ReviewRow.sample_id)
    )
    return dict(session.execute(query).all())


def refuse_unseen(session: Session, sample_id: int, seen: int | None) -> None:
    """Raise `UnseenVerdict` if there is a newer verdict on a sample than the one seen.

    Parameters
    ----------
    session
        One that writes and has the sample's row locked: no verdict can come in between.
    seen
        The id of the newest review that the caller has seen, 0 for none; None asks nothing.
    """
    if seen is None:
        return
    newest = newest_review(session, sample_id)
    if newest is not None and newest.id > seen:
        raise UnseenVerdict(sample_id, newest)
