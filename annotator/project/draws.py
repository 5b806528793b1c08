"""Random parts of the submitted samples, drawn to be reviewed, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random, SystemRandom

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from annotator.project.audit import note
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import ProjectError
from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.people import who_does_it
from annotator.project.records import SampleState, Verdict
from annotator.project.review_rows import newest_ids
from annotator.project.tables import DrawnSampleRow, DrawRow, ImageRow, ReviewRow, SampleRow


@dataclass(frozen=True, slots=True)
class Draw:
    """A random part of the samples that were submitted at a time.

    Attributes
    ----------
    population
        How many they were.
    confidence
        What the bound on their errors is told with.
    sample_ids
        Those that were drawn, and are in the project still.
    right, wrong
        Those of them that were accepted, and sent back, excluded or deleted, by the first verdict
        after the draw; all others wait for it.
    """

    number: int
    drawn_by: str
    drawn_at: datetime
    population: int
    confidence: float
    sample_ids: tuple[int, ...]
    right: tuple[int, ...]
    wrong: tuple[int, ...]

    @property
    def waiting(self) -> tuple[int, ...]:
        """The samples that nobody has given a verdict yet."""
        decided = {*self.right, *self.wrong}
        return tuple(each for each in self.sample_ids if each not in decided)


class Draws:
    """The draws of a project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def draw(
        self, count: int, *, confidence: float, by: str | None = None, seed: int | None = None
    ) -> Draw:
        """Draw samples from those that are submitted now, each as likely as any other.

        Parameters
        ----------
        count
            How many; all of them if there are fewer.
        confidence
            Kept with the draw.
        by
            Who does it; None for whoever is logged in.
        seed
            To draw the same again; None draws what nobody could know.

        Raises
        ------
        ProjectError
            If nothing is submitted; nothing is written.
        ValueError
            If the count is none.
        """
        if count < 1:
            raise ValueError("at least one sample is drawn")
        who = who_does_it(by)
        random = SystemRandom() if seed is None else Random(seed)
        with self._engine.writing(alone=True) as session:
            submitted = list(session.scalars(_SUBMITTED))
            if not submitted:
                raise ProjectError("no sample is submitted: there is nothing to draw from")
            drawn = sorted(random.sample(submitted, min(count, len(submitted))))
            row = DrawRow(
                drawn_by=who,
                drawn_at=datetime.now(UTC),
                population=len(submitted),
                confidence=confidence,
            )
            session.add(row)
            session.flush()
            last = _last_reviews(session, self._engine, drawn)
            session.execute(
                insert(DrawnSampleRow),
                [{"draw_id": row.id, "sample_id": each, "review_id": last[each]} for each in drawn],
            )
            note(session, "draw", who, draw=row.id, drawn=len(drawn), population=row.population)
            return _draw(session, row)

    def all(self) -> list[Draw]:
        """Return all draws, the oldest first."""
        with self._engine.reading() as session:
            rows = session.scalars(select(DrawRow).order_by(DrawRow.id)).all()
            return [_draw(session, row) for row in rows]

    def get(self, number: int) -> Draw:
        """Return a draw by its number, or raise ProjectError."""
        with self._engine.reading() as session:
            row = session.get(DrawRow, number)
            if row is None:
                raise ProjectError(f"there is no draw {number} in this project")
            return _draw(session, row)


def _last_reviews(session: Session, engine: Engine, sample_ids: Sequence[int]) -> dict[int, int]:
    """Return the newest review of each sample that was submitted.

    Not that of the project: ids of reviews that are deleted with a photograph are given again.
    """
    found: dict[int, int] = {}
    for some in chunks(sample_ids, engine):
        found |= newest_ids(session, some)
    return found


_SUBMITTED = (
    select(SampleRow.id)
    .join(ImageRow, ImageRow.id == SampleRow.image_id)
    .where(SampleRow.state == SampleState.SUBMITTED, IN_PROJECT, IS_ORIGINAL)
    .order_by(SampleRow.id)
)
_RIGHT = (Verdict.ACCEPT,)
_WRONG = (Verdict.SEND_BACK, Verdict.EXCLUDE, Verdict.DELETE)


def _draw(session: Session, row: DrawRow) -> Draw:
    drawn = (
        select(DrawnSampleRow.sample_id)
        .join(SampleRow, SampleRow.id == DrawnSampleRow.sample_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(DrawnSampleRow.draw_id == row.id, IN_PROJECT)
        .order_by(DrawnSampleRow.sample_id)
    )
    ids = tuple(session.scalars(drawn))
    first = (
        select(func.min(ReviewRow.id))
        .join(DrawnSampleRow, DrawnSampleRow.sample_id == ReviewRow.sample_id)
        .where(
            DrawnSampleRow.draw_id == row.id,
            ReviewRow.id > DrawnSampleRow.review_id,
            ReviewRow.verdict.in_((*_RIGHT, *_WRONG)),
        )
        .group_by(ReviewRow.sample_id)
    )
    query = select(ReviewRow.sample_id, ReviewRow.verdict).where(ReviewRow.id.in_(first))
    verdicts = dict(session.execute(query).all())
    return Draw(
        row.id,
        row.drawn_by,
        row.drawn_at,
        row.population,
        row.confidence,
        ids,
        tuple(each for each in ids if verdicts.get(each) in _RIGHT),
        tuple(each for each in ids if verdicts.get(each) in _WRONG),
    )
