"""Clips copied into a project, which makes it independent of where they came from."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from time import time

from annotator.imaging.clips import content_sha256
from annotator.project import FailedImage, NewClip, NewImage, Project
from annotator.system.durable import sync_file, sync_folder
from annotator.system.placing import fitting, partial_name, remove_leftovers
from annotator.workflow.copying import copy_into
from annotator.workflow.image_files import ADD_AGAIN, failed_by

CLIP_FOLDER = "clips"
"""Of a project's home, where copies lie."""

_SECONDS_TO_COPY = 24 * 3600  # nobody takes longer for one clip
_CHANGED_MEANWHILE = f"it changed while it was being added: {ADD_AGAIN}"


def copied_clip(project: Project, clip: NewClip) -> NewClip | FailedImage:
    """Copy a clip into a project, and return it as it lies there.

    The copy is on the disk, whole, when this returns. It is called as the clip was, or with its
    hash where something else is called so.

    Raises
    ------
    OSError
        If the copy cannot be written.
    """
    home = project.home.resolve()
    if clip.path.is_relative_to(home):
        return clip
    folder = home / CLIP_FOLDER
    folder.mkdir(exist_ok=True)
    _remove_leftovers(folder)
    copied = _copied_folder(folder, clip) if clip.is_folder else _copied_file(folder, clip)
    sync_folder(folder)
    sync_folder(home)
    return copied


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed programs left: folders, too, once nobody can be filling them any more."""
    remove_leftovers(folder)
    for partial in folder.glob(".placing-*"):
        with suppress(OSError):  # somebody else's to remove, or removed by them
            if partial.is_dir() and time() - partial.stat().st_mtime > _SECONDS_TO_COPY:
                shutil.rmtree(partial, ignore_errors=True)


def _copied_file(folder: Path, clip: NewClip) -> NewClip | FailedImage:
    file = NewImage(clip.path, clip.sha256, clip.width, clip.height)
    copy = copy_into(folder, file)
    if isinstance(copy, FailedImage):
        return copy
    return replace(clip, path=copy.path, file_size=copy.file_size, modified_ns=copy.modified_ns)


def _copied_folder(folder: Path, clip: NewClip) -> NewClip | FailedImage:
    """Copy a folder's frames, and nothing else that lies in it."""
    for name in (clip.path.name, fitting(f"{clip.path.name}-{clip.sha256[:12]}")):
        target = folder / name
        if target.is_dir() and content_sha256(target) == clip.sha256:
            return replace(clip, path=target)
        if not target.exists():
            break
    with ExitStack() as on_error:
        partial = folder / partial_name()
        partial.mkdir()
        on_error.callback(shutil.rmtree, partial, ignore_errors=True)
        for name in clip.files:
            try:
                shutil.copyfile(clip.path / name, partial / name)
            except FileNotFoundError as error:
                return failed_by(clip.path, error)
            sync_file(partial / name)
        if content_sha256(partial) != clip.sha256:
            return FailedImage(clip.path, _CHANGED_MEANWHILE)
        sync_folder(partial)
        partial.rename(target)
        on_error.pop_all()
    return replace(clip, path=target)
