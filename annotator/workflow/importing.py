"""Photographs into a project: found, hashed and inspected by threads, committed in batches."""

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from annotator.imaging import Picture, find_images
from annotator.project import FailedImage, ImageRecord, NewImage, Project
from annotator.system.placing import remove_leftovers
from annotator.workflow.copying import IMAGE_FOLDER, copy_new
from annotator.workflow.image_files import READERS, inspect_picture
from annotator.workflow.looking_after import forget_gone
from annotator.workflow.same_pictures import with_pixels

# What one transaction holds. Large enough that waiting for the disk costs little, small
# enough that a kill loses little work.
_BATCH = 128
# What a thread inspects in one go: handing over costs as much as inspecting a small file.
_PIECE = 8


@dataclass(frozen=True)
class ImportReport:
    """What became of the files.

    Attributes
    ----------
    added, already_there
        How many were new images, and how many showed a picture that was there already.
    failed
        Those that could not be used.
    notes
        What is to be told of single files that were read, such as how deep their values are.
    kept
        Photographs whose file had changed in its metadata alone: with all their faces.
    restored
        Photographs that had been removed from the project and are back.
    replaced
        Photographs that have lost their file to another picture; their faces stay with them.
    untold
        How many of the replaced ones may have changed in metadata alone: their pixels were not
        known.
    """

    added: int
    already_there: int
    failed: tuple[FailedImage, ...]
    notes: tuple[tuple[Path, str], ...] = ()
    kept: tuple[ImageRecord, ...] = ()
    restored: tuple[ImageRecord, ...] = ()
    replaced: tuple[ImageRecord, ...] = ()
    untold: int = 0


class _Tally:
    """Adds up what became of one batch after the other."""

    def __init__(self, project: Project, already_there: int) -> None:
        self._project = project
        self._added, self._already_there = 0, already_there
        self._failed: list[FailedImage] = []
        self._notes: list[tuple[Path, str]] = []
        self._ids: dict[str, list[int]] = {name: [] for name in ("kept", "restored", "replaced")}
        self._untold: set[int] = set()

    def take(self, batch: Sequence[NewImage | FailedImage], untold: Collection[int]) -> None:
        """Add a batch to the project; `untold` are images that may be what they were."""
        report = self._project.images.add(batch)
        self._failed += [entry for entry in batch if isinstance(entry, FailedImage)]
        self._notes += [(e.path, e.note) for e in batch if isinstance(e, NewImage) and e.note]
        self._added += report.added
        self._already_there += report.already_there
        for name, ids in self._ids.items():
            ids.extend(getattr(report, name))
        self._untold.update(set(untold) & set(report.replaced))

    def report(self) -> ImportReport:
        """Return what became of all of them."""
        records = self._project.images.records({i for ids in self._ids.values() for i in ids})
        listed = {
            name: tuple(records[i] for i in dict.fromkeys(ids) if i in records)
            for name, ids in self._ids.items()
        }
        return ImportReport(
            self._added, self._already_there, tuple(self._failed), tuple(self._notes),
            **listed, untold=len(self._untold),
        )  # fmt: skip


def import_images(
    project: Project,
    paths: Iterable[str | Path],
    *,
    copy: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Add photographs to a project; files that cannot be used are recorded with a reason.

    Files are hashed and inspected by threads and committed in batches, so a killed import
    loses at most a batch and running it again resumes with nothing twice. A file that was added
    before and has changed in its metadata alone is the same photograph as before, with all that
    was made of it. Failures noted of files that are gone by now are forgotten.

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
    ReadOnlyProject
        If nothing can be changed, before any file is looked for.
    """
    project.check_writable()
    found = _found(project, paths)
    forget_gone(project)
    unchanged = project.images.unchanged(found)
    files = [path for path in found if path not in unchanged]
    done = len(found) - len(files)
    tally = _Tally(project, done)
    if copy:
        remove_leftovers(project.home / IMAGE_FOLDER)
    with ThreadPoolExecutor(READERS, thread_name_prefix="inspect") as executor:
        for inspected in _inspected(executor, files):
            batch, untold = with_pixels(project, inspected, executor)
            tally.take(copy_new(project, batch) if copy else batch, untold)
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(found))
    return tally.report()


def _found(project: Project, paths: Iterable[str | Path]) -> list[Path]:
    """Return the images that are there, each once, but for those of the project's releases."""
    # Loads onnxruntime, which those who only read a project can do without.
    from annotator.release.about import FOLDER  # noqa: PLC0415

    # Links are resolved but for the file's own: its name is the one people know.
    own = Path(os.path.realpath(project.home / FOLDER))
    every = dict.fromkeys(_with_real_folders(find_images(paths)))
    return [path for path in every if own not in path.parents]


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
