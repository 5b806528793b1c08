"""Verdicts: the only way for a sample to become ground truth, or to be kept from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.edit import withdraw_verdict
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import StaleAnnotation, UnknownSample
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths
from annotator.project.records import UNDECIDED, RejectReason, Review, SampleSummary, Verdict
from annotator.project.summaries import load_summaries
from annotator.project.tables import AnnotationRow, ReviewRow, SampleRow


class Reviews:
    """The verdicts on a project's samples.

    All methods that give one take the `reviewer`, who must have a name, an optional `comment`,
    and optionally the `revision` of the annotation that was looked at: if that is no longer
    the current one, `StaleAnnotation` is raised and nothing is written.
    """

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def accept(
        self, sample_id: int, *, reviewer: str, comment: str = "", revision: int | None = None
    ) -> SampleSummary:
        """Make a sample ground truth, as it stands."""
        verdict = _Given(Verdict.ACCEPT, reviewer, comment)
        return self._give_one(sample_id, verdict, revision)

    def reject(
        self,
        sample_id: int,
        *,
        reviewer: str,
        reasons: Collection[RejectReason],
        comment: str = "",
        revision: int | None = None,
    ) -> SampleSummary:
        """Turn a sample down for at least one reason; raise ValueError without one."""
        verdict = _Given(Verdict.REJECT, reviewer, comment, reasons)
        return self._give_one(sample_id, verdict, revision)

    def exclude(
        self,
        sample_id: int,
        *,
        reviewer: str,
        reasons: Collection[RejectReason] = (),
        comment: str = "",
        revision: int | None = None,
    ) -> SampleSummary:
        """Take a sample out of the work: neither ground truth nor to be corrected."""
        verdict = _Given(Verdict.EXCLUDE, reviewer, comment, reasons)
        return self._give_one(sample_id, verdict, revision)

    def delete(
        self, sample_id: int, *, reviewer: str, comment: str = "", revision: int | None = None
    ) -> SampleSummary:
        """Say that there is no such face; `reopen` brings the sample back with all its strokes."""
        verdict = _Given(Verdict.DELETE, reviewer, comment)
        return self._give_one(sample_id, verdict, revision)

    def reopen(
        self, sample_id: int, *, reviewer: str, comment: str = "", revision: int | None = None
    ) -> SampleSummary:
        """Withdraw the verdict on a sample: it is in progress again, or as predicted."""
        verdict = _Given(Verdict.REOPEN, reviewer, comment)
        return self._give_one(sample_id, verdict, revision)

    def give(
        self,
        verdict: Verdict,
        sample_ids: Iterable[int],
        *,
        reviewer: str,
        reasons: Collection[RejectReason] = (),
        comment: str = "",
    ) -> int:
        """Give many samples the same verdict, in one transaction: all of them or none.

        Returns
        -------
        int
            The number of samples.
        """
        sample_ids = list(dict.fromkeys(sample_ids))
        given = _Given(verdict, reviewer, comment, reasons)
        with self._engine.writing() as session:
            for chunk in chunks(sample_ids, self._engine):
                given.write(session, chunk)
        return len(sample_ids)

    def give_undecided(
        self,
        verdict: Verdict,
        *,
        reviewer: str,
        reasons: Collection[RejectReason] = (),
        comment: str = "",
        leaving_out: Collection[int] = (),
    ) -> list[int]:
        """Give all samples without a verdict, but for some, the same one, in one transaction.

        Which they are is decided in it: a verdict that someone else gives meanwhile stands.

        Returns
        -------
        list of int
            The samples' ids, ordered by image and face.
        """
        given = _Given(verdict, reviewer, comment, reasons)
        undecided = select(SampleRow.image_id, SampleRow.face_index, SampleRow.id).where(
            SampleRow.state.in_(UNDECIDED)
        )
        with self._engine.writing() as session:
            found = session.execute(locked(undecided, SampleRow)).all()
            left_out = set(leaving_out)
            ordered = (sample_id for _, _, sample_id in sorted(map(tuple, found)))
            sample_ids = [sample_id for sample_id in ordered if sample_id not in left_out]
            for chunk in chunks(sample_ids, self._engine):
                given.write(session, chunk)
        return sample_ids

    def history(self, sample_id: int) -> list[Review]:
        """Return all verdicts on a sample, the oldest first."""
        query = select(ReviewRow).where(ReviewRow.sample_id == sample_id).order_by(ReviewRow.id)
        with self._engine.reading() as session:
            if session.get(SampleRow, sample_id) is None:
                raise UnknownSample(f"there is no sample {sample_id} in this project")
            return [_review(row) for row in session.scalars(query)]

    def _give_one(self, sample_id: int, given: _Given, revision: int | None) -> SampleSummary:
        with self._engine.writing() as session:
            given.write(session, [sample_id], revision)
            session.flush()
            return load_summaries(session, self._paths, SampleRow.id == sample_id)[0]


@dataclass(frozen=True, slots=True)
class _Given:
    """A verdict before it is written on a sample."""

    verdict: Verdict
    reviewer: str
    comment: str
    reasons: Collection[RejectReason] = ()

    def __post_init__(self) -> None:
        if not self.reviewer.strip():
            raise ValueError("a verdict needs the name of its reviewer")
        if self.verdict is Verdict.REJECT and not self.reasons:
            raise ValueError("a rejection needs at least one reason")

    def write(
        self, session: Session, sample_ids: Sequence[int], revision: int | None = None
    ) -> None:
        """Add the verdict to the samples' histories and set their states."""
        for sample, current in _samples_to_judge(session, sample_ids):
            if revision not in (None, current):
                raise StaleAnnotation(
                    f"sample {sample.id} was changed elsewhere in the meantime: look at it again"
                )
            review = self._review(sample.id, current)
            session.add(review)
            withdraw_verdict(sample)
            state = Verdict(self.verdict).state
            if state is not None:
                sample.state = state
                sample.reviewer = self.reviewer
            sample.updated_at = review.created_at

    def _review(self, sample_id: int, revision: int) -> ReviewRow:
        return ReviewRow(
            sample_id=sample_id,
            verdict=self.verdict,
            reviewer=self.reviewer,
            reasons=",".join(reason for reason in RejectReason if reason in self.reasons),
            comment=self.comment,
            created_at=datetime.now(UTC),
            revision=revision,
        )


def _samples_to_judge(session: Session, sample_ids: Sequence[int]) -> list[tuple[SampleRow, int]]:
    """Return samples and their revisions in the order asked for, or raise UnknownSample."""
    query = (
        select(SampleRow, AnnotationRow.revision)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .where(SampleRow.id.in_(sample_ids))
    )
    rows = session.execute(locked(query, SampleRow, AnnotationRow))
    found = {sample.id: (sample, revision) for sample, revision in rows}
    for sample_id in sample_ids:
        if sample_id not in found:
            raise UnknownSample(f"there is no sample {sample_id} in this project")
    return [found[sample_id] for sample_id in sample_ids]


def _review(row: ReviewRow) -> Review:
    return Review(
        verdict=row.verdict,
        reviewer=row.reviewer,
        reasons=tuple(RejectReason(reason) for reason in row.reasons.split(",") if reason),
        comment=row.comment,
        created_at=row.created_at,
        revision=row.revision,
    )
