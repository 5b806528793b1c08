"""What SQLite, and the system under it, say about a file, as errors of the project."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from annotator.project.checked import DamagedValue
from annotator.project.engine.sqlite_damage import damaged, is_undecodable, located, undecodable
from annotator.project.errors import (
    DiskFull,
    ProjectBusy,
    ProjectError,
    ProjectUnavailable,
    ReadOnlyProject,
)
from annotator.system.foreign_text import escaped

_LEAST_ROOM = 2**17  # bytes: less does not even hold the index of an empty write-ahead log


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn errors of SQLite, through SQLAlchemy or not, into those of the project."""
    try:
        yield
    except DamagedValue as error:
        raise located(error, path) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise project_error(error.orig, path) from error
        raise
    except sqlite3.Error as error:
        raise project_error(error, path) from error
    except UnicodeDecodeError as error:  # in what SQLite says, quoting the database
        raise undecodable(path) from error


def project_error(error: sqlite3.Error, path: Path) -> ProjectError:
    """Return the project error that explains an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    # SQLite only knows a full disk by some of its signs.
    trouble = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
    if code == sqlite3.SQLITE_FULL or (trouble and _is_disk_full(path)):
        return DiskFull(_full_message(path))
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ProjectBusy(busy_message(path))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ReadOnlyProject(read_only_message(path))
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_TOOBIG:
            return damaged(path, str(error))
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return ProjectUnavailable(_unavailable_message(path, error))
        case _:
            undecoded = is_undecodable(error)
            return undecodable(path) if undecoded else ProjectError(_refused_message(path, error))


def file_error(error: OSError, path: Path) -> ProjectError:
    """Return the project error that explains what the system says about a project's file."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFull(_full_message(path))
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return ReadOnlyProject(read_only_message(path))
        case errno.ENOENT | errno.ENOTDIR:
            return ProjectUnavailable(f"{path} has vanished: put it back and try again")
        case _:
            return ProjectUnavailable(_unavailable_message(path, error.strerror or error))


def read_only_message(path: Path) -> str:
    """Return what to tell someone whose project cannot be written."""
    return (
        f"{path} is read-only: ask for permission to write to it and its folder, "
        "or work on a copy of the project"
    )


def busy_message(path: Path) -> str:
    """Return what to tell someone who waited too long for another writer."""
    return f"{path} is busy, another program is writing to it: try again in a moment"


def _full_message(path: Path) -> str:
    return f"no space left to write {path}: free some and try again"


def _unavailable_message(path: Path, reason: object) -> str:
    return (
        f"{path} cannot be read or written ({reason}): check that its disk is there and has room, "
        "and that you may write to it"
    )


def _refused_message(path: Path, error: sqlite3.Error) -> str:
    return f"{path} refused a change: {escaped(str(error))}"


def _is_disk_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False
