"""The steps that join rooms: photographs into a project, predictions for its images.

Everything here is free of any user interface. The command line and the napari plugin call
the same functions and only differ in how they show progress.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from annotator.assets import asset_path
from annotator.durable import sync_folder
from annotator.image_files import copy_into, inspect_file, photograph_has_changed
from annotator.imaging import find_images
from annotator.inference import FaceMesh, FacePrediction, FileResult
from annotator.project import FailedImage, ImageRecord, NewImage, Project

# What one transaction holds. Large enough that waiting for the disk costs little, small
# enough that a kill loses little work.
_IMPORT_BATCH = 128
_PREDICTION_BATCH = 64
# What a thread inspects in one go: handing over costs as much as inspecting a small file.
_PIECE = 8

_READERS = min(8, 2 + (os.cpu_count() or 1))


@dataclass(frozen=True)
class ImportReport:
    """How many images were new, how many files held known content, and what failed."""

    added: int
    already_there: int
    failed: tuple[FailedImage, ...]


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


def import_images(
    project: Project,
    paths: Iterable[str | Path],
    *,
    copy: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Add photographs to a project; files that cannot be used are recorded with a reason.

    Files are hashed and inspected by threads and committed in batches, so a killed import
    loses at most a batch and running it again resumes with nothing twice.

    Parameters
    ----------
    project
        Where the images go.
    paths
        Files, and folders to search.
    copy
        Whether the files are copied into ``PROJECT/images``, which makes the project
        independent of where they came from.
    on_progress
        Called on the calling thread with the number of files done and their total.

    Raises
    ------
    OSError
        If a copy cannot be written.
    """
    # Links are resolved but for the file's own: its name is the one people know.
    found = _with_real_folders(find_images(paths))
    unchanged = project.images.unchanged(found)
    files = [path for path in found if path not in unchanged]
    added, already_there = 0, len(found) - len(files)
    failed: list[FailedImage] = []
    with ThreadPoolExecutor(_READERS, thread_name_prefix="inspect") as executor:
        done = len(found) - len(files)
        for inspected in _inspected(executor, files):
            batch = _copy_new(project, inspected) if copy else inspected
            failed += [entry for entry in batch if isinstance(entry, FailedImage)]
            report = project.images.add(batch)
            added += report.added
            already_there += report.already_there
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(found))
    return ImportReport(added, already_there, tuple(failed))


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
    """
    model_id = project.models.register(face_mesh.info)
    records = project.images.pending(model_id)
    batch: list[tuple[int, list[FacePrediction]]] = []
    faces = failed = 0

    def commit() -> None:
        predictions = batch.copy()
        batch.clear()  # first, so that what the store refused is not offered again
        if predictions:
            project.predictions.store(model_id, predictions)

    results = face_mesh.predict_files([record.path for record in records], workers=workers)
    try:
        for done, (record, result) in enumerate(zip(records, results, strict=True), start=1):
            reason, failure = _why_unusable(record, result), None
            if reason is None:
                batch.append((record.id, list(result.faces)))
                faces += len(result.faces)
            else:
                project.images.mark_failed(record.id, reason)
                failure = FailedImage(record.path, reason)
                failed += 1
            if len(batch) == _PREDICTION_BATCH or done == len(records):
                commit()
            yield PredictionProgress(done, len(records), faces, failed, failure)
    finally:
        if isinstance(results, Generator):
            results.close()  # stop decoding ahead
        commit()


def create_sample_project(folder: Path, *, face_mesh: FaceMesh | None = None) -> Project:
    """Make a project of the shipped sample images, predicted and ready to be annotated.

    A folder that already holds a project is opened as it is; only what an interrupted
    creation left undone is made up for. The caller closes the project.

    Raises
    ------
    ProjectError
        If the folder holds something else, or a project that cannot be opened.
    """
    project = Project.open(folder) if Project.is_project(folder) else Project.create(folder)
    with ExitStack() as on_error:
        on_error.callback(project.close)
        import_images(project, [asset_path("datasets", "sample")], copy=True)
        for _ in preannotate(project, face_mesh or FaceMesh.load()):
            pass
        on_error.pop_all()
    return project


def _with_real_folders(paths: Iterable[Path]) -> list[Path]:
    """Return the paths with links in their folders resolved; each folder is looked up once."""
    folders: dict[Path, Path] = {}
    found = []
    for path in paths:
        folder = path.parent
        if folder not in folders:
            folders[folder] = folder.resolve()
        found.append(folders[folder] / path.name)
    return found


def _inspected(
    executor: ThreadPoolExecutor, files: Sequence[Path]
) -> Iterator[list[NewImage | FailedImage]]:
    """Yield batch after batch; while one is dealt with, the next is being inspected."""
    ahead: deque[list[Future[list[NewImage | FailedImage]]]] = deque()
    for start in range(0, len(files), _IMPORT_BATCH):
        batch = files[start : start + _IMPORT_BATCH]
        pieces = (batch[at : at + _PIECE] for at in range(0, len(batch), _PIECE))
        ahead.append([executor.submit(_inspect_all, piece) for piece in pieces])
        if len(ahead) > 1:
            yield [entry for piece in ahead.popleft() for entry in piece.result()]
    for last in ahead:
        yield [entry for piece in last for entry in piece.result()]


def _inspect_all(files: Sequence[Path]) -> list[NewImage | FailedImage]:
    return [inspect_file(path) for path in files]


def _copy_new(
    project: Project, entries: list[NewImage | FailedImage]
) -> list[NewImage | FailedImage]:
    """Copy the files of images that the project lacks into it and point the entries there.

    The copies are on the disk when this returns: before the project counts on them.
    """
    home = project.folder.resolve()
    images = home / "images"
    met: set[str] = set()

    def copied(entry: NewImage | FailedImage) -> NewImage | FailedImage:
        if isinstance(entry, FailedImage) or entry.path.is_relative_to(home):
            return entry
        if entry.sha256 in met or project.images.has_sha256(entry.sha256):
            return entry
        met.add(entry.sha256)
        images.mkdir(exist_ok=True)
        return copy_into(images, entry)

    result = [copied(entry) for entry in entries]
    if met:
        sync_folder(images)
        sync_folder(home)
    return result


def _why_unusable(record: ImageRecord, result: FileResult) -> str | None:
    """Return why a result is not a prediction of the image that was added, or None."""
    if result.error is None and photograph_has_changed(record):
        return "the file has changed since it was added: add it again"
    return result.error
