"""Files become images, are found to show one that is there already, or take another's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from annotator.project.failed_files import forget_mended
from annotator.project.image_records import ImageRecord, NewImage
from annotator.project.image_rows import REPLACED, resembling, stamp_of
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths
from annotator.project.tables import ImageRow
from annotator.system.hashing import still_holds

_Key = tuple[object, ...]


@dataclass(slots=True)
class Added:
    """What came of adding some files; the lists hold ids of images, see `AddReport`."""

    added: int = 0
    kept: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    restored: list[int] = field(default_factory=list)


def without_their_file(
    records: Iterable[ImageRecord], entries: Sequence[NewImage]
) -> dict[int, ImageRecord]:
    """Return, by id, those images whose path no longer holds the file that was added.

    Files are read for it where their stamps do not tell: not in a transaction that writes.
    """
    found_at = {entry.path: entry.sha256 for entry in entries}
    return {record.id: record for record in records if not _has_its_file(record, found_at)}


def add_images(
    session: Session,
    paths: ImagePaths,
    entries: Sequence[NewImage],
    lost: Mapping[int, ImageRecord],
    result: Added,
) -> None:
    """Add the pictures that are not there yet, and see the others again; no file is read.

    Parameters
    ----------
    lost
        See `without_their_file`: such an image follows to where its picture was seen.
    result
        What comes of it is added to this.
    """
    stored = paths.all_stored(entry.path for entry in entries)
    forget_mended(session, paths, entries)
    query = select(ImageRow).where(resembling(entries) | ImageRow.path.in_(stored))
    known = _Known(session.scalars(locked(query, ImageRow)))
    new: dict[_Key, dict[str, Any]] = {}
    for entry, path in zip(entries, stored, strict=True):
        row = known.showing(entry, path, lost)
        if row is not None:
            before = lost.get(row.id)
            has_lost = before is not None and _is_unchanged(row, before, paths)
            _see_again(row, entry, path, has_lost=has_lost, result=result)
            known.take(row)
        elif not (new.keys() & _keys(entry)):
            new |= dict.fromkeys(_keys(entry), _new_row(entry, path))
    rows = list({id(row): row for row in new.values()}.values())
    if rows:
        session.execute(insert(ImageRow), rows)
    result.added += len(rows)
    session.flush()
    _mark_replaced(session, dict(zip(stored, entries, strict=True)), result)


class _Known:
    """The images that may show what some files show, found by what is known of their pictures."""

    def __init__(self, rows: Iterable[ImageRow]) -> None:
        self._rows: dict[_Key, list[ImageRow]] = {}
        for row in rows:
            self.take(row)

    def take(self, row: ImageRow) -> None:
        """Know a row by what it holds now."""
        for key in _keys(row):
            self._rows.setdefault(key, []).append(row)

    def showing(
        self, entry: NewImage, path: str, lost: Mapping[int, ImageRecord]
    ) -> ImageRow | None:
        """Return the image of a file's picture: the same bytes, else metadata alone is another.

        Of several the one at that path comes first, then one without a file. Pixels are only
        compared at one path: elsewhere they are not asked for.
        """
        for key in _keys(entry):
            rows = self._rows.get(key, [])
            if key[0] == _PIXELS:
                rows = [row for row in rows if row.path == path]
            if rows:
                return min(rows, key=lambda row: (row.path != path, row.id not in lost, row.id))
        return None


_BYTES, _CODED, _PIXELS = "bytes", "coded", "pixels"


def _keys(picture: NewImage | ImageRow) -> dict[_Key, None]:
    """Return what a picture is known by, the surest first."""
    shape = picture.frame, picture.width, picture.height
    keys: dict[_Key, None] = {(_BYTES, picture.sha256, picture.frame): None}
    if picture.coded_sha256 is not None:
        keys[_CODED, picture.coded_sha256, *shape] = None
    if picture.pixels_sha256 is not None:
        keys[_PIXELS, picture.pixels_sha256, *shape] = None
    return keys


def _see_again(row: ImageRow, entry: NewImage, path: str, *, has_lost: bool, result: Added) -> None:
    """Note that an image's picture was seen; where its own file is another now, follow it."""
    row.failure = None
    if row.removed_at is not None:
        row.removed_at = None
        result.restored.append(row.id)
    if row.path == path or has_lost:
        if row.sha256 != entry.sha256:
            row.sha256, row.coded_sha256 = entry.sha256, entry.coded_sha256
            result.kept.append(row.id)
        row.path = path
        row.file_size, row.modified_ns = _stamp_when_hashed(entry)
    if row.sha256 == entry.sha256:
        row.coded_sha256 = row.coded_sha256 or entry.coded_sha256
        row.pixels_sha256 = row.pixels_sha256 or entry.pixels_sha256


def _mark_replaced(session: Session, found: dict[str, NewImage], result: Added) -> None:
    """Fail the images whose path was just seen to hold another file."""
    query = select(ImageRow).where(ImageRow.path.in_(found))
    for row in session.scalars(locked(query, ImageRow)):
        if row.sha256 != found[row.path].sha256:
            if row.failure != REPLACED and row.removed_at is None:
                result.replaced.append(row.id)
            row.failure = REPLACED
            row.file_size = row.modified_ns = None


def _is_unchanged(row: ImageRow, before: ImageRecord, paths: ImagePaths) -> bool:
    """Return whether a row is as it was when its file was looked for."""
    return (paths.absolute(row.path), row.sha256) == (before.path, before.sha256)


def _has_its_file(record: ImageRecord, found_at: Mapping[Any, str]) -> bool:
    if record.path in found_at:
        return found_at[record.path] == record.sha256
    size, modified = record.stamp
    stamp = None if size is None or modified is None else (size, modified)
    try:
        return still_holds(record.path, record.sha256, stamp)
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
        "coded_sha256": entry.coded_sha256,
        "pixels_sha256": entry.pixels_sha256,
    }


def _stamp_when_hashed(entry: NewImage) -> tuple[int | None, int | None]:
    if entry.file_size is None or entry.modified_ns is None:
        return stamp_of(entry.path)
    return entry.file_size, entry.modified_ns
