"""Clips into a project: videos, and folders of frames that are one sequence."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from annotator.imaging import ImageError
from annotator.imaging.clip_files import find_clips
from annotator.imaging.clips import content_sha256, inspect_clip
from annotator.imaging.clips.frame_names import frame_names
from annotator.project import ClipRecord, FailedImage, NewClip, Project
from annotator.system.hashing import file_stamp
from annotator.workflow.copying_clips import copied_clip
from annotator.workflow.image_files import failed_by


@dataclass(frozen=True)
class ClipImportReport:
    """What became of the clips.

    Attributes
    ----------
    added
        Those that are new.
    already_there
        How many were there already, by their content.
    failed
        Those that could not be used.
    notes
        What is to be told of single clips that were read.
    """

    added: tuple[ClipRecord, ...] = ()
    already_there: int = 0
    failed: tuple[FailedImage, ...] = ()
    notes: tuple[tuple[Path, str], ...] = ()


class Given(NamedTuple):
    """What was given to be added, told apart.

    Attributes
    ----------
    photographs
        Where to look for photographs: files that are no videos, and folders, unless they are
        sequences.
    videos
        Those given, and those in folders.
    sequences
        Folders of frames.
    """

    photographs: list[Path]
    videos: list[Path]
    sequences: list[Path]


def split_given(paths: Sequence[Path], *, sequence: bool = False) -> Given:
    """Tell apart what was given; ``sequence`` says that each folder is one of frames."""
    sequences = [path for path in paths if sequence and os.path.isdir(path)]  # noqa: PTH112 - never raises
    others = [path for path in paths if path not in sequences]
    videos = list(dict.fromkeys(find_clips(others)))
    return Given([path for path in others if path not in set(videos)], videos, sequences)


class _Tally:
    """Puts clips into a project, and says what became of them; `known` are contents that it has."""

    def __init__(self, project: Project, known: set[str]) -> None:
        self._project, self._known = project, known
        self._added: list[ClipRecord] = []
        self._failed: list[FailedImage] = []
        self._notes: list[tuple[Path, str]] = []
        self._already_there = 0

    def take(self, path: Path, found: NewClip | FailedImage, *, copy: bool) -> None:
        """Add a clip, or note why it cannot be."""
        is_new = isinstance(found, NewClip) and found.sha256 not in self._known
        if copy and is_new and isinstance(found, NewClip):
            found = copied_clip(self._project, found)
        if isinstance(found, FailedImage):
            self._project.images.add([found])
            self._failed.append(found)
            return
        record = self._project.clips.add(found)
        self._project.images.forget_failed([record.path])
        self._known.add(found.sha256)
        self._added += [record] * is_new
        self._already_there += not is_new
        self._notes += [(path, found.note)] * bool(found.note and is_new)

    def report(self) -> ClipImportReport:
        """Return what became of all of them."""
        return ClipImportReport(
            tuple(self._added), self._already_there, tuple(self._failed), tuple(self._notes)
        )


def import_clips(
    project: Project,
    videos: Sequence[Path],
    sequences: Sequence[Path] = (),
    *,
    fps: float = 30.0,
    copy: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ClipImportReport:
    """Add clips to a project, one after the other; those that cannot be used are noted with why.

    A killed import goes on where it was when it is given again: nothing is there twice.

    Parameters
    ----------
    videos, sequences
        Files, and folders of frames; see `split_given`.
    fps
        Frames a second of the sequences.
    copy
        Whether they are copied into ``PROJECT/clips``.
    on_progress
        Called with the number of clips done and their total.

    Raises
    ------
    OSError
        If a copy cannot be written.
    ReadOnlyProject
        If nothing can be changed, before any clip is looked at.
    """
    project.check_writable()
    given = [(path, None) for path in videos] + [(path, fps) for path in sequences]
    tally = _Tally(project, {record.sha256 for record in project.clips.all()})
    for done, (path, rate) in enumerate(given, start=1):
        tally.take(path, inspected(_with_real_folder(path), rate), copy=copy)
        if on_progress is not None:
            on_progress(done, len(given))
    return tally.report()


def inspected(path: Path, fps: float | None = None) -> NewClip | FailedImage:
    """Hash a clip and read its frames' times, or say why that is not possible.

    ``fps`` is that of a folder of frames, which says nothing of times itself.
    """
    try:
        is_folder = path.is_dir()
        # The stamp comes first: what is written to the file from here on will show.
        size, modified = (None, None) if is_folder else file_stamp(path)
        info = inspect_clip(path) if fps is None else inspect_clip(path, fps=fps)
        return NewClip(
            path=path,
            sha256=content_sha256(path),
            width=info.width,
            height=info.height,
            times=info.times,
            is_folder=is_folder,
            file_size=size,
            modified_ns=modified,
            note=info.note,
            files=frame_names(path) if is_folder else (),
        )
    except FileNotFoundError:
        return FailedImage(path, "the file does not exist")
    except ImageError as error:
        return FailedImage(path, str(error))
    except OSError as error:
        return failed_by(path, error)


def _with_real_folder(path: Path) -> Path:
    """Return a path with links in its folder resolved; its name is the one people know."""
    return Path(os.path.realpath(path.parent)) / path.name
