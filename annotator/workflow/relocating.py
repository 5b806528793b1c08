"""Photographs and clips that moved: found elsewhere, and verified before the project follows."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from annotator.imaging import ImageError, Picture
from annotator.imaging.clips import content_sha256
from annotator.project import ClipRecord, ImageRecord, NewImage, Project
from annotator.project.partly import telling_what_is_done
from annotator.system.portions import portions
from annotator.workflow.image_files import READERS, inspect_picture, shows_same

_Record = TypeVar("_Record", ImageRecord, ClipRecord)

# Photographs that one transaction lets follow: strokes of others wait meanwhile.
_AT_A_TIME = 25


@dataclass(frozen=True)
class Relocation:
    """What was found of the photographs and clips below a folder, or of one file.

    Attributes
    ----------
    found
        Photographs with where they are now, as their files are there.
    missing
        Those, and clips, of which there is no file at the new place, or none that can be read.
    others
        Those of which the file there shows something else.
    clips
        Clips with where they are now.
    """

    found: tuple[tuple[ImageRecord, NewImage], ...]
    missing: tuple[ImageRecord | ClipRecord, ...]
    others: tuple[ImageRecord | ClipRecord, ...]
    clips: tuple[tuple[ClipRecord, Path], ...] = ()


def below(records: Iterable[_Record], old: Path) -> dict[_Record, Path]:
    """Return the photographs, or clips, that lie, or lay, at a path or below it, with the rest."""
    places = {old.absolute(), old.resolve(), old.parent.resolve() / old.name}
    found: dict[_Record, Path] = {}
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
    """Look for the photographs and clips of a folder, or for one file, at another place.

    Every file there is read: a photograph is found where it holds what was added, or differs from
    it in metadata alone. Frames that are images follow their clips. Nothing is changed.

    Parameters
    ----------
    project
    old, new
        Two folders, or two files.
    on_progress
        Called on the calling thread with the number of files done and their total.
    """
    photographs = [record for record in project.images.all() if record.clip_id is None]
    target = new.resolve()
    pairs = [(record, target / rest) for record, rest in below(photographs, old).items()]
    clips = [(record, target / rest) for record, rest in below(project.clips.all(), old).items()]
    found: list[tuple[ImageRecord, NewImage]] = []
    found_clips: list[tuple[ClipRecord, Path]] = []
    missing: list[ImageRecord | ClipRecord] = []
    others: list[ImageRecord | ClipRecord] = []
    total = len(pairs) + len(clips)
    for done, (record, path, entry) in enumerate(_read(pairs), start=1):
        if entry is None:
            missing.append(record)
        elif entry.sha256 == record.sha256 or _shows(record, path):
            found.append((record, entry))
        else:
            others.append(record)
        if on_progress is not None:
            on_progress(done, total)
    for done, (clip, path) in enumerate(clips, start=len(pairs) + 1):
        content = _content(path)
        if content is None:
            missing.append(clip)
        elif content == clip.sha256:
            found_clips.append((clip, path))
        else:
            others.append(clip)
        if on_progress is not None:
            on_progress(done, total)
    return Relocation(tuple(found), tuple(missing), tuple(others), tuple(found_clips))


def relocate(project: Project, relocation: Relocation) -> None:
    """Let the project follow what was found: photographs some at a time, clips one by one.

    Raises
    ------
    ProjectError
        If the database cannot be written, or a clip is another one by now.
    ImageError, OSError
        If a clip cannot be read any more.
    """
    moved: list[int] = []
    with telling_what_is_done(moved, len(relocation.found)):
        for some in portions(relocation.found, _AT_A_TIME):
            files = {record.id: entry for record, entry in some}
            project.images.move(files)
            moved += files
    for clip, path in relocation.clips:
        project.clips.relocate(clip.id, path)


def _content(path: Path) -> str | None:
    """Return what a clip is known by; None where there is none that can be read."""
    try:
        return content_sha256(path)
    except (ImageError, OSError):
        return None


def _read(
    pairs: list[tuple[ImageRecord, Path]],
) -> Iterator[tuple[ImageRecord, Path, NewImage | None]]:
    """Yield photographs with where they may be now, and what lies there, if it can be read."""
    with ThreadPoolExecutor(READERS, thread_name_prefix="look") as executor:
        yield from executor.map(_at, pairs)


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
