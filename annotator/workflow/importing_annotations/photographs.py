"""Which photograph of the project an annotation is of: found by content, and told if it is not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from annotator.imaging import Picture, find_images
from annotator.project import ImageRecord, NewImage, Project
from annotator.release.incoming import ImageClue
from annotator.release.upright import SUFFIX
from annotator.workflow.image_files import READERS, inspect_picture

ABSENT = "not in the project"
REMOVED = "it was removed from the project: `restore` brings it back"


@dataclass(frozen=True, slots=True)
class FoundImage:
    """Where the image of a clue is.

    Attributes
    ----------
    image_id
        Of the project's image; None where it has none.
    file
        A file that shows it and may be added to the project.
    why
        Why there is neither.
    """

    image_id: int | None = None
    file: NewImage | None = None
    why: str = ""


@dataclass(slots=True)
class _Known:
    """The project's images by what they are known by."""

    by_content: dict[str, ImageRecord] = field(default_factory=dict)
    by_coded: dict[tuple[str, int, int], ImageRecord] = field(default_factory=dict)
    by_name: dict[str, list[ImageRecord]] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, project: Project) -> _Known:
        removed = (each.image.picture_sha256 for each in project.removals.all())
        known = cls(removed=frozenset(removed))
        for record in project.images.all():
            known.by_content[record.picture_sha256] = record
            if record.coded_sha256 is not None and record.frame is None:
                key = record.coded_sha256, record.width, record.height
                known.by_coded.setdefault(key, record)
            known.by_name.setdefault(record.path.name, []).append(record)
        return known

    def showing(self, entry: NewImage) -> ImageRecord | None:
        """Return the image of a file's picture: of its bytes, else of what is coded in it."""
        found = self.by_content.get(entry.sha256)
        if found is None and entry.coded_sha256 is not None:
            found = self.by_coded.get((entry.coded_sha256, entry.width, entry.height))
        return found


def find_photographs(
    project: Project,
    clues: Sequence[ImageClue],
    folder: Path | None = None,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[FoundImage]:
    """Return where the image of each clue is: by its content, else by its name and size.

    An image is found by the SHA-256 of its file, then by a copy that came with the annotations
    (the same bytes, or the same coded pixels where metadata alone is another), then, where nothing
    says what it holds, by a file name that occurs once and a size that is equal.

    Parameters
    ----------
    project
    clues
    folder
        With photographs that may be added where the project has none: those that came with the
        annotations, or that their owner has.
    on_progress
        Called on the calling thread with the number of images done and their total, and with those
        of the files of the folder while these are looked at. What it raises ends the search.
    """
    known = _Known.of(project)
    offered = _Offered(folder, clues, on_progress)
    found = []
    for done, clue in enumerate(clues, start=1):
        found.append(_find(clue, known, offered))
        if on_progress is not None:
            on_progress(done, len(clues))
    return _each_once(found, clues)


def _find(clue: ImageClue, known: _Known, offered: _Offered) -> FoundImage:
    """Return where an image is: the surest first."""
    record = None if clue.sha256 is None else known.by_content.get(clue.sha256)
    own = None
    if record is None and clue.path is not None:
        own = _inspected(clue.path)
        record = None if own is None else known.showing(own)
    files = [] if record is not None else offered.files(clue)
    record = record or next(filter(None, map(known.showing, files)), None)
    if record is not None:
        return _in_project(record, clue)
    if any(file.sha256 in known.removed for file in files) or clue.sha256 in known.removed:
        return FoundImage(why=REMOVED)
    if len(files) == 1:
        return _offered(files[0], clue)
    if files:
        return FoundImage(why=f"{len(files)} files may be it")
    if clue.sha256 is not None:
        return FoundImage(why=ABSENT)
    if own is not None and clue.width is None and clue.height is None:
        clue = replace(clue, width=own.width, height=own.height)
    return _by_name(clue, known)


def _by_name(clue: ImageClue, known: _Known) -> FoundImage:
    """Return the one image of the project with the clue's file name and size.

    Releases call what they write anew ``portrait.jpg.png``: where nothing else is called so, it is
    ``portrait.jpg``.
    """
    name = file_name(clue)
    records = known.by_name.get(name) or known.by_name.get(name.removesuffix(SUFFIX), [])
    if not records:
        return FoundImage(why=ABSENT)
    if clue.width is None or clue.height is None:
        return FoundImage(why="its name alone proves nothing: put its file beside it")
    if len(records) > 1:
        return FoundImage(why=f"{len(records)} photographs are called so")
    return _in_project(records[0], clue)


def _in_project(record: ImageRecord, clue: ImageClue) -> FoundImage:
    why = _other_size(clue, record.width, record.height)
    return FoundImage(why=why) if why else FoundImage(image_id=record.id)


def _offered(file: NewImage, clue: ImageClue) -> FoundImage:
    why = _other_size(clue, file.width, file.height)
    return FoundImage(why=why) if why else FoundImage(file=file)


def _other_size(clue: ImageClue, width: int, height: int) -> str:
    if (clue.width, clue.height) in ((None, None), (width, height)):
        return ""
    return f"it is said to have {clue.width} x {clue.height} pixels, and has {width} x {height}"


def _each_once(found: list[FoundImage], clues: Sequence[ImageClue]) -> list[FoundImage]:
    """Leave out images that two clues which differ in name or content both lead to."""
    of_image: dict[object, list[int]] = {}
    for at, each in enumerate(found):
        key = each.image_id if each.file is None else each.file.sha256
        if key is not None:
            of_image.setdefault(key, []).append(at)
    for places in of_image.values():
        if len({file_name(clues[at]) for at in places}) > 1:
            for at in places:
                if clues[at].sha256 is None and clues[at].path is None:
                    found[at] = FoundImage(why="two names lead to one photograph")
    return found


def file_name(clue: ImageClue) -> str:
    """Return the last part of the name that annotations give an image."""
    return PurePosixPath(clue.name.replace("\\", "/")).name


class _Offered:
    """Photographs of a folder that somebody gave, looked at as far as they are asked for."""

    def __init__(
        self,
        folder: Path | None,
        clues: Sequence[ImageClue],
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self._on_progress = on_progress
        self._paths = [] if folder is None else list(find_images([folder]))
        self._folder = None if folder is None else Path(os.path.realpath(folder))
        self._by_name: dict[str, list[Path]] = {}
        for path in self._paths:
            self._by_name.setdefault(path.name, []).append(path)
        self._by_content: dict[str, NewImage] | None = None

    def files(self, clue: ImageClue) -> list[NewImage]:
        """Return the files that may be a clue's image: one, if it is known which."""
        if not self._paths:
            return []
        if clue.sha256 is not None:
            if self._by_content is None:
                self._by_content = {entry.sha256: entry for entry in self._all()}
            if clue.sha256 in self._by_content:
                return [self._by_content[clue.sha256]]
        if clue.path is not None and self._holds(clue.path):
            own = _inspected(clue.path)
            return [] if own is None else [own]
        if clue.sha256 is not None:
            return []
        return [entry for entry in _each_inspected(self._named(clue)) if entry is not None]

    def _all(self) -> Iterable[NewImage]:
        for done, entry in enumerate(_each_inspected(self._paths)):
            if self._on_progress is not None:
                self._on_progress(done, len(self._paths))
            if entry is not None:
                yield entry

    def _holds(self, path: Path) -> bool:
        return self._folder is not None and Path(os.path.realpath(path)).is_relative_to(
            self._folder
        )

    def _named(self, clue: ImageClue) -> list[Path]:
        """Return the files of a clue's name: those with the same folders before it, if any."""
        paths = self._by_name.get(file_name(clue), [])
        parts = PurePosixPath(clue.name.replace("\\", "/")).parts
        exact = [path for path in paths if path.parts[-len(parts) :] == parts]
        return exact or paths


def _each_inspected(paths: Iterable[Path]) -> Iterator[NewImage | None]:
    with ThreadPoolExecutor(READERS, thread_name_prefix="inspect") as executor:
        try:
            yield from executor.map(_inspected, paths)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)  # of whoever wants no more


def _inspected(path: Path) -> NewImage | None:
    entry = inspect_picture(Picture(path))
    return entry if isinstance(entry, NewImage) else None
