"""Photographs into a project: found, hashed and inspected by threads, committed in batches."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.imaging import Picture, find_images
from annotator.project import FailedImage, ImageRecord, NewImage, Project
from annotator.system.durable import sync_folder
from annotator.workflow.image_files import READERS, copy_into, inspect_picture, trouble_with

# What one transaction holds. Large enough that waiting for the disk costs little, small
# enough that a kill loses little work.
_BATCH = 128
# What a thread inspects in one go: handing over costs as much as inspecting a small file.
_PIECE = 8


@dataclass(frozen=True)
class ImportReport:
    """How many images were new, how many files held known content, and what failed.

    Attributes
    ----------
    notes
        What is to be told of single files that were read, such as how deep their values are.
    """

    added: int
    already_there: int
    failed: tuple[FailedImage, ...]
    notes: tuple[tuple[Path, str], ...] = ()


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
    found = list(dict.fromkeys(_with_real_folders(find_images(paths))))
    unchanged = project.images.unchanged(found)
    files = [path for path in found if path not in unchanged]
    added, already_there = 0, len(found) - len(files)
    failed: list[FailedImage] = []
    notes: list[tuple[Path, str]] = []
    with ThreadPoolExecutor(READERS, thread_name_prefix="inspect") as executor:
        done = len(found) - len(files)
        for inspected in _inspected(executor, files):
            batch = _copy_new(project, inspected) if copy else inspected
            failed += [entry for entry in batch if isinstance(entry, FailedImage)]
            notes += [(e.path, e.note) for e in batch if isinstance(e, NewImage) and e.note]
            report = project.images.add(batch)
            added += report.added
            already_there += report.already_there
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(found))
    return ImportReport(added, already_there, tuple(failed), tuple(notes))


def _with_real_folders(paths: Iterable[Path]) -> list[Path]:
    """Return the paths with links in their folders resolved; each folder is looked up once."""
    folders: dict[Path, Path] = {}
    found = []
    for path in paths:
        folder = path.parent
        if folder not in folders:
            folders[folder] = Path(os.path.realpath(folder))  # links in a circle raise nothing
        found.append(folders[folder] / path.name)
    return found


def _inspected(
    executor: ThreadPoolExecutor, files: Sequence[Path]
) -> Iterator[list[NewImage | FailedImage]]:
    """Yield batch after batch; while one is dealt with, the next is being inspected."""
    ahead: deque[list[Future[list[NewImage | FailedImage]]]] = deque()
    for start in range(0, len(files), _BATCH):
        batch = files[start : start + _BATCH]
        pieces = (batch[at : at + _PIECE] for at in range(0, len(batch), _PIECE))
        ahead.append([executor.submit(_inspect_all, piece) for piece in pieces])
        if len(ahead) > 1:
            yield [entry for piece in ahead.popleft() for entry in piece.result()]
    for last in ahead:
        yield [entry for piece in last for entry in piece.result()]


def _inspect_all(files: Sequence[Path]) -> list[NewImage | FailedImage]:
    return [inspect_picture(Picture(path)) for path in files]


def _copy_new(
    project: Project, entries: list[NewImage | FailedImage]
) -> list[NewImage | FailedImage]:
    """Copy the files of images that the project lacks into it and point the entries there.

    The copies are on the disk when this returns: before the project counts on them.
    """
    home = project.home.resolve()
    images = home / "images"
    copies: dict[str, NewImage] = {}

    def copied(entry: NewImage | FailedImage) -> NewImage | FailedImage:
        if isinstance(entry, FailedImage) or entry.path.is_relative_to(home):
            return entry
        if entry.sha256 in copies:
            return _beside(entry, copies[entry.sha256])
        known = project.images.with_content(entry.sha256)
        if known is not None:
            return _beside(entry, known) if _is_inside(project, known) else entry
        images.mkdir(exist_ok=True)
        copy = copy_into(images, entry)
        if isinstance(copy, NewImage):
            copies[entry.sha256] = copy
        return copy

    result = [copied(entry) for entry in entries]
    if copies:
        sync_folder(images)
        sync_folder(home)
    return result


def _beside(entry: NewImage, known: NewImage | ImageRecord) -> NewImage:
    """Return another frame of a file at the path of its copy; a twin file is no new image."""
    if entry.frame is None:
        return entry
    path, size, modified = known.path, known.file_size, known.modified_ns
    return replace(entry, path=path, file_size=size, modified_ns=modified)


def _is_inside(project: Project, known: ImageRecord) -> bool:
    """Return whether an image's file is in the project's folder and holds what was added."""
    return known.path.is_relative_to(project.home) and trouble_with(known) is None
