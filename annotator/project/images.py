"""The images of a project, and the files that could not become one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePath

from sqlalchemy import func, or_, select

from annotator.imaging.identity import CODED_SUFFIXES
from annotator.project.adding import Added, add_images, without_their_file
from annotator.project.engine.base import Engine, chunks
from annotator.project.failed_files import forget, note_failure
from annotator.project.image_records import AddReport, FailedImage, ImageRecord, NewImage
from annotator.project.image_rows import (
    IN_PROJECT,
    REPLACED,
    all_records,
    image_record,
    image_row,
    refuse_anothers,
    resembling,
    stamp_of,
)
from annotator.project.locking import locked
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.paths import ImagePaths
from annotator.project.records import SampleState
from annotator.project.tables import FailedFileRow, ImageRow, PredictionRunRow, SampleRow


class Images:
    """The images of a project."""

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def add(self, entries: Iterable[NewImage | FailedImage]) -> AddReport:
        """Add images and note failures, all in one transaction.

        A picture, of a file or of one of its frames, that is there already is not added again,
        also where its file's metadata is another. Where its own file has gone or was changed so
        meanwhile, the image follows to the file that was given, with all that was made of it. A
        path or an image that had failed and now comes as a `NewImage` is no longer failed; an
        image that was removed is back. An image whose path now holds another picture has lost
        its own: it fails as `REPLACED`, and what people made of it stays.
        """
        entries = list(entries)  # a slow source must not hold the database's write lock
        failed = [entry for entry in entries if isinstance(entry, FailedImage)]
        new = [entry for entry in entries if isinstance(entry, NewImage)]
        lost = without_their_file(self._like(new), new)  # reads files: not while we write
        result = Added()
        with self._engine.writing(alone=True) as session:
            for failure in failed:
                note_failure(session, self._paths, failure)
            for chunk in chunks(new, self._engine, named=3):
                add_images(session, self._paths, chunk, lost, result)
        return AddReport(
            added=result.added,
            already_there=len(new) - result.added,
            failed=len(failed),
            kept=tuple(result.kept),
            replaced=tuple(result.replaced),
            restored=tuple(result.restored),
        )

    def get(self, image_id: int) -> ImageRecord:
        """Return an image, a removed one too, or raise `UnknownImage`."""
        with self._engine.reading() as session:
            return image_record(image_row(session, image_id), self._paths)

    def records(
        self, image_ids: Collection[int], *, removed: bool = False
    ) -> dict[int, ImageRecord]:
        """Return images by their ids, without those that are not there; many cost little.

        Removed ones are only there if they are asked for.
        """
        ids, found = sorted(set(image_ids)), {}
        with self._engine.reading() as session:
            for some in chunks(ids, self._engine):
                query = select(ImageRow).where(ImageRow.id.in_(some))
                for row in session.scalars(query if removed else query.where(IN_PROJECT)):
                    found[row.id] = image_record(row, self._paths)
        return found

    def all(self) -> list[ImageRecord]:
        """Return all images, in the order they were added."""
        with self._engine.reading() as session:
            return all_records(session, self._paths)

    def at(self, paths: Collection[Path]) -> list[ImageRecord]:
        """Return the images whose file lies, or lay, at one of these paths."""
        stored = self._paths.all_stored(paths)
        with self._engine.reading() as session:
            return [
                image_record(row, self._paths)
                for some in chunks(stored, self._engine)
                for row in session.scalars(
                    select(ImageRow).where(ImageRow.path.in_(some), IN_PROJECT)
                )
            ]

    def count(self) -> int:
        """Return the number of images, those that failed to be predicted included."""
        with self._engine.reading() as session:
            query = select(func.count()).select_from(ImageRow).where(IN_PROJECT)
            return session.scalar(query) or 0

    def failed_files(self) -> list[FailedImage]:
        """Return the files that could not be imported."""
        query = select(FailedFileRow.path, FailedFileRow.reason).order_by(FailedFileRow.id)
        with self._engine.reading() as session:
            rows = session.execute(query).all()
        return [FailedImage(self._paths.absolute(path), reason) for path, reason in rows]

    def failed(self) -> list[FailedImage]:
        """Return the files that could not be imported, then the images that failed later."""
        with self._engine.reading() as session:
            rows = [
                *session.execute(
                    select(FailedFileRow.path, FailedFileRow.reason).order_by(FailedFileRow.id)
                ),
                *session.execute(
                    select(ImageRow.path, ImageRow.failure)
                    .where(ImageRow.failure.is_not(None), IN_PROJECT)
                    .order_by(ImageRow.id)
                ),
            ]
        return [FailedImage(self._paths.absolute(path), reason) for path, reason in rows]

    def forget_failed(self, paths: Collection[Path]) -> None:
        """Forget that files could not be imported, as they are gone, say."""
        stored = self._paths.all_stored(paths)
        with self._engine.writing() as session:
            for some in chunks(stored, self._engine):
                forget(session, some)

    def pending(self, model_id: int) -> list[ImageRecord]:
        """Return the images that a model has not seen, in the order they were added.

        Images that failed before are among them: their disk may be back. Those whose file
        made room for another image are not, before they are added again.
        """
        seen = select(PredictionRunRow.image_id).where(PredictionRunRow.model_id == model_id)
        there = or_(ImageRow.failure.is_(None), ImageRow.failure != REPLACED)
        pending = select(ImageRow).where(ImageRow.id.not_in(seen), there, IN_PROJECT)
        query = pending.order_by(ImageRow.id)
        with self._engine.reading() as session:
            return [image_record(row, self._paths) for row in session.scalars(query)]

    def without_faces(self) -> list[ImageRecord]:
        """Return the images that a model has seen and that have no face, in the order added.

        Faces that were deleted do not count.
        """
        seen = select(PredictionRunRow.image_id)
        shown = select(SampleRow.image_id).where(
            SampleRow.state != SampleState.DELETED, IS_ORIGINAL
        )
        query = (
            select(ImageRow)
            .where(ImageRow.id.in_(seen), ImageRow.id.not_in(shown), ImageRow.failure.is_(None))
            .where(IN_PROJECT)
            .order_by(ImageRow.id)
        )
        with self._engine.reading() as session:
            return [image_record(row, self._paths) for row in session.scalars(query)]

    def showing(self, entry: NewImage) -> ImageRecord | None:
        """Return the first image of a file's picture, whichever frame; None if there is none.

        The file is known by its bytes, else by what is coded in it.
        """
        same_bytes = ImageRow.sha256 == entry.sha256
        query = select(ImageRow).where(resembling([entry])).order_by(same_bytes.desc(), ImageRow.id)
        with self._engine.reading() as session:
            row = session.scalar(query.limit(1))
            return None if row is None else image_record(row, self._paths)

    def note_pixels(self, pixels: Iterable[tuple[ImageRecord, str]]) -> None:
        """Note the hashes of images' pixels, but of those that are gone or another file by now.

        Parameters
        ----------
        pixels
            Images as they were when their pixels were read, each with the hash, see
            `annotator.imaging.identity`.
        """
        hashes = {record.id: (record.sha256, digest) for record, digest in pixels}
        with self._engine.writing() as session:
            for some in chunks(list(hashes), self._engine):
                query = locked(select(ImageRow).where(ImageRow.id.in_(some)), ImageRow)
                for row in session.scalars(query):
                    sha256, digest = hashes[row.id]
                    if row.sha256 == sha256:
                        row.pixels_sha256 = digest

    def move(self, files: Mapping[int, NewImage]) -> None:
        """Let images follow to other files, which show the same pictures, in one transaction.

        Parameters
        ----------
        files
            By the ids of images; whoever calls has seen to it that they show the same.

        Raises
        ------
        UnknownImage
            If there is no such image; none is moved.
        ProjectError
            If a file's bytes are those of another image; none is moved.
        """
        with self._engine.writing(alone=True) as session:
            for image_id, entry in files.items():
                row = image_row(session, image_id, to_change=True)
                refuse_anothers(session, row, entry)
                row.path = self._paths.stored(entry.path)
                row.sha256, row.coded_sha256 = entry.sha256, entry.coded_sha256
                row.file_size, row.modified_ns = entry.file_size, entry.modified_ns
                row.failure = None

    def mark_failed(self, image_id: int, reason: str) -> None:
        """Note why an image could not be used; a later prediction of it clears the note."""
        with self._engine.writing() as session:
            image_row(session, image_id, to_change=True).failure = reason

    def unchanged(self, paths: Collection[Path]) -> set[Path]:
        """Return those paths whose file was added and has kept its size and time since.

        An import can skip them without reading them again. It cannot where an earlier version
        added them, who did not know their pictures from the rest of the file.
        """
        query = select(
            ImageRow.path, ImageRow.file_size, ImageRow.modified_ns, ImageRow.coded_sha256
        ).where(ImageRow.failure.is_(None), ImageRow.file_size.is_not(None), IN_PROJECT)
        with self._engine.reading() as session:
            known = {
                path: (size, modified)
                for path, size, modified, coded in session.execute(query)
                if coded is not None or PurePath(path).suffix.lower() not in CODED_SUFFIXES
            }
        stored = self._paths.all_stored(paths)
        return {
            path
            for path, name in zip(paths, stored, strict=True)
            if name in known and known[name] == stamp_of(path)
        }

    def _like(self, entries: Sequence[NewImage]) -> list[ImageRecord]:
        """Return the images that may show the same picture as one of some files."""
        with self._engine.reading() as session:
            return [
                image_record(row, self._paths)
                for some in chunks(entries, self._engine, named=2)
                for row in session.scalars(select(ImageRow).where(resembling(some)))
            ]
