"""What is known of photographs: whose they are, who is on them, and whether they may be used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from annotator.project.audit import entry, note_all
from annotator.project.engine.base import Engine
from annotator.project.errors import FactError
from annotator.project.fact_records import (
    Consent,
    ImageFacts,
    LeftOut,
    checked_facts,
    checked_text,
)
from annotator.project.fact_rows import (
    Target,
    facts_of,
    forget_refusals,
    new_row,
    rows_to_change,
    targets_of,
)
from annotator.project.leaving import all_not_leaving, left_out, not_leaving, refused_images
from annotator.project.partly import telling_what_is_done
from annotator.project.people import who_does_it
from annotator.project.tables import FactsRow
from annotator.system.portions import portions

_PORTION = 200  # images or clips that are written in one transaction
_COLUMNS = {"group": "group_name"}  # a word of SQL's own

# Changes the row of an image, or of its clip; returns what the log says of it.
_Row = Callable[[int, FactsRow], dict[str, Any]]


class Facts:
    """What is known of the images of a project; of a clip's frames, of the whole clip.

    Everything that is changed is in the audit log. Of an image that was revoked, or to whose use
    the people on it said no, no release holds anything, and nothing is learned.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, image_ids: Collection[int]) -> dict[int, ImageFacts]:
        """Return what is known of images, of removed ones too; unknown ids are left out."""
        with self._engine.reading() as session:
            return facts_of(session, self._engine, image_ids)

    def left_out(self) -> LeftOut:
        """Return what is accepted, but may not leave the project."""
        with self._engine.reading() as session:
            return left_out(session)

    def refused(self) -> int:
        """Return how many images of the project may not leave it."""
        with self._engine.reading() as session:
            return refused_images(session)

    def withheld(self) -> dict[int, ImageFacts]:
        """Return what is known of all images that may not leave the project, by their ids."""
        with self._engine.reading() as session:
            return facts_of(session, self._engine, all_not_leaving(session))

    def not_leaving(self, image_ids: Collection[int]) -> list[int]:
        """Return those of some images that may not leave the project, or are not there any more."""
        with self._engine.reading() as session:
            return not_leaving(session, self._engine, image_ids)

    def set(
        self,
        image_ids: Collection[int],
        changes: Mapping[str, str | None],
        by: str | None = None,
    ) -> int:
        """Set facts of images, the same for all; of a clip's frame, of the whole clip.

        Parameters
        ----------
        image_ids
        changes
            By the names of `FIELDS`; None clears one. Others stay as they are.
        by
            Who does it; None for whoever is logged in.

        Returns
        -------
        int
            How many images or clips have other facts now.

        Raises
        ------
        FactError
            If there is no such fact, or it cannot be so; nothing is changed.
        UnknownImage
            If there is no such image; nothing is changed.
        """
        return self.set_each(dict.fromkeys(image_ids, changes), by)

    def set_each(
        self, changes: Mapping[int, Mapping[str, str | None]], by: str | None = None
    ) -> int:
        """Set facts of images, others for each, some at a time; as `set`.

        Raises
        ------
        FactError
            Also if two frames of one clip were to have different facts.
        """
        who = who_does_it(by)
        checked = {id(each): checked_facts(each) for each in changes.values()}
        wanted = {image: checked[id(each)] for image, each in changes.items()}

        def write(image: int, row: FactsRow) -> dict[str, Any]:
            return _change(row, wanted[image])

        self._engine.check_writable()
        with self._engine.reading() as session:
            targets = targets_of(session, self._engine, wanted)
        by_target: dict[Target, Mapping[str, str | None]] = {}
        for image, target in targets.items():
            if by_target.setdefault(target, wanted[image]) != wanted[image]:
                raise FactError(
                    f"image {image} is a frame of {target}, whose frames share what is known of "
                    "them: give all of them the same"
                )
        return self._written(targets, "facts", who, write)

    def fill(self, facts: Mapping[int, Mapping[str, str | None]], by: str | None = None) -> int:
        """Set facts of images that nobody has said yet, some at a time; as `set`.

        What is known stays as it is, but that somebody refuses counts against any consent. Of the
        frames of a clip the first that says something counts.
        """
        who = who_does_it(by)
        wanted = {image: checked_facts(each) for image, each in facts.items()}

        def write(image: int, row: FactsRow) -> dict[str, Any]:
            return _change(row, _unsaid(row, wanted[image]))

        return self._changed(wanted, "facts", who, write)

    def revoke(self, image_ids: Collection[int], why: str, by: str | None = None) -> int:
        """Revoke images, or the clips that they are frames of: no release may hold them any more.

        Those that are revoked stay as they are.

        Returns
        -------
        int
            How many images or clips were revoked by this.

        Raises
        ------
        FactError
            If `why` is no text that can be shown.
        UnknownImage
            If there is no such image; nothing is changed.
        """
        who, now, reason = who_does_it(by), datetime.now(UTC), checked_text("the reason", why)

        def write(image: int, row: FactsRow) -> dict[str, Any]:
            if row.revoked_at is not None:
                return {}
            row.revoked_at, row.revoked_by, row.revoked_why = now, who, reason
            return {"why": reason}

        return self._changed(image_ids, "revoke", who, write)

    def allow_again(self, image_ids: Collection[int], by: str | None = None) -> int:
        """Take back that images were revoked; as `revoke`. What people refused stays refused."""
        who = who_does_it(by)

        def write(image: int, row: FactsRow) -> dict[str, Any]:
            if row.revoked_at is None:
                return {}
            told = {"revoked": row.revoked_why}
            row.revoked_at = row.revoked_by = row.revoked_why = None
            return told

        return self._changed(image_ids, "allow_again", who, write)

    def _changed(self, image_ids: Collection[int], what: str, who: str, write: _Row) -> int:
        self._engine.check_writable()
        with self._engine.reading() as session:
            targets = targets_of(session, self._engine, image_ids)
        return self._written(targets, what, who, write)

    def _written(self, targets: Mapping[int, Target], what: str, who: str, write: _Row) -> int:
        """Change facts, some at a time, and enter into the audit log what changed."""
        images: dict[Target, list[int]] = {}
        for image, target in targets.items():
            images.setdefault(target, []).append(image)
        done: list[Target] = []
        changed = 0
        with telling_what_is_done(done, len(images)):
            for some in portions(sorted(images), _PORTION):
                asked = [image for target in some for image in images[target]]
                with self._engine.writing(alone=True) as session:
                    # Somebody may have made one a frame of a clip: then that is what it is about.
                    there = targets_of(session, self._engine, asked)
                    portion = {image: there[image] for image in asked}
                    changed += _write(session, self._engine, portion, (what, who), write)
                done += some
        return changed


def _write(
    session: Session,
    engine: Engine,
    targets: Mapping[int, Target],
    said: tuple[str, str],
    write: _Row,
) -> int:
    """Change the facts of some images; return how many images or clips changed."""
    own = {image: Target(False, image) for image in targets}  # also before it was a frame
    rows = rows_to_change(session, engine, {*targets.values(), *own.values()})
    told: dict[Target, dict[str, Any]] = {}
    for image, target in targets.items():
        if target not in rows:
            rows[target] = new_row(target)
        for each in dict.fromkeys((target, own[image])):
            if each in rows:
                told[target] = told.get(target, {}) | write(image, rows[each])
    changed = {target: facts for target, facts in told.items() if facts}
    session.add_all(rows[target] for target in changed)
    session.flush()
    note_all(session, [_entry(*said, target, facts) for target, facts in changed.items()])
    forget_refusals(session, [each for each in changed if _may_leave(rows[each])])
    return len(changed)


def _entry(what: str, who: str, target: Target, told: dict[str, Any]) -> dict[str, Any]:
    if target.is_clip:
        return entry(what, who, clip=target.id, **told)
    return entry(what, who, image_id=target.id, **told)


def _may_leave(row: FactsRow) -> bool:
    return row.revoked_at is None and row.consent is not Consent.REFUSED


def _unsaid(row: FactsRow, changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return those changes that take nothing away that somebody said."""
    return {
        name: value
        for name, value in changes.items()
        if value is not None
        and (getattr(row, _COLUMNS.get(name, name)) is None or value == Consent.REFUSED.value)
    }


def _change(row: FactsRow, changes: Mapping[str, str | None]) -> dict[str, Any]:
    """Change a row; return what the log says of it: each fact, before and now."""
    told = {}
    for name, value in changes.items():
        column = _COLUMNS.get(name, name)
        before = getattr(row, column)
        if before != value:
            told[name] = [before, value]
            setattr(row, column, value)
    return told
