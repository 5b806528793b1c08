"""The images of a project, and the files that could not become one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownImage
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths, display_name
from annotator.project.records import (
    AddReport,
    FailedImage,
    ImageRecord,
    NewImage,
    SampleState,
)
from annotator.project.tables import FailedFileRow, ImageRow, PredictionRunRow, SampleRow
from annotator.system.hashing import file_stamp, still_holds

REPLACED = (
    "another image was added from its path: put the original back and add it again, "
    "or exclude its samples"
)
"""The failure of an image whose file has made room for another one."""


class Images:
    """The images of a project."""

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def add(self, entries: Iterable[NewImage | FailedImage]) -> AddReport:
        """Add images and note failures, all in one transaction.

        Content that is there already is not added again; where its file has gone meanwhile,
        the image follows to the new path. A path or an image that had failed and now comes
        as a `NewImage` is no longer failed. An image whose path now holds another one has
        lost its file: it fails as `REPLACED`, and what people made of it stays.
        """
        entries = list(entries)  # a slow source must not hold the database's write lock
        failed = [entry for entry in entries if isinstance(entry, FailedImage)]
        new = [entry for entry in entries if isinstance(entry, NewImage)]
        with self._engine.writing(alone=True) as session:
            for failure in failed:
                self._note_failure(session, failure)
            added = sum(self._add_images(session, chunk) for chunk in chunks(new, self._engine))
        return AddReport(added=added, already_there=len(new) - added, failed=len(failed))

    def get(self, image_id: int) -> ImageRecord:
        """Return an image, or raise `UnknownImage`."""
        with self._engine.reading() as session:
            return image_record(_image(session, image_id), self._paths)

    def count(self) -> int:
        """Return the number of images, those that failed to be predicted included."""
        with self._engine.reading() as session:
            return session.scalar(select(func.count()).select_from(ImageRow)) or 0

    def failed(self) -> list[FailedImage]:
        """Return the files that could not be imported, then the images that failed later."""
        with self._engine.reading() as session:
            rows = [
                *session.execute(
                    select(FailedFileRow.path, FailedFileRow.reason).order_by(FailedFileRow.id)
                ),
                *session.execute(
                    select(ImageRow.path, ImageRow.failure)
                    .where(ImageRow.failure.is_not(None))
                    .order_by(ImageRow.id)
                ),
            ]
        return [FailedImage(self._paths.absolute(path), reason) for path, reason in rows]

    def pending(self, model_id: int) -> list[ImageRecord]:
        """Return the images that a model has not seen, in the order they were added.

        Images that failed before are among them: their disk may be back. Those whose file
        made room for another image are not, before they are added again.
        """
        seen = select(PredictionRunRow.image_id).where(PredictionRunRow.model_id == model_id)
        there = or_(ImageRow.failure.is_(None), ImageRow.failure != REPLACED)
        query = select(ImageRow).where(ImageRow.id.not_in(seen), there).order_by(ImageRow.id)
        with self._engine.reading() as session:
            return [image_record(row, self._paths) for row in session.scalars(query)]

    def without_faces(self) -> list[ImageRecord]:
        """Return the images that a model has seen and that have no face, in the order added.

        Faces that were deleted do not count.
        """
        seen = select(PredictionRunRow.image_id)
        shown = select(SampleRow.image_id).where(SampleRow.state != SampleState.DELETED)
        query = (
            select(ImageRow)
            .where(ImageRow.id.in_(seen), ImageRow.id.not_in(shown), ImageRow.failure.is_(None))
            .order_by(ImageRow.id)
        )
        with self._engine.reading() as session:
            return [image_record(row, self._paths) for row in session.scalars(query)]

    def has_sha256(self, sha256: str) -> bool:
        """Return whether the project holds this content."""
        with self._engine.reading() as session:
            query = select(ImageRow.id).where(ImageRow.sha256 == sha256)
            return session.scalar(query) is not None

    def mark_failed(self, image_id: int, reason: str) -> None:
        """Note why an image could not be used; a later prediction of it clears the note."""
        with self._engine.writing() as session:
            _image(session, image_id, to_change=True).failure = reason

    def unchanged(self, paths: Collection[Path]) -> set[Path]:
        """Return those paths whose file was added and has kept its size and time since.

        An import can skip them without reading them again.
        """
        with self._engine.reading() as session:
            rows = session.execute(
                select(ImageRow.path, ImageRow.file_size, ImageRow.modified_ns).where(
                    ImageRow.failure.is_(None), ImageRow.file_size.is_not(None)
                )
            )
            known = {path: (size, modified) for path, size, modified in rows}
        stored = self._paths.all_stored(paths)
        return {
            path
            for path, name in zip(paths, stored, strict=True)
            if name in known and known[name] == _stamp(path)
        }

    def _add_images(self, session: Session, entries: Sequence[NewImage]) -> int:
        stored = self._paths.all_stored(entry.path for entry in entries)
        session.execute(delete(FailedFileRow).where(FailedFileRow.path.in_(stored)))
        hashes = [entry.sha256 for entry in entries]
        known = set(session.scalars(select(ImageRow.sha256).where(ImageRow.sha256.in_(hashes))))
        new: dict[str, dict[str, Any]] = {}
        seen: list[tuple[NewImage, str]] = []
        for entry, path in zip(entries, stored, strict=True):
            if entry.sha256 in known or entry.sha256 in new:
                seen.append((entry, path))
            else:
                new[entry.sha256] = _new_row(entry, path)
        if new:
            session.execute(insert(ImageRow), list(new.values()))
        self._see_again(session, seen)
        _mark_replaced(session, dict(zip(stored, hashes, strict=True)))
        return len(new)

    def _see_again(self, session: Session, seen: Sequence[tuple[NewImage, str]]) -> None:
        hashes = {entry.sha256 for entry, _ in seen}
        query = locked(select(ImageRow).where(ImageRow.sha256.in_(hashes)), ImageRow)
        rows = {row.sha256: row for row in session.scalars(query)} if seen else {}
        for entry, path in seen:
            row = rows[entry.sha256]
            row.failure = None
            if row.path == path or not self._has_its_file(row):
                row.path = path
                row.file_size, row.modified_ns = _stamp_of(entry)
        session.flush()

    def _has_its_file(self, row: ImageRow) -> bool:
        stamp = None
        if row.file_size is not None and row.modified_ns is not None:
            stamp = row.file_size, row.modified_ns
        try:
            return still_holds(self._paths.absolute(row.path), row.sha256, stamp)
        except OSError:
            return False

    def _note_failure(self, session: Session, entry: FailedImage) -> None:
        stored = self._paths.stored(entry.path)
        noted = select(FailedFileRow).where(FailedFileRow.path == stored)
        row = session.scalar(locked(noted, FailedFileRow))
        if row is None:
            row = FailedFileRow(path=stored)
            session.add(row)
        row.reason = entry.reason
        row.failed_at = datetime.now(UTC)


def image_record(row: ImageRow, paths: ImagePaths) -> ImageRecord:
    """Return a row as the store hands it out."""
    path = paths.absolute(row.path)
    return ImageRecord(
        id=row.id,
        path=path,
        name=display_name(path),
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        file_size=row.file_size,
        modified_ns=row.modified_ns,
    )


def _mark_replaced(session: Session, content: dict[str, str]) -> None:
    """Fail the images whose path was just seen to hold another content."""
    query = select(ImageRow.id, ImageRow.path, ImageRow.sha256).where(ImageRow.path.in_(content))
    replaced = [image_id for image_id, path, sha in session.execute(query) if sha != content[path]]
    for image_id in replaced:
        row = _image(session, image_id, to_change=True)
        row.failure = REPLACED
        row.file_size = row.modified_ns = None


def _new_row(entry: NewImage, stored: str) -> dict[str, Any]:
    size, modified = _stamp_of(entry)
    return {
        "path": stored,
        "sha256": entry.sha256,
        "width": entry.width,
        "height": entry.height,
        "file_size": size,
        "modified_ns": modified,
        "added_at": datetime.now(UTC),
    }


def _image(session: Session, image_id: int, *, to_change: bool = False) -> ImageRow:
    query = select(ImageRow).where(ImageRow.id == image_id)
    row = session.scalar(locked(query, ImageRow) if to_change else query)
    if row is None:
        raise UnknownImage(f"there is no image {image_id} in this project")
    return row


def _stamp_of(entry: NewImage) -> tuple[int | None, int | None]:
    if entry.file_size is None or entry.modified_ns is None:
        return _stamp(entry.path)
    return entry.file_size, entry.modified_ns


def _stamp(path: Path) -> tuple[int | None, int | None]:
    try:
        return file_stamp(path)
    except OSError:
        return None, None
