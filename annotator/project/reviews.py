"""Verdicts: the only way for a sample to become ground truth, or to be kept from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator.project.clips.key_frames import is_unlooked
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownSample
from annotator.project.giving import write_rows
from annotator.project.image_rows import IN_PROJECT
from annotator.project.judgements import Given, Judged, Judgement, TakenBack
from annotator.project.known_settings import TWO_STEPS
from annotator.project.locking import locked
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.own_work import is_own_refused, makers_of
from annotator.project.partly import telling_what_is_done
from annotator.project.paths import ImagePaths
from annotator.project.people import recorded_name
from annotator.project.records import UNDECIDED, Review, SampleState, SampleSummary, Verdict
from annotator.project.review_rows import newest_ids, newest_review, review_of
from annotator.project.settings import setting_in
from annotator.project.summaries import load_summaries, load_summary
from annotator.project.tables import ImageRow, ReviewRow, SampleRow
from annotator.project.taking_back import take_back_rows
from annotator.system.people import known_as
from annotator.system.portions import portions


class Reviews:
    """The verdicts on a project's samples.

    All methods that give one take the `reviewer`, who must have a name, and an optional `comment`.
    Those that give one to a single sample also take what the reviewer has seen of it:

    revision
        Of the annotation that was looked at: if that is no longer the current one,
        `StaleAnnotation` is raised and nothing is written.
    seen
        The id of the newest review of the sample that the reviewer has seen, 0 for none: if there
        is a newer one, `UnseenVerdict` is raised and nothing is written.

    None asks nothing.
    """

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def submit(
        self,
        sample_id: int,
        *,
        reviewer: str,
        comment: str = "",
        revision: int | None = None,
        seen: int | None = None,
    ) -> SampleSummary:
        """Say, as its annotator, that a sample is done: it waits for a review.

        Raises `Decided` if it was accepted, excluded or deleted.
        """
        judgement = Judgement(Verdict.SUBMIT, reviewer, comment)
        return self.judge(sample_id, judgement, revision=revision, seen=seen).sample

    def accept(
        self,
        sample_id: int,
        *,
        reviewer: str,
        comment: str = "",
        revision: int | None = None,
        seen: int | None = None,
    ) -> SampleSummary:
        """Make a sample ground truth, as it stands.

        Raises `OwnWork` in a project of two steps if the reviewer made or submitted it.
        """
        judgement = Judgement(Verdict.ACCEPT, reviewer, comment)
        return self.judge(sample_id, judgement, revision=revision, seen=seen).sample

    def send_back(
        self,
        sample_id: int,
        *,
        reviewer: str,
        reasons: Collection[str],
        comment: str = "",
        vertices: Collection[int] = (),
        region: str | None = None,
        revision: int | None = None,
        seen: int | None = None,
    ) -> SampleSummary:
        """Send a sample back to its annotator, for at least one reason; raise ValueError without.

        What `vertices` or `region` mark of the mesh is kept with the comment as a remark.
        """
        judgement = Judgement(
            Verdict.SEND_BACK, reviewer, comment, reasons, tuple(vertices), region
        )
        return self.judge(sample_id, judgement, revision=revision, seen=seen).sample

    def exclude(
        self,
        sample_id: int,
        *,
        reviewer: str,
        reasons: Collection[str] = (),
        comment: str = "",
        revision: int | None = None,
        seen: int | None = None,
    ) -> SampleSummary:
        """Take a sample out of the work: neither ground truth nor to be corrected.

        Raises `ReasonNeeded` in a project of two steps if there is no reason.
        """
        judgement = Judgement(Verdict.EXCLUDE, reviewer, comment, reasons)
        return self.judge(sample_id, judgement, revision=revision, seen=seen).sample

    def delete(
        self,
        sample_id: int,
        *,
        reviewer: str,
        comment: str = "",
        revision: int | None = None,
        seen: int | None = None,
    ) -> SampleSummary:
        """Say that there is no such face; `reopen` brings the sample back with all its strokes."""
        judgement = Judgement(Verdict.DELETE, reviewer, comment)
        return self.judge(sample_id, judgement, revision=revision, seen=seen).sample

    def reopen(
        self,
        sample_id: int,
        *,
        reviewer: str,
        comment: str = "",
        revision: int | None = None,
        seen: int | None = None,
    ) -> SampleSummary:
        """Withdraw the verdict on a sample: it is in progress again, or as predicted."""
        judgement = Judgement(Verdict.REOPEN, reviewer, comment)
        return self.judge(sample_id, judgement, revision=revision, seen=seen).sample

    def judge(
        self,
        sample_id: int,
        judgement: Judgement,
        *,
        revision: int | None = None,
        seen: int | None = None,
    ) -> Judged:
        """Give one sample a verdict, whichever it is, and say what to take it back by."""
        with self._engine.writing() as session:
            revisions = None if revision is None else {sample_id: revision}
            known = None if seen is None else {sample_id: seen}
            (given,) = write_rows(session, judgement, [sample_id], revisions, seen=known)
            session.flush()
            return Judged(load_summary(session, self._paths, sample_id), given)

    def judge_all(
        self,
        sample_ids: Iterable[int],
        judgement: Judgement,
        *,
        revisions: Mapping[int, int] | None = None,
        seen: Mapping[int, int] | None = None,
        as_of: int | None = None,
    ) -> list[Given]:
        """Give many samples the same verdict, in one transaction: all of them or none.

        Parameters
        ----------
        revisions
            Of the annotations that were looked at.
        seen
            The newest review that was seen of each sample, or 0. Samples that are missing in these
            two are not asked about.
        as_of
            A number of `Samples.last_change`: what the reviewer knows of the samples is from then.

        Raises
        ------
        StaleAnnotation
            If a sample is at another revision, or anything of it changed after that number.
        UnseenVerdict
            If one has a newer verdict than was seen.
        """
        given: list[Given] = []
        with self._engine.writing() as session:
            for chunk in chunks(list(dict.fromkeys(sample_ids)), self._engine):
                given += write_rows(session, judgement, chunk, revisions, seen=seen, as_of=as_of)
        return given

    def take_back(self, given: Iterable[Given], *, reviewer: str) -> TakenBack:
        """Take verdicts back, in one transaction: what was in effect before them is so again.

        That is recorded: nothing of the history goes. Samples on which the verdict is no longer
        the one in effect, or which are gone, stay as they are.

        Parameters
        ----------
        given
            As they were given; at most one of each sample.
        reviewer
            Who takes them back.
        """
        reviewer = recorded_name(reviewer)
        samples: list[SampleSummary] = []
        newest: dict[int, int] = {}
        left: dict[int, Review | None] = {}
        with self._engine.writing() as session:
            for chunk in chunks(list(given), self._engine):
                taken, stay = take_back_rows(session, chunk, reviewer)
                newest |= taken
                left |= stay
                samples += load_summaries(session, self._paths, SampleRow.id.in_(list(taken)))
        return TakenBack(samples, newest, left)

    def give(
        self,
        verdict: Verdict,
        sample_ids: Iterable[int],
        *,
        reviewer: str,
        reasons: Collection[str] = (),
        comment: str = "",
        revisions: Mapping[int, int] | None = None,
        seen: Mapping[int, int] | None = None,
    ) -> int:
        """Give many samples the same verdict; see `judge_all`.

        Returns
        -------
        int
            The number of samples.
        """
        judgement = Judgement(Verdict(verdict), reviewer, comment, reasons)
        return len(self.judge_all(sample_ids, judgement, revisions=revisions, seen=seen))

    def give_undecided(
        self,
        verdict: Verdict,
        *,
        reviewer: str,
        reasons: Collection[str] = (),
        comment: str = "",
        leaving_out: Collection[int] = (),
    ) -> list[int]:
        """Give all samples that wait for a verdict, but for some, the same one, some at a time.

        In a project of two steps what is accepted are those that were submitted. Frames of clips
        as they were propagated, which nobody has looked at since, are neither accepted nor
        submitted.

        No transaction holds others up for long. Which samples they are is decided in it: a
        verdict that someone else gives meanwhile stands.

        Returns
        -------
        list of int
            The samples' ids, ordered by image and face.
        """
        judgement = Judgement(Verdict(verdict), reviewer, comment, reasons)
        with self._engine.reading() as session:
            undecided = _waiting(session, judgement.verdict)
            if judgement.verdict in (Verdict.ACCEPT, Verdict.SUBMIT):
                undecided = undecided.where(~is_unlooked())
            found = session.scalars(undecided.order_by(SampleRow.image_id, SampleRow.face_index))
            left_out = set(leaving_out)
            asked = [sample_id for sample_id in found if sample_id not in left_out]
        sample_ids: list[int] = []
        with telling_what_is_done(sample_ids, len(asked)):
            for some in portions(asked):
                still = undecided.where(SampleRow.id.in_(some))
                with self._engine.writing() as session:
                    there = set(session.scalars(locked(still, SampleRow)))
                    given = [sample_id for sample_id in some if sample_id in there]
                    write_rows(session, judgement, given)
                sample_ids += given
        return sample_ids

    def own_work(self, sample_ids: Iterable[int], person: str) -> set[int]:
        """Return which samples somebody may not accept, because they are their own work."""
        found: set[int] = set()
        with self._engine.reading() as session:
            if not is_own_refused(session):
                return found
            for chunk in chunks(list(sample_ids), self._engine):
                makers = makers_of(session, chunk)
                found |= {each for each, names in makers.items() if known_as(person) in names}
        return found

    def waiting(self, verdict: Verdict) -> list[int]:
        """Return the samples that `give_undecided` gives a verdict, ordered by image and face."""
        with self._engine.reading() as session:
            query = _waiting(session, verdict)
            return list(session.scalars(query.order_by(SampleRow.image_id, SampleRow.face_index)))

    def history(self, sample_id: int) -> list[Review]:
        """Return all verdicts on a sample, the oldest first."""
        query = select(ReviewRow).where(ReviewRow.sample_id == sample_id).order_by(ReviewRow.id)
        with self._engine.reading() as session:
            if session.get(SampleRow, sample_id) is None:
                raise UnknownSample(f"there is no sample {sample_id} in this project")
            return [review_of(row) for row in session.scalars(query)]

    def newest(self, sample_id: int) -> Review | None:
        """Return the last verdict on a sample, in effect or not; None if there never was one."""
        with self._engine.reading() as session:
            return newest_review(session, sample_id)

    def newest_ids(self, sample_ids: Iterable[int]) -> dict[int, int]:
        """Return what `seen` is for samples as they are now: each one's newest review, or 0."""
        asked = list(sample_ids)
        found = dict.fromkeys(asked, 0)
        with self._engine.reading() as session:
            for chunk in chunks(asked, self._engine):
                found |= newest_ids(session, chunk)
        return found


def _waiting(session: Session, verdict: Verdict) -> Select[int]:
    """Return what selects the samples that wait for a verdict."""
    states: tuple[SampleState, ...] = (*UNDECIDED, SampleState.SUBMITTED)
    if verdict is Verdict.SUBMIT:
        states = UNDECIDED
    elif verdict is Verdict.ACCEPT and setting_in(session, "review") == TWO_STEPS:
        states = (SampleState.SUBMITTED,)
    return (
        select(SampleRow.id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.state.in_(states), IN_PROJECT, IS_ORIGINAL)
    )
