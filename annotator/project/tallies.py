"""What reports count of a project, all of one moment: read in streams, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, String, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from annotator.project.accepted_blocks import last_review_id
from annotator.project.finding_tallies import FindingTally, finding_tallies
from annotator.project.image_rows import IN_PROJECT
from annotator.project.measured_meshes import MeasuredMeshes, corrected_meshes, meshes_of
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.paths import ImagePaths
from annotator.project.records import SampleState, SampleSummary, Verdict, VisitPurpose
from annotator.project.summaries import load_summaries
from annotator.project.tables import (
    AnnotationRow,
    ImageRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
    StrokeRow,
    VisitRow,
)
from annotator.project.verdict_tallies import ever_sent_back, reason_tallies

_AT_ONCE = 2000  # rows


class StrokeTally(NamedTuple):
    """How many strokes somebody made on a day (UTC, as ``2026-11-27``) that are in effect."""

    person: str | None
    day: str | None
    strokes: int


class VisitTally(NamedTuple):
    """How long somebody was at samples on a day, and what for."""

    person: str | None
    day: str | None
    purpose: VisitPurpose
    seconds: float


class VerdictTally(NamedTuple):
    """How many verdicts of a kind somebody gave on a day, whatever became of them."""

    person: str
    day: str | None
    verdict: Verdict
    verdicts: int


class SampleTally(NamedTuple):
    """What is counted of one sample; see `annotator.project.records.SampleSummary`.

    `model_id` is of the model whose prediction its annotation began with.
    """

    id: int
    state: SampleState
    annotator: str | None
    stroke_count: int
    seconds_spent: float
    seconds_reviewed: float
    displacement: float
    presence: float
    model_id: int


class Tallies:
    """What is counted of the samples whose images are in the project.

    Strokes and time are people's work, so those of opinions are among them; all else is of the
    faces' own samples alone. Made by `Project.tallies`: all of it is as it was when that block
    began, whoever works meanwhile.
    """

    def __init__(self, session: Session, paths: ImagePaths) -> None:
        self._session = session
        self._paths = paths

    def strokes(self) -> list[StrokeTally]:
        """Return the strokes in effect by person and day."""
        person, day = StrokeRow.annotator, _day(StrokeRow.created_at)
        query = select(person, day, func.count()).join(
            SampleRow, SampleRow.id == StrokeRow.sample_id
        )
        rows = self._grouped(query.where(StrokeRow.undone.is_(False)), person, day)
        return [StrokeTally(*row) for row in rows]

    def visits(self) -> list[VisitTally]:
        """Return the time spent by person, day and purpose."""
        person, day, purpose = VisitRow.annotator, _day(VisitRow.started_at), VisitRow.purpose
        query = select(person, day, purpose, func.sum(VisitRow.seconds)).join(
            SampleRow, SampleRow.id == VisitRow.sample_id
        )
        return [VisitTally(*row) for row in self._grouped(query, person, day, purpose)]

    def verdicts(self) -> list[VerdictTally]:
        """Return the verdicts by person, day and kind."""
        person, day, verdict = ReviewRow.reviewer, _day(ReviewRow.created_at), ReviewRow.verdict
        query = select(person, day, verdict, func.count()).join(
            SampleRow, SampleRow.id == ReviewRow.sample_id
        )
        rows = self._grouped(query.where(IS_ORIGINAL), person, day, verdict)
        return [VerdictTally(*row) for row in rows]

    def accepted_on(self) -> dict[str | None, int]:
        """Return how many samples are accepted by a verdict of each day that still holds."""
        day = _day(ReviewRow.created_at)
        query = (
            select(day, func.count())
            .join(SampleRow, SampleRow.id == ReviewRow.sample_id)
            .where(
                SampleRow.state == SampleState.ACCEPTED,
                ReviewRow.id == last_review_id(),
                IS_ORIGINAL,
            )
        )
        return {row[0]: row[1] for row in self._grouped(query, day)}

    def samples(self) -> Iterator[SampleTally]:
        """Yield what is counted of each sample, by id; without blobs, a few at a time."""
        query = (
            select(
                SampleRow.id,
                SampleRow.state,
                SampleRow.annotator,
                SampleRow.stroke_count,
                SampleRow.seconds_spent,
                SampleRow.seconds_reviewed,
                SampleRow.displacement,
                SampleRow.presence,
                PredictionRow.model_id,
            )
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
            .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
            .where(IN_PROJECT, IS_ORIGINAL)
            .order_by(SampleRow.id)
            .execution_options(yield_per=_AT_ONCE)
        )
        for row in self._session.execute(query):
            yield SampleTally(*row)

    def reasons(self) -> Mapping[tuple[str, Verdict], int]:
        """Return how many verdicts named a reason, by reason and verdict."""
        return reason_tallies(self._session)

    def ever_sent_back(self) -> dict[SampleState, int]:
        """Return how many samples were sent back at least once, by the state they are in now."""
        return ever_sent_back(self._session)

    def findings(self) -> list[FindingTally]:
        """Return in how many samples checks found something, by what became of them."""
        return finding_tallies(self._session)

    def corrected(self) -> Iterator[MeasuredMeshes]:
        """Yield the meshes of accepted samples with strokes in effect, and their predictions."""
        return corrected_meshes(self._session)

    def meshes(self, sample_ids: list[int]) -> Iterator[MeasuredMeshes]:
        """Yield the meshes of a few samples, edited or not, and their predictions."""
        return meshes_of(self._session, sample_ids)

    def most_displaced(self, count: int) -> list[SampleSummary]:
        """Return the samples that people moved farthest from their prediction, the first one most.

        Those that are excluded or deleted are left out.
        """
        out = (SampleState.EXCLUDED, SampleState.DELETED)
        query = (
            select(SampleRow.id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(SampleRow.displacement > 0, SampleRow.state.not_in(out), IN_PROJECT, IS_ORIGINAL)
            .order_by(SampleRow.displacement.desc(), SampleRow.id)
            .limit(count)
        )
        ids = self._session.scalars(query).all()
        found = load_summaries(self._session, self._paths, SampleRow.id.in_(ids))
        return sorted(found, key=lambda sample: ids.index(sample.id))

    def _grouped(self, query: Select[Any], *groups: Any) -> Iterator[Any]:
        in_project = query.join(ImageRow, ImageRow.id == SampleRow.image_id).where(IN_PROJECT)
        return iter(self._session.execute(in_project.group_by(*groups).order_by(*groups)))


def _day(column: InstrumentedAttribute[Any]) -> Any:
    """Return the day of a time, in UTC; NULL for what is no time."""
    return func.date(column, type_=String)
