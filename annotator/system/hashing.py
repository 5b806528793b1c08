"""What a file is known by: the SHA-256 of its content, and in short its size and time."""

import hashlib
from pathlib import Path

from annotator.system.regular import open_regular

FileStamp = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, 64 hexadecimal digits.

    Raises
    ------
    OSError
        If the file cannot be read, or is none: a pipe would be waited for without end.
    """
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_stamp(path: Path) -> FileStamp:
    """Return what changes whenever a program writes to the file.

    Raises
    ------
    OSError
        If there is no such file.
    """
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def still_holds(path: Path, sha256: str, stamp: FileStamp | None) -> bool:
    """Return whether a file holds the content that it had when its stamp was taken.

    It is read only if its stamp is another one now, or was not known: copying a folder gives
    its files new times, but the same content.

    Raises
    ------
    OSError
        If the file is gone or cannot be read.
    """
    return file_stamp(path) == stamp or file_sha256(path) == sha256
