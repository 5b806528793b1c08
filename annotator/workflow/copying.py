"""Photographs copied into a project, which makes it independent of where they came from."""

from collections.abc import Sequence
from dataclasses import replace

from annotator.project import FailedImage, ImageRecord, NewImage, Project
from annotator.system.durable import sync_folder
from annotator.system.hashing import still_holds
from annotator.workflow.image_files import copy_into

IMAGE_FOLDER = "images"
"""Of a project's home, where copies lie."""


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
        if known is not None and _has_its_file(known):
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


def _beside(entry: NewImage, known: NewImage | ImageRecord) -> NewImage:
    """Return another frame of a file at the path of its copy; a twin file is no new image."""
    if entry.frame is None or entry.sha256 != known.sha256:
        return entry
    path, size, modified = known.path, known.file_size, known.modified_ns
    return replace(entry, path=path, file_size=size, modified_ns=modified, copied_from=entry.path)


def _has_its_file(known: ImageRecord) -> bool:
    """Return whether an image's file is the one that was added."""
    size, modified = known.stamp
    stamp = None if size is None or modified is None else (size, modified)
    try:
        return still_holds(known.path, known.sha256, stamp)
    except OSError:
        return False
