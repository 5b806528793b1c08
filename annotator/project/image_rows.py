"""The rows of images, as files are added, found again, or replaced by others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from annotator.project.errors import UnknownImage
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths, display_name
from annotator.project.records import Content, FailedImage, ImageRecord, NewImage
from annotator.project.tables import FailedFileRow, ImageRow
from annotator.system.hashing import file_stamp, still_holds

REPLACED = (
    "another image was added from its path: put the original back and add it again, "
    "or exclude its samples"
)
"""The failure of an image whose file has made room for another one."""


def image_row(session: Session, image_id: int, *, to_change: bool = False) -> ImageRow:
    """Return a row, or raise `UnknownImage`."""
    query = select(ImageRow).where(ImageRow.id == image_id)
    row = session.scalar(locked(query, ImageRow) if to_change else query)
    if row is None:
        raise UnknownImage(f"there is no image {image_id} in this project")
    return row


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
        frame=row.frame,
    )


def add_images(session: Session, paths: ImagePaths, entries: Sequence[NewImage]) -> int:
    """Add those that are not there yet, see the others again, and return how many were added."""
    stored = paths.all_stored(entry.path for entry in entries)
    session.execute(delete(FailedFileRow).where(FailedFileRow.path.in_(stored)))
    query = select(ImageRow.sha256, ImageRow.frame).where(_has_file_of(entries))
    known = {(sha256, frame) for sha256, frame in session.execute(query)}
    new: dict[Content, dict[str, Any]] = {}
    seen: list[tuple[NewImage, str]] = []
    for entry, path in zip(entries, stored, strict=True):
        if entry.content in known or entry.content in new:
            seen.append((entry, path))
        else:
            new[entry.content] = _new_row(entry, path)
    if new:
        session.execute(insert(ImageRow), list(new.values()))
    _see_again(session, paths, seen)
    _mark_replaced(session, {path: e.sha256 for path, e in zip(stored, entries, strict=True)})
    return len(new)


def note_failure(session: Session, paths: ImagePaths, entry: FailedImage) -> None:
    """Note why a file could not be used, in place of an earlier reason."""
    stored = paths.stored(entry.path)
    noted = select(FailedFileRow).where(FailedFileRow.path == stored)
    row = session.scalar(locked(noted, FailedFileRow))
    if row is None:
        row = FailedFileRow(path=stored)
        session.add(row)
    row.reason = entry.reason
    row.failed_at = datetime.now(UTC)


def stamp_of(path: Path) -> tuple[int | None, int | None]:
    """Return a file's size and time as the tables have them; None where there is no file."""
    try:
        return file_stamp(path)
    except OSError:
        return None, None


def _see_again(session: Session, paths: ImagePaths, seen: Sequence[tuple[NewImage, str]]) -> None:
    query = select(ImageRow).where(_has_file_of([entry for entry, _ in seen]))
    found = session.scalars(locked(query, ImageRow)) if seen else ()
    rows = {(row.sha256, row.frame): row for row in found}
    for entry, path in seen:
        row = rows[entry.content]
        row.failure = None
        if row.path == path or not _has_its_file(row, paths):
            row.path = path
            row.file_size, row.modified_ns = _stamp_when_hashed(entry)
    session.flush()


def _mark_replaced(session: Session, content: dict[str, str]) -> None:
    """Fail the images whose path was just seen to hold another file."""
    query = select(ImageRow.id, ImageRow.path, ImageRow.sha256).where(ImageRow.path.in_(content))
    replaced = [image_id for image_id, path, sha in session.execute(query) if sha != content[path]]
    for image_id in replaced:
        row = image_row(session, image_id, to_change=True)
        row.failure = REPLACED
        row.file_size = row.modified_ns = None


def _has_file_of(entries: Sequence[NewImage]) -> ColumnElement[bool]:
    return ImageRow.sha256.in_({entry.sha256 for entry in entries})


def _has_its_file(row: ImageRow, paths: ImagePaths) -> bool:
    stamp = None
    if row.file_size is not None and row.modified_ns is not None:
        stamp = row.file_size, row.modified_ns
    try:
        return still_holds(paths.absolute(row.path), row.sha256, stamp)
    except OSError:
        return False


def _new_row(entry: NewImage, stored: str) -> dict[str, Any]:
    size, modified = _stamp_when_hashed(entry)
    return {
        "path": stored,
        "sha256": entry.sha256,
        "frame": entry.frame,
        "width": entry.width,
        "height": entry.height,
        "file_size": size,
        "modified_ns": modified,
        "added_at": datetime.now(UTC),
    }


def _stamp_when_hashed(entry: NewImage) -> tuple[int | None, int | None]:
    if entry.file_size is None or entry.modified_ns is None:
        return stamp_of(entry.path)
    return entry.file_size, entry.modified_ns
