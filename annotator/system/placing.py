"""Files that appear complete or not at all, under names that file systems take.

Most file systems take names of up to 255 bytes. What is written on the way to a file of such a
name needs a name of its own, which must not be a longer one.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path, PurePath
from time import time

_LONGEST_NAME = 255  # bytes
_LONGEST_ENDING = 20
_MARK = 8  # hexadecimal digits
_PREFIX, _ENDING = ".placing-", ".partial"
_ONLY_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_SECONDS_TO_WRITE = 24 * 3600  # nobody takes longer to write one file


@contextmanager
def placed(target: Path) -> Iterator[BufferedRandom]:
    """Give a new file to write, which takes the target's name once all of it is on the disk.

    Its folder is the target's, and the caller's to flush. If the block fails the new file goes,
    and an older one of that name stays as it was.

    Raises
    ------
    OSError
        If it cannot be written, or not be given that name.
    """
    partial = target.with_name(partial_name())
    stream = os.fdopen(os.open(partial, _ONLY_NEW | _BINARY, 0o666), "w+b")
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        with suppress(OSError):  # it has its name by now, or an error is on its way
            partial.unlink()


def partial_name() -> str:
    """Return a new name for what is on the way to another; `remove_leftovers` knows it."""
    return f"{_PREFIX}{secrets.token_hex(8)}{_ENDING}"


def remove_leftovers(folder: Path) -> None:
    """Remove what programs left in a folder that were killed while they wrote a file there.

    Nothing of the last day: it may be about to become a file.
    """
    for partial in folder.glob(f"{_PREFIX}*{_ENDING}*"):
        with suppress(OSError):  # somebody else's to remove, or removed by them
            if time() - partial.lstat().st_mtime > _SECONDS_TO_WRITE:
                partial.unlink()


def fitting(name: str) -> str:
    """Return a name that is not too long: shortened, if need be, with its ending kept.

    Different names stay different ones.
    """
    if len(os.fsencode(name)) <= _LONGEST_NAME:
        return name
    ending = PurePath(name).suffix
    if len(os.fsencode(ending)) > _LONGEST_ENDING:
        ending = ""
    mark = "-" + hashlib.sha256(os.fsencode(name)).hexdigest()[:_MARK]
    room = _LONGEST_NAME - len(os.fsencode(mark + ending))
    stem = os.fsencode(name.removesuffix(ending))[:room]
    while not _is_whole(stem):
        stem = stem[:-1]
    return os.fsdecode(stem) + mark + ending


def companion(path: Path, ending: str) -> Path:
    """Return what a file beside another one is called: always the same, and never too long."""
    name = f".{path.name}.{ending}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:32]}.{ending}"
    return path.with_name(name)


def _is_whole(text: bytes) -> bool:
    """Return whether text does not end in the middle of a character; bytes that are none do."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return True
