"""The files that could not be imported: noted, and forgotten once that means nothing any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from annotator.project.image_records import FailedImage, NewImage
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths
from annotator.project.tables import FailedFileRow


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


def forget_mended(session: Session, paths: ImagePaths, entries: Iterable[NewImage]) -> None:
    """Forget that files failed which are images now, or of which images are copies."""
    mended = [entry.path for entry in entries]
    mended += [entry.copied_from for entry in entries if entry.copied_from is not None]
    forget(session, paths.all_stored(mended))


def forget(session: Session, stored: Iterable[str]) -> None:
    """Forget that the files at some stored paths failed."""
    session.execute(delete(FailedFileRow).where(FailedFileRow.path.in_(stored)))
