"""The images of a project, and the files that could not become one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from sqlalchemy import func, or_, select

from annotator.project.engine.base import Engine, chunks
from annotator.project.image_rows import (
    REPLACED,
    add_images,
    image_record,
    image_row,
    note_failure,
    stamp_of,
)
from annotator.project.paths import ImagePaths
from annotator.project.records import (
    AddReport,
    FailedImage,
    ImageRecord,
    NewImage,
    SampleState,
)
from annotator.project.tables import FailedFileRow, ImageRow, PredictionRunRow, SampleRow


class Images:
    """The images of a project."""

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def add(self, entries: Iterable[NewImage | FailedImage]) -> AddReport:
        """Add images and note failures, all in one transaction.

        Content, of a file or of one of its frames, that is there already is not added again;
        where its file has gone meanwhile, the image follows to the new path. A path or an
        image that had failed and now comes as a `NewImage` is no longer failed. An image whose
        path now holds another file has lost its own: it fails as `REPLACED`, and what people
        made of it stays.
        """
        entries = list(entries)  # a slow source must not hold the database's write lock
        failed = [entry for entry in entries if isinstance(entry, FailedImage)]
        new = [entry for entry in entries if isinstance(entry, NewImage)]
        with self._engine.writing(alone=True) as session:
            for failure in failed:
                note_failure(session, self._paths, failure)
            added = sum(
                add_images(session, self._paths, chunk) for chunk in chunks(new, self._engine)
            )
        return AddReport(added=added, already_there=len(new) - added, failed=len(failed))

    def get(self, image_id: int) -> ImageRecord:
        """Return an image, or raise `UnknownImage`."""
        with self._engine.reading() as session:
            return image_record(image_row(session, image_id), self._paths)

    def records(self, image_ids: Collection[int]) -> dict[int, ImageRecord]:
        """Return images by their ids, without those that are not there; many cost little."""
        ids, found = sorted(set(image_ids)), {}
        with self._engine.reading() as session:
            for some in chunks(ids, self._engine):
                for row in session.scalars(select(ImageRow).where(ImageRow.id.in_(some))):
                    found[row.id] = image_record(row, self._paths)
        return found

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

    def with_content(self, sha256: str) -> ImageRecord | None:
        """Return the first image that is of this file's content, whichever frame; None if none."""
        with self._engine.reading() as session:
            query = select(ImageRow).where(ImageRow.sha256 == sha256).order_by(ImageRow.id)
            row = session.scalar(query.limit(1))
            return None if row is None else image_record(row, self._paths)

    def mark_failed(self, image_id: int, reason: str) -> None:
        """Note why an image could not be used; a later prediction of it clears the note."""
        with self._engine.writing() as session:
            image_row(session, image_id, to_change=True).failure = reason

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
            if name in known and known[name] == stamp_of(path)
        }
