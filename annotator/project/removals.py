"""Images taken out of a project: hidden with all that is theirs, brought back, or deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Delete, Select, delete, func, select
from sqlalchemy.orm import Session

from annotator.project.audit import entry, note_all
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import ProjectError, UnknownImage
from annotator.project.fact_rows import keep_refusals
from annotator.project.former_sides import DELETED, what_they_shared
from annotator.project.image_records import ImageRecord, Kept, RemovedImage
from annotator.project.image_rows import IN_PROJECT, REPLACED, image_record
from annotator.project.locking import locked
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.partly import telling_what_is_done
from annotator.project.paths import ImagePaths, display_name
from annotator.project.people import who_does_it
from annotator.project.tables import (
    AnnotationRow,
    AssessmentRow,
    DrawnSampleRow,
    DroppedStrokeRow,
    FactsRow,
    FindingRow,
    GuideRow,
    HoneypotRow,
    ImageRow,
    PredictionRow,
    PredictionRunRow,
    RemarkRow,
    ReviewRow,
    RevisionRow,
    SampleChangeRow,
    SampleRow,
    SplitRow,
    StrokeRow,
    VisitRow,
)
from annotator.system.portions import portions

# All that is a sample's, in an order in which nothing refers to what is gone.
_OF_IMAGES = (PredictionRunRow, FactsRow, SplitRow)
_OF_SAMPLES = (
    DrawnSampleRow,
    RemarkRow,
    RevisionRow,
    DroppedStrokeRow,
    HoneypotRow,
    GuideRow,
    VisitRow,
    ReviewRow,
    StrokeRow,
    FindingRow,
    AssessmentRow,
    AnnotationRow,
    PredictionRow,
    SampleChangeRow,
)


class Removals:
    """The images that were taken out of a project.

    No list, model or release sees them. They and all that was made of them are kept, until they
    are brought back or deleted for good.
    """

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def remove(self, image_ids: Collection[int], *, by: str | None = None) -> list[ImageRecord]:
        """Take images out of the project, some at a time; those that are out already stay so.

        `by` is who does it, here and below; None for whoever is logged in.

        Raises
        ------
        UnknownImage
            If there is no such image; nothing is changed.
        """
        now, who = datetime.now(UTC), who_does_it(by)

        def write(session: Session, rows: Sequence[ImageRow]) -> None:
            there = [row.id for row in rows if row.removed_at is None]
            note_all(session, [entry("remove", who, image_id=each) for each in there])
            for row in rows:
                row.removed_at = row.removed_at or now

        return self._changed(image_ids, write)

    def restore(self, image_ids: Collection[int], *, by: str | None = None) -> list[ImageRecord]:
        """Bring images back as they were; as `remove`.

        One whose path became another image's meanwhile has lost its file: it fails as such
        images do.
        """
        who = who_does_it(by)

        def write(session: Session, rows: Sequence[ImageRow]) -> None:
            out = [row.id for row in rows if row.removed_at is not None]
            note_all(session, [entry("restore", who, image_id=each) for each in out])
            _bring_back(session, rows)

        return self._changed(image_ids, write)

    def delete(self, image_ids: Collection[int], *, by: str | None = None) -> Kept:
        """Delete removed images for good, with all that was made of them; files stay.

        Returns
        -------
        Kept
            What was kept until now.

        Raises
        ------
        UnknownImage
            If there is no such image; nothing is deleted.
        ProjectError
            If one is still in the project; nothing is deleted.
        """
        self._engine.check_writable()
        who = who_does_it(by)
        with self._engine.reading() as session:
            self._refuse_present(session, image_ids, to_change=False)
        totals, deleted = [0, 0, 0, 0], list[int]()
        ids = self._checked(image_ids)
        with telling_what_is_done(deleted, len(ids)):
            for some in portions(ids):
                with self._engine.writing() as session:
                    self._refuse_present(session, some)  # somebody may have brought it back
                    kept = self._kept(session, some)
                    note_all(session, _deleted(session, self._engine, some, who))
                    keep_refusals(session, some)
                    for statement in self._deletions(session, some):
                        session.execute(statement)
                deleted += some
                totals = [sum(pair) for pair in zip(totals, astuple(kept), strict=True)]
        return Kept(*totals)

    def kept(self, image_ids: Collection[int]) -> Kept:
        """Return what was made of images, whether or not they are in the project."""
        with self._engine.reading() as session:
            return self._kept(session, image_ids)

    def all(self) -> list[RemovedImage]:
        """Return the removed images, in the order they were added."""
        query = select(ImageRow).where(ImageRow.removed_at.is_not(None)).order_by(ImageRow.id)
        with self._engine.reading() as session:
            found = []
            for row in session.scalars(query):
                assert row.removed_at is not None  # as asked for
                record = image_record(row, self._paths)
                found.append(RemovedImage(record, row.removed_at, self._kept(session, [row.id])))
            return found

    def ids(self) -> list[int]:
        """Return the ids of the removed images, in the order they were added."""
        query = select(ImageRow.id).where(ImageRow.removed_at.is_not(None)).order_by(ImageRow.id)
        with self._engine.reading() as session:
            return list(session.scalars(query))

    def _changed(
        self, image_ids: Collection[int], write: Callable[[Session, Sequence[ImageRow]], None]
    ) -> list[ImageRecord]:
        """Change images that there are, as many at a time as one transaction may."""
        records: list[ImageRecord] = []
        ids = self._checked(image_ids)
        with telling_what_is_done(records, len(ids)):
            for some in portions(ids):
                with self._engine.writing() as session:
                    rows = self._rows(session, some)
                    write(session, rows)
                    changed = [image_record(row, self._paths) for row in rows]
                records += changed  # now that it is written
        return records

    def _checked(self, image_ids: Collection[int]) -> list[int]:
        """Return images each once, in order, after seeing that there are all of them."""
        ids = sorted(set(image_ids))
        with self._engine.reading() as session:
            self._rows(session, ids, to_change=False)
        return ids

    def _refuse_present(
        self, session: Session, image_ids: Collection[int], *, to_change: bool = True
    ) -> None:
        rows = self._rows(session, image_ids, to_change=to_change)
        if there := [row.id for row in rows if row.removed_at is None]:
            raise ProjectError(f"image {there[0]} is still in the project: remove it first")

    def _rows(
        self, session: Session, image_ids: Collection[int], *, to_change: bool = True
    ) -> list[ImageRow]:
        ids = sorted(set(image_ids))
        found: list[ImageRow] = []
        for some in chunks(ids, self._engine):
            query = select(ImageRow).where(ImageRow.id.in_(some)).order_by(ImageRow.id)
            found += session.scalars(locked(query, ImageRow) if to_change else query)
        if missing := set(ids) - {row.id for row in found}:
            raise UnknownImage(f"there is no image {min(missing)} in this project")
        return found

    def _kept(self, session: Session, image_ids: Collection[int]) -> Kept:
        totals = [0, 0, 0, 0]
        for some in chunks(sorted(set(image_ids)), self._engine):
            for at, query in enumerate(_counts(some)):
                totals[at] += session.scalar(query) or 0
        return Kept(*totals)

    def _deletions(self, session: Session, image_ids: Collection[int]) -> Iterator[Delete]:
        for some in chunks(sorted(set(image_ids)), self._engine):
            mine = select(SampleRow.id).where(SampleRow.image_id.in_(some))
            for chunk in chunks(list(session.scalars(mine)), self._engine):
                for table in _OF_SAMPLES:
                    yield delete(table).where(table.sample_id.in_(chunk))
            yield delete(SampleRow).where(SampleRow.image_id.in_(some))
            for of_image in _OF_IMAGES:
                yield delete(of_image).where(of_image.image_id.in_(some))
            yield delete(ImageRow).where(ImageRow.id.in_(some))


def _deleted(
    session: Session, engine: Engine, image_ids: Sequence[int], who: str
) -> list[dict[str, Any]]:
    """Return what the audit log says of images that are about to be deleted for good."""
    shared = what_they_shared(session, engine, image_ids)
    query = select(ImageRow.id, ImageRow.path, ImageRow.sha256).where(ImageRow.id.in_(image_ids))
    return [
        entry(
            DELETED, who, image_id=row.id, name=display_name(row.path), sha256=row.sha256,
            **shared.get(row.id, {}),
        )
        for row in session.execute(query)
    ]  # fmt: skip


def _bring_back(session: Session, rows: Sequence[ImageRow]) -> None:
    shown = _shown_at(session, [row.path for row in rows])
    for row in rows:
        others = shown.setdefault(row.path, set())
        if row.removed_at is not None and others - {row.sha256}:
            row.failure, row.file_size, row.modified_ns = REPLACED, None, None
        elif row.failure is None:
            others.add(row.sha256)
        row.removed_at = None


def _counts(image_ids: Sequence[int]) -> tuple[Select[int], ...]:
    """Return what counts faces, those edited, strokes in effect, and verdicts, also of opinions."""
    mine = SampleRow.image_id.in_(image_ids)
    return (
        select(func.count()).select_from(SampleRow).where(mine, IS_ORIGINAL),
        select(func.count()).select_from(SampleRow).where(
            mine, IS_ORIGINAL, SampleRow.stroke_count > 0
        ),
        select(func.coalesce(func.sum(SampleRow.stroke_count), 0)).where(mine),
        select(func.count()).select_from(ReviewRow).join(
            SampleRow, SampleRow.id == ReviewRow.sample_id
        ).where(mine),
    )  # fmt: skip


def _shown_at(session: Session, paths: Sequence[str]) -> dict[str, set[str]]:
    """Return, by path, the hashes of the files that images of the project have there."""
    query = select(ImageRow.path, ImageRow.sha256).where(
        ImageRow.path.in_(paths), ImageRow.failure.is_(None), IN_PROJECT
    )
    found: dict[str, set[str]] = {}
    for path, sha256 in session.execute(query):
        found.setdefault(path, set()).add(sha256)
    return found
