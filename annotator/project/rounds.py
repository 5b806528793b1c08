"""Which rounds a project went through: predict, refine, review, release, retrain, and again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.project.audit import note
from annotator.project.engine.base import Engine
from annotator.project.errors import DamagedProject, RoundError
from annotator.project.following import follow_model
from annotator.project.locking import locked
from annotator.project.models import known_model
from annotator.project.paths import ImagePaths
from annotator.project.people import who_does_it
from annotator.project.round_records import (
    Facts,
    Round,
    RoundOutcome,
    RoundRelease,
)
from annotator.project.tables import ModelRow, PredictionRunRow, RoundRow


class Rounds:
    """The rounds of a project, one of which is under way.

    Where nothing was stored of rounds yet, the first model that predicted is that of round 1:
    nobody has to begin it. A round ends in two steps, as its new model takes a while to predict:
    `end_with` notes what came of it, `finish` begins the next one.
    """

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def all(self) -> list[Round]:
        """Return all rounds, the first one first; none if no model has predicted."""
        with self._engine.reading() as session:
            rows = session.scalars(select(RoundRow).order_by(RoundRow.number)).all()
            if rows:
                return [self._round(session, row) for row in rows]
            first = _unwritten(session)
            return [] if first is None else [first]

    def get(self, number: int) -> Round:
        """Return a round by its number, or raise `RoundError`."""
        rounds = self.all()
        found = next((each for each in rounds if each.number == number), None)
        if found is None:
            known = f"its rounds are 1 to {len(rounds)}" if rounds else "no model has predicted yet"
            raise RoundError(f"there is no round {number} in this project: {known}")
        return found

    def current(self) -> Round | None:
        """Return the round that is under way; None if no model has predicted."""
        with self._engine.reading() as session:
            return self._current(session)

    def start(self, model_id: int, *, by: str | None = None) -> Round:
        """Begin round 1 with a model, before it predicts; all others begin by themselves.

        Where it began already with this model that is noted, once. `by` is who does it, here and
        below; None for whoever is logged in.

        Raises
        ------
        RoundError
            If another model predicts in the round under way.
        ProjectError
            If there is no such model.
        """
        who = who_does_it(by)
        with self._engine.writing(alone=True) as session:
            model = known_model(session, model_id)
            current = self._current(session)
            if current is not None and current.model != model:
                raise RoundError(
                    f"round {current.number} is under way with the model {current.model.name}: "
                    "finish it before another model begins one"
                )
            if current is None or session.get(RoundRow, current.number) is None:
                session.add(RoundRow(number=1, model_id=model_id, started_at=_started(current)))
                session.flush()
                note(session, "round_start", who, round=1, model=model.name, sha256=model.sha256)
            current = self._current(session)
            assert current is not None  # as just written
            return current

    def end_with(self, outcome: RoundOutcome, *, by: str | None = None) -> Round:
        """Note what came of the round under way; said again, what is new is noted too.

        Raises
        ------
        RoundError
            If there is no round, or it is being finished with another model, or the model is its
            own or one of another layout.
        ProjectError
            If there is no such model.
        """
        who = who_does_it(by)
        with self._engine.writing(alone=True) as session:
            current = self._current(session)
            if current is None:
                raise RoundError("no model has predicted yet: there is no round to finish")
            model = known_model(session, outcome.model_id)
            refuse_model(current, model.name, model.sha256, model.layout)
            row = _row(session, current)
            row.next_model_id = outcome.model_id
            if outcome.release is not None:
                row.release_sha256 = outcome.release.content_sha256
                row.release_folder = self._paths.stored(outcome.release.folder)
                row.release_samples = outcome.release.samples
            if outcome.training is not None:
                row.training = json.dumps(outcome.training, sort_keys=True)
            if outcome.metrics is not None:
                row.metrics = json.dumps(outcome.metrics, sort_keys=True)
            session.flush()
            note(
                session, "round_end", who, round=row.number, model=model.name,
                sha256=model.sha256, release=row.release_sha256,
            )  # fmt: skip
            return self._round(session, row)

    def finish(self, number: int, *, by: str | None = None) -> Round:
        """End a round whose new model has predicted, and begin the next one with that model.

        Samples that nobody edited or reviewed show the new model's prediction then, whatever
        models were tried in between.

        Returns
        -------
        Round
            The new one.

        Raises
        ------
        RoundError
            If it is not the round under way, or nothing was noted of what came of it.
        """
        who = who_does_it(by)
        with self._engine.writing(alone=True) as session:
            current = self._current(session)
            if current is None or current.number != number:
                raise RoundError(f"round {number} is not under way: it cannot be finished")
            if current.next_model is None:
                raise RoundError(f"round {number} has no new model yet: it cannot be finished")
            row, now = _row(session, current), datetime.now(UTC)
            row.finished_at = now
            model_id = current.next_model.id
            session.add(RoundRow(number=number + 1, model_id=model_id, started_at=now))
            note(session, "round_finish", who, round=number, model=current.next_model.name)
            follow_model(session, self._engine, model_id, before=current.model.id)
            session.flush()
            return Round(number + 1, current.next_model, now)

    def _current(self, session: Session) -> Round | None:
        row = session.scalar(select(RoundRow).order_by(RoundRow.number.desc()).limit(1))
        return _unwritten(session) if row is None else self._round(session, row)

    def _round(self, session: Session, row: RoundRow) -> Round:
        return Round(
            row.number,
            known_model(session, row.model_id),
            row.started_at,
            None if row.next_model_id is None else known_model(session, row.next_model_id),
            row.finished_at,
            self._release(row),
            _facts(row.training),
            _facts(row.metrics),
        )

    def _release(self, row: RoundRow) -> RoundRelease | None:
        if row.release_sha256 is None or row.release_folder is None:
            return None
        folder = self._paths.absolute(row.release_folder)
        return RoundRelease(row.release_sha256, folder, row.release_samples or 0)


def _row(session: Session, current: Round) -> RoundRow:
    """Return the row of the round under way, locked; round 1 is written now if it is not yet."""
    query = select(RoundRow).where(RoundRow.number == current.number)
    row = session.scalar(locked(query, RoundRow))
    if row is None:
        started = _started(current)
        row = RoundRow(number=current.number, model_id=current.model.id, started_at=started)
        session.add(row)
        session.flush()
    return row


def _unwritten(session: Session) -> Round | None:
    """Return round 1 as it is while nothing is stored of it: the first model that predicted."""
    model_id = session.scalar(select(func.min(PredictionRunRow.model_id)))
    if model_id is None:
        return None
    began = session.scalar(select(ModelRow.registered_at).where(ModelRow.id == model_id))
    assert began is not None  # a run refers to its model
    return Round(1, known_model(session, model_id), began)


def _started(current: Round | None) -> datetime:
    return datetime.now(UTC) if current is None else current.started_at


def refuse_model(current: Round, name: str, sha256: str, layout: str) -> None:
    """Raise RoundError if a round cannot end with a model."""
    number, following = current.number, current.next_model
    if sha256 == current.model.sha256:
        raise RoundError(f"{name} is the model of round {number} already: train a new one")
    if layout != current.model.layout:
        raise RoundError(
            f"{name} predicts meshes of {layout}, but those of round {number} are of "
            f"{current.model.layout}: train from a model of the same layout"
        )
    if following is not None and following.sha256 != sha256:
        raise RoundError(
            f"round {number} is being finished with the model {following.name}: finish it with "
            "that one; another one can end the next round"
        )


def _facts(stored: str | None) -> Facts | None:
    try:
        facts = None if stored is None else json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise DamagedProject(
            f"the database is damaged: what it says of a round cannot be read ({error}); "
            "restore it from a backup"
        ) from error
    return facts if isinstance(facts, dict) else None
