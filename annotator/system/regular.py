"""Opening files that others named: regular files only, no databases, and only where they may lie.

A name in a file from elsewhere can lead anywhere, and what bears a name can be a pipe, whose
opening waits for ever, or a device, whose content never ends.

Closing a file lets go, on POSIX, of all locks that the program holds on it, whoever took them. With
a project open, its database would be anybody's to clean up: so no database is opened here, nor what
SQLite keeps beside one. Only SQLite knows when it may close them.
"""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


def _flag(name: str) -> int:
    flag: int = getattr(os, name, 0)  # some systems lack some
    return flag


_AT_ONCE = os.O_RDONLY | _flag("O_BINARY") | _flag("O_NONBLOCK") | _flag("O_NOCTTY")
_NO_LINK = _flag("O_NOFOLLOW")
_DATABASES = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-journal")


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, links followed.

    Raises
    ------
    OSError
        If there is no such file, it cannot be read, or it is a folder, a device, a pipe or a
        database. It says so at once, whatever it is.
    """
    return _opened(path, _AT_ONCE)


def kind_of(mode: int) -> str:
    """Return in words what it is that is no file, by its mode."""
    return "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"


def is_database(path: Path) -> bool:
    """Return whether a file is a project's database or belongs to one, by its name, links followed.

    Nothing is opened. A hard link of another name is not known.
    """
    name = os.path.realpath(path) if os.path.islink(path) else str(path)  # noqa: PTH114
    return name.lower().endswith(_DATABASES)


def open_inside(folder: Path, name: str) -> BufferedReader:
    """Open a file inside a folder for reading, by a name that may be anybody's.

    Parameters
    ----------
    folder
        May itself lie behind links.
    name
        Relative to the folder, its parts separated by slashes.

    Raises
    ------
    OSError
        As `open_regular`; and if the name is absolute, has a part ``..``, or leads out of the
        folder through a link.
    """
    named = Path(name)
    if named.anchor or ".." in named.parts:
        raise OSError(errno.EINVAL, "it does not lie in the folder", name)
    try:
        real = Path(os.path.realpath(folder / named, strict=True))
    except ValueError as error:  # it holds what no name can: a NUL, or half a character
        raise OSError(errno.EINVAL, "no file can have such a name", ascii(name)) from error
    if not real.is_relative_to(os.path.realpath(folder)):
        raise OSError(errno.EINVAL, "it is a link that leads out of the folder", name)
    return _opened(real, _AT_ONCE | _NO_LINK)


def _opened(path: Path, flags: int) -> BufferedReader:
    if is_database(path):
        raise OSError(errno.EINVAL, "it is a database, which is opened as a project", str(path))
    descriptor = os.open(path, flags)
    try:
        # What was opened is looked at, and not what bears the name: they may differ by now.
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, f"it is {kind_of(mode)}, not a file", str(path))
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")
