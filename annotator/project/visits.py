"""Who worked on which sample, when, and for how long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine
from annotator.project.errors import UnknownSample
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths
from annotator.project.people import recorded_name
from annotator.project.records import SampleSummary, Visit, VisitPurpose
from annotator.project.summaries import load_summary
from annotator.project.tables import SampleRow, VisitRow

_LONGEST = 1e9  # seconds: 30 years
_MOST_STROKES = 10**9


class Visits:
    """The time that people spent on a project's samples."""

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def record(
        self,
        sample_id: int,
        *,
        annotator: str | None,
        started_at: datetime,
        seconds: float,
        strokes: int,
        purpose: VisitPurpose = VisitPurpose.ANNOTATE,
    ) -> SampleSummary:
        """Note a visit and add its time to the sample's, in one transaction.

        What a reviewer's look takes counts as `seconds_reviewed`, all else as `seconds_spent`.

        Parameters
        ----------
        sample_id, annotator
        started_at
            A time without a zone is this machine's.
        seconds
            How long, pauses taken off by whoever measured.
        strokes
            Strokes made meanwhile, undone ones too.
        purpose

        Raises
        ------
        UnknownSample, UnusableName
            If there is no such sample, or nobody could be called so.
        ValueError
            If a number is negative, or larger than any visit can have.
        """
        if not (0 <= seconds <= _LONGEST and 0 <= strokes <= _MOST_STROKES):
            raise ValueError(f"a visit cannot take {seconds} s and {strokes} strokes")
        with self._engine.writing() as session:
            sample = _sample(session, sample_id, to_change=True)
            session.add(
                VisitRow(
                    sample_id=sample_id,
                    annotator=None if annotator is None else recorded_name(annotator),
                    started_at=started_at,
                    seconds=float(seconds),
                    strokes=strokes,
                    purpose=purpose,
                )
            )
            _add_time(sample, seconds, purpose)
            session.flush()
            return load_summary(session, self._paths, sample_id)

    def history(self, sample_id: int) -> list[Visit]:
        """Return the visits to a sample in the order they were recorded."""
        query = select(VisitRow).where(VisitRow.sample_id == sample_id).order_by(VisitRow.id)
        with self._engine.reading() as session:
            _sample(session, sample_id)
            return [_visit(row) for row in session.scalars(query)]


def _sample(session: Session, sample_id: int, *, to_change: bool = False) -> SampleRow:
    query = select(SampleRow).where(SampleRow.id == sample_id)
    sample = session.scalar(locked(query, SampleRow) if to_change else query)
    if sample is None:
        raise UnknownSample(f"there is no sample {sample_id} in this project")
    return sample


def _visit(row: VisitRow) -> Visit:
    return Visit(
        sample_id=row.sample_id,
        annotator=row.annotator,
        started_at=row.started_at,
        seconds=row.seconds,
        strokes=row.strokes,
        purpose=row.purpose,
    )


def _add_time(sample: SampleRow, seconds: float, purpose: VisitPurpose) -> None:
    if purpose is VisitPurpose.REVIEW:
        sample.seconds_reviewed += seconds
    else:
        sample.seconds_spent += seconds
