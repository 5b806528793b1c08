"""The audit log: who did what in a project, and when; triggers keep its entries as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine
from annotator.project.errors import RESTORE, DamagedProject
from annotator.project.people import recorded_name
from annotator.project.tables import AuditRow
from annotator.system.foreign_text import path_text

_BATCH = 1000  # entries in memory at once
_GAPS = 10  # that are told


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did.

    Attributes
    ----------
    number
        Grows with every entry: of two, the one with the greater was made later.
    at
        In UTC.
    who
        None where nobody said.
    what
        A verdict's word, or ``"setting"``, ``"remove"``, ``"restore"``, ``"delete_for_good"``,
        ``"round_start"``, ``"round_end"``, ``"round_finish"``, ``"remark"``, ``"resolve"``,
        ``"draw"``, ``"restore_revision"``, ``"ask"`` and ``"ask_known"`` (of honeypots) for an
        opinion of a face, ``"grab"`` of a live picture, ``"import"`` of somebody else's face.
    sample_id, image_id
        What it was done to; it may be deleted for good since.
    detail
        What else there is to say, by name.
    """

    number: int
    at: datetime
    who: str | None
    what: str
    sample_id: int | None
    image_id: int | None
    detail: Mapping[str, Any]


class Audit:
    """The audit log of a project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self, *, after: int = 0, sample_id: int | None = None) -> Iterator[AuditEntry]:
        """Yield entries in the order that they were made in, read some at a time.

        Parameters
        ----------
        after
            Only those with a greater number.
        sample_id
            Only those of a sample.
        """
        while True:
            query = select(AuditRow).where(AuditRow.number > after)
            if sample_id is not None:
                query = query.where(AuditRow.sample_id == sample_id)
            with self._engine.reading() as session:
                some = [
                    _entry(row)
                    for row in session.scalars(query.order_by(AuditRow.number).limit(_BATCH))
                ]
            yield from some
            if len(some) < _BATCH:
                return
            after = some[-1].number

    def note_grab(
        self, image_id: int, who: str, *, source: str = "", faces: int = 0, why: str = ""
    ) -> None:
        """Enter who grabbed an image from live pictures.

        Parameters
        ----------
        image_id
        who
        source
            Where the pictures came from.
        faces
            How many the model saw.
        why
            Empty where somebody asked for it.

        Raises
        ------
        UnusableName
            If nobody could be called so.
        """
        name = recorded_name(who)
        place = path_text(source)
        with self._engine.writing() as session:
            note(session, "grab", name, image_id=image_id, source=place, faces=faces, why=why)


def missing_entries(session: Session) -> list[str]:
    """Return which entries of the log somebody took out in spite of its triggers, in sentences.

    Numbers are given without gaps. What was taken from its end leaves none.
    """
    before = func.lag(AuditRow.number, 1, 0).over(order_by=AuditRow.number)
    numbers = select(AuditRow.number.label("number"), before.label("before")).subquery()
    gaps = select(numbers.c.before, numbers.c.number).where(
        numbers.c.number != numbers.c.before + 1
    )
    return [
        f"entries {last + 1} to {number - 1} of the audit log are missing"
        for last, number in session.execute(gaps.limit(_GAPS))
    ]


def note(
    session: Session,
    what: str,
    who: str | None,
    *,
    sample_id: int | None = None,
    image_id: int | None = None,
    **facts: object,
) -> None:
    """Enter what is done into the log, in the transaction that does it.

    `facts` are what JSON holds; those that are empty or None are left out.
    """
    note_all(session, [entry(what, who, sample_id=sample_id, image_id=image_id, **facts)])


def entry(
    what: str,
    who: str | None,
    *,
    sample_id: int | None = None,
    image_id: int | None = None,
    **facts: object,
) -> dict[str, Any]:
    """Return an entry for `note_all`; as `note` takes it."""
    told = {name: fact for name, fact in facts.items() if fact not in (None, "", [], ())}
    return {
        "at": datetime.now(UTC),
        "who": who,
        "what": what,
        "sample_id": sample_id,
        "image_id": image_id,
        "detail": json.dumps(told, sort_keys=True),
    }


def note_all(session: Session, entries: Iterable[Mapping[str, Any]]) -> None:
    """Enter many things at once."""
    if rows := list(entries):
        session.execute(insert(AuditRow), rows)


def _entry(row: AuditRow) -> AuditEntry:
    try:
        detail = json.loads(row.detail)
    except (ValueError, RecursionError) as error:
        raise DamagedProject(
            f"the database is damaged (no JSON in table audit, row {row.number}): {RESTORE}"
        ) from error
    facts = detail if isinstance(detail, dict) else {}
    return AuditEntry(row.number, row.at, row.who, row.what, row.sample_id, row.image_id, facts)
