"""What a file is known by: the SHA-256 of its content, and in short its stamp."""

import errno
import hashlib
import os
from io import BufferedIOBase
from pathlib import Path

from annotator.system.regular import open_regular

_CHUNK = 1 << 18

FileStamp = tuple[int, int]
"""Size in bytes, and a number for what else a system says of a file: see `file_stamp`."""


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, 64 hexadecimal digits.

    Raises
    ------
    OSError
        If the file cannot be read, or is none: a pipe would be waited for without end.
    """
    with open_regular(path) as stream:
        return stream_sha256(stream)


def stream_sha256(stream: BufferedIOBase) -> str:
    """Return the SHA-256 of what an open file still holds, 64 hexadecimal digits.

    Raises
    ------
    OSError
        If it cannot be read, or would have to be waited for, as some of the system's own files.
    """
    digest, buffer = hashlib.sha256(), memoryview(bytearray(_CHUNK))
    while size := stream.readinto(buffer):
        digest.update(buffer[:size])
    if size is None:  # hashlib's own way reads on for ever
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return digest.hexdigest()


def file_stamp(path: Path) -> FileStamp:
    """Return what changes whenever a program writes to a file or puts another in its place.

    Size and time of the last change alone do not tell two files apart that were copied with their
    times and then swapped names. So the second number stands for the time of the last change,
    for which file of its disk it is, and for when the system last noted anything about it, which no
    program can set back. A copy therefore has another stamp: whoever compares one with what
    a database remembers reads the file before calling it another.

    Raises
    ------
    OSError
        If there is no such file.
    """
    status = path.stat()
    return status.st_size, _mark(status)


def _mark(status: os.stat_result) -> int:
    """Fold what a system says of a file into one number that any database can hold."""
    said = f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big") >> 1


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
