"""The photographs' files: inspected for an import, copied into a project, looked after later."""

import errno
import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

from annotator.imaging import ImageError, Picture
from annotator.imaging.identity import pixels_sha256
from annotator.project import FailedImage, ImageRecord, NewImage
from annotator.system.hashing import FileStamp, file_sha256, file_stamp
from annotator.system.placing import fitting, placed
from annotator.system.regular import open_regular

# What is said of a file that holds another content by now: its name stands before it.
HAS_CHANGED = "has changed since it was added"
HAVE_CHANGED = "have changed since they were added"
ADD_AGAIN = "add it again"
_CHANGED_MEANWHILE = f"the file changed while it was being added: {ADD_AGAIN}"
# What is wrong with one name, and not with the disk that all copies go to.
_NAME_ERRORS = frozenset((errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ))


def inspect_picture(picture: Picture) -> NewImage | FailedImage:
    """Hash one picture's file and read its size, or say why that is not possible."""
    path = picture.path
    try:
        # The stamp comes first: what is written to the file from here on will show.
        size, modified = picture.stamp() if path.exists() else (None, None)
        info, content = picture.info(), picture.content_hash()
        image = NewImage(path, content, info.width, info.height, size, modified, picture.frame)
        return replace(image, coded_sha256=picture.coded_hash())
    except ImageError as error:
        return FailedImage(path, str(error))
    except OSError as error:
        return _failed(path, error)


def copy_into(folder: Path, image: NewImage) -> NewImage | FailedImage:
    """Copy one image under its own name, or with its hash where that name is taken.

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
    name = image.path.name
    with_hash = fitting(f"{image.path.stem}-{image.sha256[:12]}{image.path.suffix}")
    target = folder / (with_hash if _is_taken(folder / name, image.sha256) else name)
    try:
        if not os.path.lexists(target) and not _copied(image, target):
            return FailedImage(image.path, _CHANGED_MEANWHILE)
        size, modified = file_stamp(target)
    except OSError as error:
        if error.errno in _NAME_ERRORS or error.filename == str(image.path):
            return _failed(image.path, error)
        raise
    return replace(image, path=target, file_size=size, modified_ns=modified, copied_from=image.path)


def _is_taken(path: Path, sha256: str) -> bool:
    """Return whether a name stands for anything but a certain content."""
    if not os.path.lexists(path):
        return False
    try:
        return file_sha256(path) != sha256
    except OSError:  # a folder, a link that leads nowhere
        return True


def _copied(image: NewImage, target: Path) -> bool:
    """Copy a file unless it is no longer what was inspected; return whether it was copied."""
    try:
        with open_regular(image.path) as source, placed(target) as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.seek(0)
            if hashlib.file_digest(copy, "sha256").hexdigest() != image.sha256:
                raise _OtherContentError(image.path)
    except _OtherContentError:
        return False
    return True


class _OtherContentError(Exception):
    """What was to be copied is not what was inspected."""


def _failed(path: Path, error: OSError) -> FailedImage:
    return FailedImage(path, (error.strerror or type(error).__name__).lower())


def photograph_has_changed(record: ImageRecord) -> bool:
    """Return whether a file holds another content than when it was added to the project.

    Its meshes then belong to pixels that are no longer there. The file is read only if its time
    is not what the project remembers.

    A file that is gone or cannot be read has not changed: reading it says what is wrong.
    """
    return Originals().has_changed(record)


def shows_same(record: ImageRecord, picture: Picture) -> bool:
    """Return whether a file of other bytes shows the same upright pixels as an image.

    That is so where its metadata alone is another. It is told by what is coded in the file, else
    by its pixels, as far as the image's are known.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    try:
        if record.coded_sha256 is not None and picture.coded_hash() == record.coded_sha256:
            return True
        if record.pixels_sha256 is None:
            return False
        info = picture.info()
        if (info.width, info.height) != (record.width, record.height):
            return False
        return pixels_sha256(picture.read()) == record.pixels_sha256
    except ImageError:
        return False


class Originals:
    """Tells which files hold what was added to the project, and hashes none twice for it.

    A file whose metadata alone changed still holds it: the pixels are what meshes belong to.

    Copying a folder gives its files new times but the same content: such a file is hashed the
    first time that it is asked about, and then known by its new stamp. Threads may share it: at
    worst two hash the same file.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[Picture, str], tuple[FileStamp, bool]] = {}

    def has_changed(self, record: ImageRecord) -> bool:
        """Return what `photograph_has_changed` returns."""
        try:
            stamp = record.picture.stamp()
            return not self._holds(record, stamp)
        except OSError:
            return False

    def must_read(self, record: ImageRecord) -> bool:
        """Return whether `has_changed` would have to read the file to tell."""
        try:
            stamp = record.picture.stamp()
        except OSError:
            return False
        return self._told_by_stamp(record, stamp) is None

    def held(self, record: ImageRecord, stamp: FileStamp) -> bool:
        """Return whether a file held what was added while it had a stamp.

        That is, whether pixels are the image's which were read between two looks that both
        found this stamp. If it cannot be told any more, they count as others.
        """
        try:
            return self._holds(record, stamp)
        except OSError:
            return False

    def _holds(self, record: ImageRecord, stamp: FileStamp) -> bool:
        told = self._told_by_stamp(record, stamp)
        if told is not None:
            return told
        picture = record.picture
        holds = picture.content_hash() == record.sha256 or shows_same(record, picture)
        if picture.stamp() != stamp:
            return False  # what was hashed may not be what there was under that stamp
        self._held[picture, record.sha256] = stamp, holds
        return holds

    def _told_by_stamp(self, record: ImageRecord, stamp: FileStamp) -> bool | None:
        """Return whether a file holds what was added, or None if its stamp does not tell."""
        if stamp == record.stamp:
            return True
        is_known = record.coded_sha256 is not None or record.pixels_sha256 is not None
        if record.file_size not in (None, stamp[0]) and not is_known:
            return False
        known_under, holds = self._held.get((record.picture, record.sha256), (None, False))
        return holds if known_under == stamp else None
