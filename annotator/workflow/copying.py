"""Photographs copied into a project, which makes it independent of where they came from."""

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from annotator.project import FailedImage, ImageRecord, NewImage, Project
from annotator.system.durable import sync_folder
from annotator.system.hashing import file_sha256, file_stamp, stream_sha256
from annotator.system.placing import fitting, placed_anew
from annotator.system.regular import open_regular
from annotator.workflow.image_files import ADD_AGAIN, failed_by, trouble_with

IMAGE_FOLDER = "images"
"""Of a project's home, where copies lie."""

_CHANGED_MEANWHILE = f"the file changed while it was being added: {ADD_AGAIN}"
# What is wrong with one name, and not with the disk that all copies go to.
_NAME_ERRORS = frozenset((errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ))
_MOST_NAMES = 100


def copy_new(
    project: Project, entries: Sequence[NewImage | FailedImage]
) -> list[NewImage | FailedImage]:
    """Copy the files of images that the project lacks into it and point the entries there.

    The copies are on the disk when this returns: before the project counts on them.

    Raises
    ------
    OSError
        If a copy cannot be written.
    """
    home = project.home.resolve()
    images = home / IMAGE_FOLDER
    copies: dict[str, NewImage] = {}

    def copied(entry: NewImage | FailedImage) -> NewImage | FailedImage:
        if isinstance(entry, FailedImage) or entry.path.is_relative_to(home):
            return entry
        if entry.sha256 in copies:
            return _beside(entry, copies[entry.sha256])
        known = project.images.showing(entry)
        if known is not None and trouble_with(known) is None:
            return _beside(entry, known) if known.path.is_relative_to(project.home) else entry
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


def copy_into(folder: Path, image: NewImage) -> NewImage | FailedImage:
    """Copy one image under its own name, or with its hash where that name is taken.

    Any number of programs may copy into one folder: what has a name keeps it.

    The copy is on the disk, under a name that was not taken, when this returns; the folder
    itself is the caller's to flush.

    Returns
    -------
    NewImage or FailedImage
        The image at its new path; or failed, if its file is no longer what was inspected, or
        cannot be read, or no file of its name can be made.

    Raises
    ------
    OSError
        If the copy cannot be written.
    """
    try:
        for name in _names(image):
            target = folder / name
            if _settled(image, target):
                size, modified = file_stamp(target)
                copied = replace(image, path=target, file_size=size, modified_ns=modified)
                return replace(copied, copied_from=image.path)
    except _OtherContentError:
        return FailedImage(image.path, _CHANGED_MEANWHILE)
    except OSError as error:
        if error.errno in _NAME_ERRORS or error.filename == str(image.path):
            return failed_by(image.path, error)
        raise
    return FailedImage(image.path, "too many other files have its name: give it another one")


def _names(image: NewImage) -> Iterator[str]:
    """Yield what a copy may be called, the best name first."""
    path = image.path
    yield path.name
    yield fitting(f"{path.stem}-{image.sha256[:12]}{path.suffix}")
    for number in range(2, _MOST_NAMES):
        yield fitting(f"{path.stem}-{image.sha256[:12]}-{number}{path.suffix}")


def _settled(image: NewImage, target: Path) -> bool:
    """Return whether a file of a name holds an image, copied there if nothing had that name.

    Other programs may be doing the same: nothing of theirs is written over.
    """
    if not os.path.lexists(target):
        try:
            _copy(image, target)
        except FileExistsError:
            pass  # somebody was faster
        else:
            return True
    try:
        return not target.is_symlink() and file_sha256(target) == image.sha256
    except OSError:  # a folder, a pipe, gone again
        return False


def _copy(image: NewImage, target: Path) -> None:
    """Copy a file, unless it is no longer what was inspected."""
    with open_regular(image.path) as source, placed_anew(target) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.seek(0)
        if stream_sha256(copy) != image.sha256:
            raise _OtherContentError(image.path)


class _OtherContentError(Exception):
    """What was to be copied is not what was inspected."""


def _beside(entry: NewImage, known: NewImage | ImageRecord) -> NewImage:
    """Return another frame of a file at the path of its copy; a twin file is no new image."""
    if entry.frame is None or entry.sha256 != known.sha256:
        return entry
    path, size, modified = known.path, known.file_size, known.modified_ns
    return replace(entry, path=path, file_size=size, modified_ns=modified, copied_from=entry.path)
