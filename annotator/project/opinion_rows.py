"""Opinions among the rows of samples: which samples are somebody's, and who is shown which."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from annotator.project.errors import UnknownSample
from annotator.project.records import UNDECIDED, SampleState
from annotator.project.tables import SampleRow

IS_ORIGINAL = SampleRow.copy_of.is_(None)
"""What holds of all samples but opinions: of all that counts, models, tables and releases see."""

OPEN = (*UNDECIDED, SampleState.SENT_BACK)
"""The states of opinions that are still to be given."""


def shown_to(person: str | None) -> ColumnElement[bool]:
    """Return what holds of the samples in somebody's lists.

    Their own opinions take the places of the faces that these are about: nothing that others made
    of them is shown, for ever. Whoever gives opinions is not shown either what is with others
    until all of them are there; all others see the faces themselves, and no opinion. None: nobody
    in particular.
    """
    if person is None:
        return IS_ORIGINAL
    mine, given = aliased(SampleRow), aliased(SampleRow)
    gives_opinions = exists(select(mine.id).where(mine.assigned_to == person))
    hidden = select(given.copy_of).where(
        given.copy_of.is_not(None),
        or_(given.assigned_to == person, given.state.in_(OPEN) & gives_opinions),
    )
    return or_(SampleRow.assigned_to == person, IS_ORIGINAL & SampleRow.id.not_in(hidden))


def refuse_foreign(sample: SampleRow, person: str | None) -> None:
    """Raise UnknownSample if a sample is somebody else's opinion: for others it is not there."""
    if sample.assigned_to is not None and sample.assigned_to != person:
        raise UnknownSample(f"there is no sample {sample.id} in this project for {person}")
