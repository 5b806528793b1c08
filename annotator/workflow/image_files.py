"""The photographs' files: inspected for an import, copied into a project, looked after later."""

import shutil
from dataclasses import replace
from pathlib import Path

from annotator.imaging import ImageError, inspect_image
from annotator.project import FailedImage, ImageRecord, NewImage
from annotator.system.durable import sync_file
from annotator.system.hashing import file_sha256, file_stamp, still_holds

_CHANGED_MEANWHILE = "the file changed while it was being added: add it again"


def inspect_file(path: Path) -> NewImage | FailedImage:
    """Hash one file and read its size, or say why that is not possible."""
    try:
        # The stamp comes first: what is written to the file from here on will show.
        stamp = file_stamp(path) if path.exists() else (None, None)
        info = inspect_image(path)
        return NewImage(path, file_sha256(path), info.width, info.height, *stamp)
    except ImageError as error:
        return FailedImage(path, str(error))
    except OSError as error:
        return FailedImage(path, (error.strerror or type(error).__name__).lower())


def copy_into(folder: Path, image: NewImage) -> NewImage | FailedImage:
    """Copy one image under its own name, or with its hash where that name is taken.

    The copy is on the disk, under a name that was not taken, when this returns; the folder
    itself is the caller's to flush.

    Returns
    -------
    NewImage or FailedImage
        The image at its new path; or failed, if its file is no longer what was inspected.

    Raises
    ------
    OSError
        If the copy cannot be written.
    """
    target = folder / image.path.name
    if target.exists() and file_sha256(target) != image.sha256:
        target = folder / f"{image.path.stem}-{image.sha256[:12]}{image.path.suffix}"
    if not target.exists():
        partial = folder / f".{target.name}.partial"
        shutil.copyfile(image.path, partial)
        if file_sha256(partial) != image.sha256:
            partial.unlink()
            return FailedImage(image.path, _CHANGED_MEANWHILE)
        sync_file(partial)
        partial.replace(target)
    size, modified = file_stamp(target)
    return replace(image, path=target, file_size=size, modified_ns=modified)


def photograph_has_changed(record: ImageRecord) -> bool:
    """Return whether a file holds another content than when it was added to the project.

    Its meshes then belong to pixels that are no longer there. The file is read only if its
    size or time is not what the project remembers.

    A file that is gone or cannot be read has not changed: reading it says what is wrong.
    """
    stamp = None
    if record.file_size is not None and record.modified_ns is not None:
        stamp = record.file_size, record.modified_ns
    try:
        return not still_holds(record.path, record.sha256, stamp)
    except OSError:
        return False
