"""Which split each image of a project is in: decided once, and kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from annotator.project.audit import entry, note, note_all
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import SplitDecided, UnknownImage
from annotator.project.former_sides import former_sides
from annotator.project.locking import locked
from annotator.project.partly import telling_what_is_done
from annotator.project.people import who_does_it
from annotator.project.split_records import FormerSides, Split, StoredSplit
from annotator.project.tables import ImageRow, ReleaseEntryRow, SplitRow
from annotator.system.portions import portions

_PORTION = 500  # images whose splits are written in one transaction


class Splits:
    """The splits of a project's images.

    An image that a release had in a split stays in it: the database refuses anything else. Others
    may be put into another one by hand. Removed images keep theirs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def decided(self) -> dict[int, StoredSplit]:
        """Return the split of each image that is in one, by its id, in the order of ids."""
        query = select(SplitRow.image_id, SplitRow.split, SplitRow.is_fixed, SplitRow.cluster)
        with self._engine.reading() as session:
            rows = session.execute(query.order_by(SplitRow.image_id))
            return {image: StoredSplit(split, fixed, by) for image, split, fixed, by in rows}

    def former(self) -> FormerSides:
        """Return on which sides what images shared was that a release had, now deleted for good."""
        with self._engine.reading() as session:
            return former_sides(session)

    def decide(self, splits: Mapping[int, StoredSplit], by: str | None = None) -> int:
        """Keep the splits of images that are in none yet, some at a time.

        Parameters
        ----------
        splits
            By image. Images that are in that split already stay as they are.
        by
            Who does it; None for whoever is logged in.

        Returns
        -------
        int
            How many images were in no split before.

        Raises
        ------
        SplitDecided
            If an image is in another split; nothing is written, unless another program put it
            there meanwhile.
        UnknownImage
            If there is no such image; nothing is written.
        """
        who = who_does_it(by)
        self._engine.check_writable()
        with self._engine.reading() as session:
            _refuse_unknown(session, self._engine, splits)
            new = _undecided(session, self._engine, splits, sorted(splits))
        done: list[int] = []
        with telling_what_is_done(done, len(new)):
            for some in portions(new, _PORTION):
                with self._engine.writing(alone=True) as session:
                    _refuse_unknown(session, self._engine, some)
                    added = _undecided(session, self._engine, splits, some)
                    _add(session, {each: splits[each] for each in added}, who)
                    note(session, "split", who, **_counts(splits, added))
                done += added
        return len(done)

    def fix(self, image_ids: Collection[int], split: Split, by: str | None = None) -> int:
        """Put images into a split by hand: they stay there, whatever else is decided.

        Returns
        -------
        int
            How many were not fixed there before.

        Raises
        ------
        SplitDecided
            If a release had one in another split; nothing is written.
        UnknownImage
            If there is no such image; nothing is written.
        """
        who, ids = who_does_it(by), sorted(set(image_ids))
        self._engine.check_writable()
        with self._engine.reading() as session:
            _refuse_unknown(session, self._engine, ids)
            _refuse_released(session, self._engine, ids, split)
        done: list[int] = []
        fixed = 0
        with telling_what_is_done(done, len(ids)):
            for some in portions(ids, _PORTION):
                with self._engine.writing(alone=True) as session:
                    _refuse_unknown(session, self._engine, some)
                    _refuse_released(session, self._engine, some, split)
                    fixed += _fix(session, self._engine, some, split, who)
                done += some
        return fixed

    def unfix(self, image_ids: Collection[int], by: str | None = None) -> int:
        """Take back that images were put into a split by hand.

        Those that no release had in it are in none any more; the others stay in it.

        Returns
        -------
        int
            How many were fixed before.
        """
        who, ids = who_does_it(by), sorted(set(image_ids))
        self._engine.check_writable()
        done: list[int] = []
        unfixed = 0
        with telling_what_is_done(done, len(ids)):
            for some in portions(ids, _PORTION):
                with self._engine.writing(alone=True) as session:
                    unfixed += _unfix(session, self._engine, some, who)
                done += some
        return unfixed


def _fix(session: Session, engine: Engine, image_ids: Sequence[int], split: Split, who: str) -> int:
    rows = _rows(session, engine, image_ids)
    moved = [row for row in rows.values() if row.split is not split or not row.is_fixed]
    now = datetime.now(UTC)
    for row in moved:
        row.split, row.is_fixed, row.decided_at, row.decided_by = split, True, now, who
    session.flush()
    new = [each for each in image_ids if each not in rows]
    _add(session, dict.fromkeys(new, StoredSplit(split, True, "")), who)
    changed = sorted([*new, *(row.image_id for row in moved)])
    note_all(session, [entry("fix_split", who, image_id=each, split=split) for each in changed])
    return len(changed)


def _unfix(session: Session, engine: Engine, image_ids: Sequence[int], who: str) -> int:
    fixed = {each: row for each, row in _rows(session, engine, image_ids).items() if row.is_fixed}
    kept = _released(session, engine, list(fixed))
    for image_id, row in fixed.items():
        row.is_fixed = False
        note(session, "unfix_split", who, image_id=image_id, split=row.split)
    session.flush()
    for some in chunks(sorted(fixed.keys() - kept), engine):
        session.execute(delete(SplitRow).where(SplitRow.image_id.in_(some)))
    return len(fixed)


def _add(session: Session, splits: Mapping[int, StoredSplit], who: str) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "image_id": image_id,
            "split": each.split,
            "is_fixed": each.is_fixed,
            "cluster": each.cluster,
            "decided_at": now,
            "decided_by": who,
        }
        for image_id, each in splits.items()
    ]
    if rows:
        session.execute(insert(SplitRow), rows)


def _undecided(
    session: Session, engine: Engine, splits: Mapping[int, StoredSplit], ids: Sequence[int]
) -> list[int]:
    """Return those images that are in no split, or raise SplitDecided if one is in another."""
    known: dict[int, Split] = {}
    for some in chunks(ids, engine):
        query = select(SplitRow.image_id, SplitRow.split).where(SplitRow.image_id.in_(some))
        known |= dict(session.execute(query).all())
    for image_id, split in known.items():
        if split is not splits[image_id].split:
            raise _decided(session, image_id, split, splits[image_id].split)
    return [each for each in ids if each not in known]


def _refuse_released(
    session: Session, engine: Engine, image_ids: Sequence[int], split: Split
) -> None:
    """Raise SplitDecided if a release had one of some images in another split."""
    known = _rows(session, engine, image_ids, to_change=False)
    elsewhere = [each for each, row in known.items() if row.split is not split]
    for image_id in sorted(_released(session, engine, elsewhere)):
        raise _decided(session, image_id, known[image_id].split, split)


def _decided(session: Session, image_id: int, split: Split, wanted: Split) -> SplitDecided:
    path = session.scalar(select(ImageRow.path).where(ImageRow.id == image_id))
    name = "" if path is None else f" ({PurePath(path).name})"
    return SplitDecided(
        f"image {image_id}{name} is in the {split.value} split, and images never change sides: "
        f"leave it there, it cannot go to {wanted.value}"
    )


def _released(session: Session, engine: Engine, image_ids: Sequence[int]) -> set[int]:
    """Return those images that a release had in a split."""
    found: set[int] = set()
    for some in chunks(image_ids, engine):
        query = select(ReleaseEntryRow.image_id).where(
            ReleaseEntryRow.image_id.in_(some), ReleaseEntryRow.split.is_not(None)
        )
        found.update(session.scalars(query.distinct()))
    return found


def _rows(
    session: Session, engine: Engine, image_ids: Sequence[int], *, to_change: bool = True
) -> dict[int, SplitRow]:
    found: dict[int, SplitRow] = {}
    for some in chunks(image_ids, engine):
        query = select(SplitRow).where(SplitRow.image_id.in_(some)).order_by(SplitRow.image_id)
        rows = session.scalars(locked(query, SplitRow) if to_change else query)
        found |= {row.image_id: row for row in rows}
    return found


def _refuse_unknown(session: Session, engine: Engine, image_ids: Collection[int]) -> None:
    known: set[int] = set()
    for some in chunks(sorted(image_ids), engine):
        known.update(session.scalars(select(ImageRow.id).where(ImageRow.id.in_(some))))
    if missing := set(image_ids) - known:
        raise UnknownImage(f"there is no image {min(missing)} in this project")


def _counts(splits: Mapping[int, StoredSplit], image_ids: Sequence[int]) -> dict[str, Any]:
    found = [splits[each].split for each in image_ids]
    return {split.value: found.count(split) or None for split in Split}
