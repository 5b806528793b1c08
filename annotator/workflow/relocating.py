"""Photographs that moved: found below another folder, and verified before the project follows."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.imaging import Picture
from annotator.project import ImageRecord, NewImage, Project
from annotator.project.partly import telling_what_is_done
from annotator.system.portions import portions
from annotator.workflow.image_files import READERS, inspect_picture, shows_same

# Photographs that one transaction lets follow: strokes of others wait meanwhile.
_AT_A_TIME = 25


@dataclass(frozen=True)
class Relocation:
    """What was found of the photographs below a folder, or of one file.

    Attributes
    ----------
    found
        Photographs with where they are now, as their files are there.
    missing
        Those of which there is no file at the new place, or none that can be read.
    others
        Those of which the file there shows another picture.
    """

    found: tuple[tuple[ImageRecord, NewImage], ...]
    missing: tuple[ImageRecord, ...]
    others: tuple[ImageRecord, ...]


def below(records: Iterable[ImageRecord], old: Path) -> dict[ImageRecord, Path]:
    """Return the photographs that lie, or lay, at a path or below it, with what follows it."""
    places = {old.absolute(), old.resolve(), old.parent.resolve() / old.name}
    found = {}
    for record in records:
        for place in places:
            if record.path == place or place in record.path.parents:
                found[record] = record.path.relative_to(place)
    return found


def look_for(
    project: Project,
    old: Path,
    new: Path,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Relocation:
    """Look for the photographs of a folder, or for one file, at another place.

    Every file there is read: a photograph is found where it holds what was added, or differs from
    it in metadata alone. Nothing is changed.

    Parameters
    ----------
    project
    old, new
        Two folders, or two files.
    on_progress
        Called on the calling thread with the number of files done and their total.
    """
    wanted = below(project.images.all(), old)
    target = new.resolve()
    pairs = [(record, target / rest) for record, rest in wanted.items()]
    found, missing, others = [], [], []
    with ThreadPoolExecutor(READERS, thread_name_prefix="look") as executor:
        for done, (record, path, entry) in enumerate(executor.map(_at, pairs), start=1):
            if entry is None:
                missing.append(record)
            elif entry.sha256 == record.sha256 or _shows(record, path):
                found.append((record, entry))
            else:
                others.append(record)
            if on_progress is not None:
                on_progress(done, len(pairs))
    return Relocation(tuple(found), tuple(missing), tuple(others))


def relocate(project: Project, relocation: Relocation) -> None:
    """Let the project follow the photographs that were found, some at a time."""
    moved: list[int] = []
    with telling_what_is_done(moved, len(relocation.found)):
        for some in portions(relocation.found, _AT_A_TIME):
            files = {record.id: entry for record, entry in some}
            project.images.move(files)
            moved += files


def _at(pair: tuple[ImageRecord, Path]) -> tuple[ImageRecord, Path, NewImage | None]:
    record, path = pair
    entry = inspect_picture(Picture(path, record.frame))
    if isinstance(entry, NewImage):
        return record, path, replace(entry, pixels_sha256=record.pixels_sha256)
    return record, path, None


def _shows(record: ImageRecord, path: Path) -> bool:
    try:
        return shows_same(record, Picture(path, record.frame))
    except OSError:
        return False
