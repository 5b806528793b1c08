"""The ledger of a project: which releases were made of it, and what each of them holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.audit import entry, note_all
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import ReleaseListed, UnknownRelease
from annotator.project.fact_records import checked_text
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths
from annotator.project.people import who_does_it
from annotator.project.release_records import NewRelease, ReleaseEntry, ReleaseRecord
from annotator.project.release_rows import (
    OF_ENTRY,
    called,
    entry_row,
    holding,
    holding_the_same,
    list_contents,
    list_entries,
)
from annotator.project.tables import (
    ReleaseEntryRow,
    ReleaseRow,
)
from annotator.system.portions import portions

_PORTION = 1000  # images whose content is written in one transaction
_BATCH = 2000  # entries in memory at once, when they are read


class Releases:
    """The releases that were made of a project, withdrawn ones too.

    What is entered stays as it is, but that a release may be withdrawn, once. Entries name samples
    and images by numbers that never come back, and images also by their content, so that they tell
    what a release holds when these are deleted for good.
    """

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def add(self, new: NewRelease, by: str | None = None) -> ReleaseRecord:
        """Enter a release that was made, with all that it holds, or nothing.

        Parameters
        ----------
        new
            Its entries are read before anything is locked.
        by
            Who made it; None for whoever is logged in.

        Raises
        ------
        ReleaseListed
            If there is one of that name and version.
        UnknownImage
            If an entry is of an image that there is not.
        FactError
            If it cannot be called so.
        """
        who = who_does_it(by)
        self._engine.check_writable()
        name = checked_text("the name of a release", new.name)
        version = checked_text("the version of a release", new.version)
        entries = [entry_row(each) for each in new.entries]
        image_ids = sorted({each["image_id"] for each in entries})
        for some in portions(image_ids, _PORTION):  # so that the ledger itself is locked less
            with self._engine.writing(alone=True) as session:
                list_contents(session, self._engine, some)
        with self._engine.writing(alone=True) as session:
            if session.scalar(called(name, version)) is not None:
                raise ReleaseListed(
                    f"there is a release {name} {version} already: give it another version"
                )
            row = ReleaseRow(
                name=name,
                version=version,
                folder=self._paths.stored(new.folder),
                content_sha256=new.content_sha256,
                format=new.format,
                images=new.images,
                samples=len(entries),
                made_at=datetime.now(UTC),
                made_by=who,
            )
            session.add(row)
            session.flush()
            list_entries(session, row.id, entries)
            facts = {"samples": row.samples, "content": row.content_sha256}
            _note(session, "release", who, row, facts)
            return self._record(row)

    def all(self) -> list[ReleaseRecord]:
        """Return all releases, in the order they were made."""
        with self._engine.reading() as session:
            rows = session.scalars(select(ReleaseRow).order_by(ReleaseRow.id))
            return [self._record(row) for row in rows]

    def get(self, name: str, version: str | None = None) -> ReleaseRecord:
        """Return a release; without a version, the last that was made of that name.

        Raises
        ------
        UnknownRelease
            If there is none.
        """
        # What UTF-8 cannot hold, as odd bytes of a command line, names none.
        with suppress(UnicodeEncodeError), self._engine.reading() as session:
            row = session.scalar(called(name, version))
            if row is not None:
                return self._record(row)
        asked = ascii(name)[1:-1] + ("" if version is None else f" {ascii(version)[1:-1]}")
        raise UnknownRelease(
            f"there is no release {asked} of this project: `release list` names all"
        )

    def named(self, given: str) -> ReleaseRecord:
        """Return the release that NAME@VERSION means, or of NAME the last; names may hold an @.

        What comes after the last @ is a version; if there is none such, all of it is a name.

        Raises
        ------
        UnknownRelease
            If there is none.
        """
        name, at, version = given.rpartition("@")
        if at:
            try:
                return self.get(name, version)
            except UnknownRelease:
                if given not in {each.name for each in self.all()}:
                    raise
        return self.get(given)

    def entries(self, release_id: int) -> Iterator[ReleaseEntry]:
        """Yield what a release holds, by sample, read some at a time."""
        last = -1
        while True:
            query = (
                select(*OF_ENTRY)
                .where(ReleaseEntryRow.release_id == release_id, ReleaseEntryRow.sample_id > last)
                .order_by(ReleaseEntryRow.sample_id)
                .limit(_BATCH)
            )
            with self._engine.reading() as session:
                some = [
                    ReleaseEntry(sample, image, split, landmarks.hex())
                    for sample, image, split, landmarks in session.execute(query)
                ]
            yield from some
            if len(some) < _BATCH:
                return
            last = some[-1].sample_id

    def holding(self, image_ids: Collection[int]) -> dict[int, list[ReleaseRecord]]:
        """Return, for each image, the releases that hold it, in the order they were made.

        Images that were deleted for good count too, and those that were added again since.
        """
        found: dict[int, set[int]] = {each: set() for each in image_ids}
        with self._engine.reading() as session:
            for some in chunks(sorted(found), self._engine):
                for query in (holding(some), holding_the_same(some)):
                    for image_id, release_id in session.execute(query):
                        found[image_id].add(release_id)
            rows = session.scalars(select(ReleaseRow).order_by(ReleaseRow.id))
            known = {row.id: self._record(row) for row in rows}
        return {each: [known[release] for release in sorted(ids)] for each, ids in found.items()}

    def withdraw(self, release_id: int, why: str, by: str | None = None) -> ReleaseRecord:
        """Note that a release is not to be used any more; one that is withdrawn stays as it is.

        Its folder stays, wherever copies of it are.

        Raises
        ------
        UnknownRelease
            If there is none.
        FactError
            If `why` is no text that can be shown.
        """
        who, reason = who_does_it(by), checked_text("the reason", why)
        with self._engine.writing() as session:
            query = select(ReleaseRow).where(ReleaseRow.id == release_id)
            row = session.scalar(locked(query, ReleaseRow))
            if row is None:
                raise UnknownRelease(f"there is no release with the number {release_id}")
            if row.withdrawn_at is None:
                row.withdrawn_at, row.withdrawn_by = datetime.now(UTC), who
                row.withdrawn_why = reason
                _note(session, "withdraw", who, row, {"why": reason})
            session.flush()
            return self._record(row)

    def _record(self, row: ReleaseRow) -> ReleaseRecord:
        return ReleaseRecord(
            id=row.id,
            name=row.name,
            version=row.version,
            folder=self._paths.absolute(row.folder),
            content_sha256=row.content_sha256,
            format=row.format,
            images=row.images,
            samples=row.samples,
            made_at=row.made_at,
            made_by=row.made_by,
            withdrawn_at=row.withdrawn_at,
            withdrawn_by=row.withdrawn_by,
            withdrawn_why=row.withdrawn_why,
        )


def _note(
    session: Session, what: str, who: str, row: ReleaseRow, facts: Mapping[str, object]
) -> None:
    about = {"release": row.id, "name": row.name, "version": row.version}
    detail = json.dumps({**about, **facts}, sort_keys=True)
    note_all(session, [{**entry(what, who), "detail": detail}])
