"""The guides of a project: sparse landmarks of another origin, kept beside the meshes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from annotator.project.audit import entry, note_all
from annotator.project.damage import damaged_mesh
from annotator.project.digests import guide_digest
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownGuide, UnknownSample
from annotator.project.fact_records import checked_text
from annotator.project.guide_records import Guide, NewGuide
from annotator.project.image_rows import IN_PROJECT
from annotator.project.locking import locked
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.partly import telling_what_is_done
from annotator.project.people import who_does_it
from annotator.project.tables import GuideRow, ImageRow, SampleRow
from annotator.system.foreign_text import plain
from annotator.system.portions import portions

_PORTION = 200  # guides that are written in one transaction


GuideContent = tuple[int, str, bytes]
"""A sample, the scheme, and the digest of points and flags."""


def guide_content(sample_id: int, guide: Guide | GuideRow) -> GuideContent:
    """Return what is equal for guides that say the same of a sample, point for point."""
    return sample_id, guide.scheme, guide_digest(sample_id, guide.points, guide.visibility)


class Guides:
    """The guides of a project's samples."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, sample_id: int) -> tuple[Guide, ...]:
        """Return the guides of a sample, in the order they were added.

        Raises
        ------
        DamagedProject
            If one is not what was stored.
        """
        query = select(GuideRow).where(GuideRow.sample_id == sample_id).order_by(GuideRow.id)
        with self._engine.reading() as session:
            return tuple(_guide(session, row) for row in session.scalars(query))

    def samples(self) -> list[int]:
        """Return the samples of the project that have guides, in order; no opinions."""
        query = (
            select(GuideRow.sample_id)
            .join(SampleRow, SampleRow.id == GuideRow.sample_id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(IN_PROJECT, IS_ORIGINAL)
        )
        with self._engine.reading() as session:
            return list(session.scalars(query.distinct().order_by(GuideRow.sample_id)))

    def count(self) -> int:
        """Return how many guides there are of samples of the project, opinions left out."""
        query = (
            select(func.count())
            .select_from(GuideRow)
            .join(SampleRow, SampleRow.id == GuideRow.sample_id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(IN_PROJECT, IS_ORIGINAL)
        )
        with self._engine.reading() as session:
            return session.scalar(query) or 0

    def add(self, sample_id: int, guide: NewGuide, by: str | None = None) -> int:
        """Add a guide to a sample; return its id.

        Raises
        ------
        UnknownSample
            If there is no such sample.
        FactError
            If its scheme or origin is no text that can be shown.
        """
        return self.add_all([(sample_id, guide)], by)[0]

    def add_all(
        self, guides: Sequence[tuple[int, NewGuide]], by: str | None = None, *, once: bool = False
    ) -> list[int]:
        """Add guides to samples, some at a time; return their ids in the same order.

        Parameters
        ----------
        guides
            Each with the sample that it is of.
        by
            Who does it; None for whoever is logged in.
        once
            Whether one that the sample has already, point for point, is not added again.

        Raises
        ------
        UnknownSample
            If there is no such sample; nothing is added.
        FactError
            As `add`; nothing is added.
        """
        who = who_does_it(by)
        named = [_named(guide) for _, guide in guides]
        self._engine.check_writable()
        with self._engine.reading() as session:
            _refuse_unknown(session, self._engine, {sample for sample, _ in guides})
        added: list[int] = []
        with telling_what_is_done(added, len(guides)):
            for some in portions(range(len(guides)), _PORTION):
                with self._engine.writing() as session:
                    samples = {guides[at][0] for at in some}
                    _refuse_unknown(session, self._engine, samples, to_change=True)
                    rows = [_row(*guides[at], *named[at], who) for at in some]
                    there = _there(session, self._engine, samples) if once else {}
                    said = [(guide_content(row.sample_id, row), row) for row in rows]
                    new = [row for content, row in said if content not in there]
                    session.add_all(new)
                    session.flush()
                    note_all(session, [_entry("guide", who, row) for row in new])
                    ids = [there.get(content, row.id) for content, row in said]
                added += ids
        return added

    def remove(self, guide_ids: Collection[int], by: str | None = None) -> int:
        """Delete guides; return how many.

        Raises
        ------
        UnknownGuide
            If there is no such guide; nothing is deleted.
        """
        who, ids = who_does_it(by), sorted(set(guide_ids))
        self._engine.check_writable()
        with self._engine.reading() as session:
            found = _rows(session, self._engine, ids)
        if missing := set(ids) - {row.id for row in found}:
            raise UnknownGuide(f"there is no guide {min(missing)} in this project")
        removed: list[int] = []
        with telling_what_is_done(removed, len(ids)):
            for some in portions(ids, _PORTION):
                with self._engine.writing() as session:
                    rows = _rows(session, self._engine, some)  # another program may be faster
                    note_all(session, [_entry("remove_guide", who, row) for row in rows])
                    gone = [row.id for row in rows]
                    session.execute(delete(GuideRow).where(GuideRow.id.in_(gone)))
                removed += gone
        return len(removed)


def _guide(session: Session, row: GuideRow) -> Guide:
    expected = guide_digest(row.sample_id, row.points, row.visibility)
    if row.digest != expected:
        raise damaged_mesh(session, row.sample_id, f"guide {row.id}").error()
    return Guide(
        row.id,
        row.sample_id,
        row.scheme,
        row.points,
        row.visibility,
        row.origin,
        row.added_at,
        row.added_by,
    )


def _named(guide: NewGuide) -> tuple[str, str]:
    """Return scheme and origin as they are recorded; where guides are from is anybody's text."""
    origin = plain(guide.origin)
    scheme = checked_text("the scheme of a guide", guide.scheme)
    return scheme, checked_text("the origin of a guide", origin) if origin else ""


def _row(sample_id: int, guide: NewGuide, scheme: str, origin: str, who: str) -> GuideRow:
    return GuideRow(
        sample_id=sample_id,
        scheme=scheme,
        origin=origin,
        added_at=datetime.now(UTC),
        added_by=who,
        points=guide.points,
        visibility=guide.visibility,
        digest=guide_digest(sample_id, guide.points, guide.visibility),
    )


def _there(
    session: Session, engine: Engine, sample_ids: Collection[int]
) -> dict[GuideContent, int]:
    """Return the guides that samples have, by their content, see `guide_content`."""
    found: dict[GuideContent, int] = {}
    for some in chunks(sorted(sample_ids), engine):
        query = select(GuideRow.id, GuideRow.sample_id, GuideRow.scheme, GuideRow.digest)
        rows = session.execute(query.where(GuideRow.sample_id.in_(some)))
        found |= {(sample, scheme, digest): id_ for id_, sample, scheme, digest in rows}
    return found


def _entry(what: str, who: str, row: GuideRow) -> dict[str, object]:
    return entry(what, who, sample_id=row.sample_id, guide=row.id, scheme=row.scheme)


def _rows(session: Session, engine: Engine, guide_ids: Sequence[int]) -> list[GuideRow]:
    found: list[GuideRow] = []
    for some in chunks(guide_ids, engine):
        query = select(GuideRow).where(GuideRow.id.in_(some)).order_by(GuideRow.id)
        found += session.scalars(query)
    return found


def _refuse_unknown(
    session: Session, engine: Engine, sample_ids: Collection[int], *, to_change: bool = False
) -> None:
    known: set[int] = set()
    for some in chunks(sorted(sample_ids), engine):
        query = (
            select(SampleRow.id)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .where(SampleRow.id.in_(some), IN_PROJECT)
        )
        known.update(session.scalars(locked(query, SampleRow) if to_change else query))
    if missing := set(sample_ids) - known:
        raise UnknownSample(f"there is no sample {min(missing)} in this project")
