"""The bytes of a project's images on their way into a release: hashed, and no others."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from annotator.release.errors import ExportError
from annotator.system.hashing import file_sha256
from annotator.system.regular import open_regular

if TYPE_CHECKING:
    from annotator.project.image_records import ImageRecord

_CHUNK = 1 << 20


def transfer(image: ImageRecord, target: Path | None) -> int:
    """Read an image, write it to `target` if there is one, compare its hash, return its size.

    Raises
    ------
    ExportError
        If it vanished, or is no longer the file that was imported.
    """
    with target.open("xb") if target else nullcontext() as copied:
        return _transfer(image, copied)


def content(image: ImageRecord) -> bytes:
    """Return the bytes of an image; raises as `transfer` does."""
    held = io.BytesIO()
    _transfer(image, held)
    return held.getvalue()


def link(image: ImageRecord, target: Path) -> bool:
    """Give the image's file another name, which is `target`; return whether that can be done.

    It cannot where that lies in another file system, or links are not supported or not allowed;
    on Windows not of read-only files, as their second names could not be removed.

    Raises
    ------
    ExportError
        As `transfer`.
    """
    source = os.path.realpath(image.path)  # a link of a symbolic link would be one too
    if os.name == "nt" and not os.access(source, os.W_OK):
        return False
    try:
        os.link(source, target)
    except OSError:  # whether it is there at all shows when it is copied
        return False
    if not stat.S_ISREG(target.lstat().st_mode):
        target.unlink()
        return False
    if file_sha256(target) != image.sha256:
        raise _changed(image)
    return True


def _transfer(image: ImageRecord, copied: BinaryIO | None) -> int:
    digest, size = hashlib.sha256(), 0
    try:
        source = open_regular(image.path)
    except OSError as error:
        raise ExportError(
            f"{image.path} cannot be read any more ({error.strerror or error}):"
            " put it back, say with 'relocate' where it is now, or exclude its samples"
        ) from error
    with source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if copied is not None:
                copied.write(chunk)
    if digest.hexdigest() != image.sha256:
        raise _changed(image)
    return size


def _changed(image: ImageRecord) -> ExportError:
    return ExportError(
        f"{image.path} has changed since it was imported:"
        " add it again if its metadata alone changed, put the original back,"
        " or exclude its samples"
    )
