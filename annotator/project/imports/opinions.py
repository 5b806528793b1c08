"""Opinions that come from elsewhere: who was asked is asked here, and their work comes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine
from annotator.project.imports.deciding import of_matched
from annotator.project.imports.faces_there import opinions_there
from annotator.project.imports.records import FaceThere, Fate, ImportedFace, Outcome
from annotator.project.imports.works import WorkToWrite, write_works
from annotator.project.opinion_writing import write_opinions
from annotator.project.people import recorded_name
from annotator.system.people import known_as


@dataclass(frozen=True, slots=True, eq=False)
class ImportedOpinion:
    """What one person was asked to make of a face elsewhere.

    Attributes
    ----------
    original_id
        The sample of that face here.
    annotator
        Who was asked.
    face
        With what they made of it; without work where they made nothing of it yet.
    answer
        (n, 3) where it is a honeypot: the known answer.

    Raises
    ------
    UnusableName
        If nobody could be called as the annotator is.
    """

    original_id: int
    annotator: str
    face: ImportedFace
    answer: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "annotator", recorded_name(self.annotator))

    @property
    def place(self) -> tuple[int, str]:
        """Of which face, and whose it is however the name is written."""
        return self.original_id, known_as(self.annotator)


_There = Mapping[int, Mapping[str, FaceThere]]


def planned_opinions(
    session: Session, engine: Engine, opinions: Sequence[ImportedOpinion], *, over: bool
) -> list[Outcome]:
    """Return what becomes of opinions, in their order; as `Imports.plan_opinions`."""
    there = opinions_there(session, engine, [one.original_id for one in opinions])
    return [_decided(one, there, over=over) for one in opinions]


def write_imported_opinions(
    session: Session, engine: Engine, opinions: Sequence[ImportedOpinion], *, over: bool, by: str
) -> list[Outcome]:
    """Write opinions in a transaction; as `Imports.store_opinions`."""
    originals = sorted({one.original_id for one in opinions})
    there = opinions_there(session, engine, originals, to_change=True)
    outcomes = [_decided(one, there, over=over) for one in opinions]
    _ask(session, [one for one, (fate, *_) in _pairs(opinions, outcomes) if fate is Fate.NEW], by)
    session.expire_all()
    now = opinions_there(session, engine, originals, to_change=True)
    written, works = [], []
    for one, outcome in _pairs(opinions, outcomes):
        known = now[one.original_id][one.place[1]]
        work = one.face.work
        is_asked = outcome.fate is Fate.NEW and work is not None
        fate, why = outcome.fate, outcome.why
        if is_asked:
            fate, why = of_matched(one.face, known, over=over)
        told = outcome.fate if fate.writes else fate  # who is asked anew may be refused
        written.append(outcome._replace(fate=told, sample_id=known.id, why=why))
        if fate.writes and work is not None:
            works.append(WorkToWrite(one.face, work, known.id, fate, known.verdicts))
    write_works(session, engine, works, by)
    return written


def _pairs(
    opinions: Sequence[ImportedOpinion], outcomes: Sequence[Outcome]
) -> list[tuple[ImportedOpinion, Outcome]]:
    return list(zip(opinions, outcomes, strict=True))


def _decided(one: ImportedOpinion, there: _There, *, over: bool) -> Outcome:
    known = there[one.original_id].get(one.place[1])
    if known is None:
        return Outcome(Fate.NEW)
    if one.face.work is None:
        return Outcome(Fate.ALREADY, known.id)
    fate, why = of_matched(one.face, known, over=over)
    return Outcome(fate, known.id, why=why)


def _ask(session: Session, opinions: Sequence[ImportedOpinion], by: str) -> None:
    """Ask for opinions, and for those whose answer is known with it."""
    plain = [(one.original_id, one.annotator) for one in opinions if one.answer is None]
    known = [one for one in opinions if one.answer is not None]
    if plain:
        write_opinions(session, plain, None, by=by)
    for one in known:
        assert one.answer is not None  # as chosen
        answers = {one.original_id: one.answer}
        write_opinions(session, [(one.original_id, one.annotator)], answers, by=by)
