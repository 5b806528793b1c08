"""On which sides people were of whom nothing is left: what the audit log keeps of released images.

A photograph that a release had on a side and that is deleted for good takes its facts and its split
with it. Whom it showed has a side all the same, and the log, which nobody can change, says which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import RESTORE, DamagedProject
from annotator.project.fact_rows import facts_of
from annotator.project.split_records import FormerSides, Split
from annotator.project.tables import (
    AuditRow,
    ClipRow,
    ImageRow,
    ReleasedImageRow,
    ReleaseEntryRow,
    SplitRow,
)

DELETED = "delete_for_good"
"""What an entry of the audit log is called that is of a deleted image."""

_SHARED = ("subject", "group", "clip")
_HAS_SIDE = ReleaseEntryRow.split.is_not(None)


def what_they_shared(
    session: Session, engine: Engine, image_ids: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Return what the log is to keep of images that are about to be deleted for good.

    Returns
    -------
    dict
        By image, only of those that a release had on a side: that ``split``, and whom and what
        they were tied to, by ``subject``, ``group``, ``clip`` (its hash), and the ``cluster`` that
        decided it.
    """
    facts = facts_of(session, engine, image_ids)
    found: dict[int, dict[str, Any]] = {}
    for some in chunks(sorted(image_ids), engine):
        query = (
            select(SplitRow.image_id, SplitRow.split, SplitRow.cluster, ClipRow.sha256)
            .join(ImageRow, ImageRow.id == SplitRow.image_id)
            .outerjoin(ClipRow, ClipRow.id == ImageRow.clip_id)
            .where(SplitRow.image_id.in_(some))
            .where(exists().where(ReleaseEntryRow.image_id == SplitRow.image_id, _HAS_SIDE))
        )
        for image_id, split, cluster, clip in session.execute(query):
            known = facts[image_id]
            shared = {"subject": known.subject, "group": known.group, "clip": clip}
            told = {"split": split.value, **shared, "cluster": cluster}
            found[image_id] = {name: text for name, text in told.items() if text}
    return found


def former_sides(session: Session) -> FormerSides:
    """Return the sides of what images shared that were deleted for good.

    Raises
    ------
    DamagedProject
        If the audit log holds what nobody wrote into it.
    """
    is_there = exists().where(ImageRow.id == ReleasedImageRow.image_id)
    gone = select(ReleasedImageRow.image_id).where(~is_there).limit(1)
    if session.scalar(gone) is None:
        return {}  # as in nearly all projects: the log need not be read
    found: dict[tuple[str, str], set[Split]] = {}
    query = select(AuditRow.number, AuditRow.detail).where(AuditRow.what == DELETED)
    for number, detail in session.execute(query.order_by(AuditRow.number)):
        side, names = _told(number, detail)
        for name in names:
            found.setdefault(name, set()).add(side)
    return {name: frozenset(sides) for name, sides in found.items()}


def _told(number: int, detail: str) -> tuple[Split, list[tuple[str, str]]]:
    try:
        told = json.loads(detail)
        if "split" not in told:
            return Split.TRAIN, []
        return Split(told["split"]), list(_names(told))
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedProject(
            f"the database is damaged (an impossible entry in table audit, row {number}): {RESTORE}"
        ) from error


def _names(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in _SHARED:
        if kind in told:
            yield kind, str(told[kind])
    if "cluster" in told:
        kind, _, value = str(told["cluster"]).partition(" ")
        yield kind, value
