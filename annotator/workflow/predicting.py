"""Predictions for a project's images, decoded ahead by threads and committed in batches."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from annotator.imaging import Picture
from annotator.inference import FaceMesh, FacePrediction, FileResult
from annotator.project import FailedImage, ImageRecord, Project, UnknownImage
from annotator.system.hashing import FileStamp
from annotator.workflow.image_files import ADD_AGAIN, HAS_CHANGED, was_original
from annotator.workflow.noted_pictures import NotedPicture

# What one transaction holds. Large enough that waiting for the disk costs little, small
# enough that a kill loses little work.
_BATCH = 64

# The stamp of a file before it was read, and the hash of its pixels once they are decoded.
_Ahead = tuple[FileStamp | None, list[str]]

_CHANGED = f"the file {HAS_CHANGED}: {ADD_AGAIN}"


@dataclass(frozen=True)
class PredictionProgress:
    """How far a run is.

    Attributes
    ----------
    done, total
        Images dealt with, failures included, and images to deal with.
    faces, failed
        Faces found and images failed so far.
    failure
        The image just dealt with, where it failed.
    """

    done: int
    total: int
    faces: int
    failed: int
    failure: FailedImage | None = None


def preannotate(
    project: Project, face_mesh: FaceMesh, *, workers: int | None = None
) -> Generator[PredictionProgress, None, None]:
    """Predict the faces of every image this model has not seen, yielding after each image.

    Results are committed in batches. Closing the generator cancels the run and keeps what
    was done; a later run goes on from there. An image that cannot be decoded, has vanished
    or has changed is marked as failed in the project and the rest goes on.

    Parameters
    ----------
    project
        Where images come from and predictions go.
    face_mesh
        The model.
    workers
        Threads that decode ahead; by default as many as suit the machine.

    Raises
    ------
    ReadOnlyProject
        If nothing can be changed, before any image is read.
    """
    project.check_writable()
    model_id = project.models.register(face_mesh.info)
    records = project.images.pending(model_id)
    run, ahead = _Run(project, model_id, len(records)), deque[_Ahead]()
    results = face_mesh.predict_files(_looked_at(records, ahead), workers=workers)
    try:
        for record, result in zip(records, results, strict=True):
            yield run.take(record, result, *ahead.popleft())
    finally:
        if isinstance(results, Generator):
            results.close()  # stop decoding ahead
        run.commit()


class _Run:
    """What a run did so far; the last faces wait to be committed together."""

    def __init__(self, project: Project, model_id: int, total: int) -> None:
        self._project = project
        self._model_id = model_id
        self._batch: list[tuple[int, list[FacePrediction]]] = []
        self._pixels: list[tuple[ImageRecord, str]] = []
        self._progress = PredictionProgress(0, total, 0, 0)

    def take(
        self, record: ImageRecord, result: FileResult, stamp: FileStamp | None, pixels: list[str]
    ) -> PredictionProgress:
        """Deal with an image of which this was found, under the stamp that its file had before.

        ``pixels`` holds the hash of what was decoded, if it was noted.
        """
        last, reason = self._progress, result.error
        if reason is None and not was_original(record, stamp):
            reason = _CHANGED
        faces, failure = last.faces, None
        if reason is None:
            self._batch.append((record.id, list(result.faces)))
            self._pixels += [(record, digest) for digest in pixels[:1]]
            faces += len(result.faces)
        else:
            with suppress(UnknownImage):  # somebody deleted it for good meanwhile
                self._project.images.mark_failed(record.id, reason)
            failure = FailedImage(record.path, reason)
        failed = last.failed + (failure is not None)
        self._progress = PredictionProgress(last.done + 1, last.total, faces, failed, failure)
        if len(self._batch) == _BATCH or self._progress.done == last.total:
            self.commit()
        return self._progress

    def commit(self) -> None:
        """Store what waits."""
        predictions = self._batch.copy()
        self._batch.clear()  # first, so that what the store refused is not offered again
        if not predictions:
            return
        try:
            self._project.predictions.store(self._model_id, predictions)
        except UnknownImage:  # somebody deleted one for good meanwhile
            there = self._project.images.records([image_id for image_id, _ in predictions])
            kept = [found for found in predictions if found[0] in there]
            self._project.predictions.store(self._model_id, kept)
        if self._pixels:
            self._project.images.note_pixels(self._pixels)
            self._pixels.clear()


def _looked_at(records: Iterable[ImageRecord], ahead: deque[_Ahead]) -> Iterator[Picture]:
    """Yield the images' pictures, noting what each file is known by before anybody reads it."""
    for record in records:
        picture = NotedPicture(record.path, record.frame)
        ahead.append((picture.stamp_if_there(), picture.hashes))
        yield picture
