"""Opinions among the rows of samples: which samples are somebody's, and who is shown which."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from annotator.project.errors import UnknownSample
from annotator.project.records import UNDECIDED, SampleState
from annotator.project.tables import SampleRow
from annotator.system.people import known_as

IS_ORIGINAL = SampleRow.copy_of.is_(None)
"""What holds of all samples but opinions: of all that counts, models, tables and releases see."""

OPEN = (*UNDECIDED, SampleState.SENT_BACK)
"""The states of opinions that are still to be given."""


def spellings(session: Session, person: str) -> list[str]:
    """Return the ways in which somebody's name is written where opinions were asked for."""
    query = select(SampleRow.assigned_to).where(SampleRow.copy_of.is_not(None)).distinct()
    wanted = known_as(person)
    return [one for one in session.scalars(query) if one is not None and known_as(one) == wanted]


def shown_to(session: Session, person: str | None) -> ColumnElement[bool]:
    """Return what holds of the samples in somebody's lists.

    Their own opinions take the places of the faces that these are about: nothing that others made
    of them is shown, for ever. Whoever gives opinions is not shown either what is with others
    until all of them are there; all others see the faces themselves, and no opinion. None: nobody
    in particular. Another way to write a name is nobody else, see `known_as`.
    """
    names = [] if person is None else spellings(session, person)
    if not names:
        return IS_ORIGINAL
    given = aliased(SampleRow)
    hidden = select(given.copy_of).where(
        given.copy_of.is_not(None), or_(given.assigned_to.in_(names), given.state.in_(OPEN))
    )
    return or_(SampleRow.assigned_to.in_(names), IS_ORIGINAL & SampleRow.id.not_in(hidden))


def refuse_foreign(sample: SampleRow, person: str | None) -> None:
    """Raise UnknownSample if a sample is somebody else's opinion: for others it is not there."""
    if sample.assigned_to is None:
        return
    if person is None or known_as(sample.assigned_to) != known_as(person):
        raise UnknownSample(f"there is no sample {sample.id} in this project for {person}")
