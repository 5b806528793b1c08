"""The file in a folder that holds a project: found, put in place, known again."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from annotator.project.engine.sqlite_errors import (
    file_error,
    project_error,
    translated,
)
from annotator.project.engine.sqlite_sources import may
from annotator.project.errors import (
    RESTORE,
    DamagedProject,
    NotAProject,
    ProjectExists,
    ReadOnlyProject,
)
from annotator.project.paths import absolute
from annotator.system.placing import partial_name, remove_leftovers

DATABASE_NAME = "project.sqlite"
APPLICATION_ID = 0x464D4131  # "FMA1"; SQLite keeps it in the file's header

HEADER_BYTES = 100
_ADVICE = "choose the folder of a project, or create one with `facemesh-annotator new`"


class OneFile:
    """What an engine is called whose database is one file, `path`, in the project's folder."""

    path: Path

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.home)

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self.path)

    @property
    def home(self) -> Path:
        """The folder, as a path."""
        return self.path.parent


def has_project(folder: Path) -> bool:
    """Return whether the folder holds a project, by its database's header; never raises."""
    try:
        path = absolute(folder) / DATABASE_NAME  # which fails in a working folder that is gone
        return path.is_file() and application_id(path) == APPLICATION_ID
    except (OSError, ValueError, sqlite3.Error):
        return False


def find_database(folder: Path) -> Path:
    """Return the path of the folder's database.

    Raises
    ------
    NotAProject
        If there is no project in the folder, or it may not be read.
    DamagedProject
        If the file is no SQLite database.
    """
    path = folder / DATABASE_NAME
    try:
        _check_presence(folder, path)
    except OSError as error:  # a folder above may not be looked into
        reason = error.strerror or str(error)
        raise NotAProject(f"{folder} cannot be looked into ({reason}): allow it") from error
    if not may(path, os.R_OK):  # SQLite would not say why
        raise NotAProject(f"{path} cannot be read: {os.strerror(errno.EACCES)}")
    if (size := path.stat().st_size) < HEADER_BYTES:  # SQLite would begin a new database in it
        what = "is not an SQLite database" if size else "is empty"
        raise DamagedProject(f"{path} {what}: {RESTORE}")
    try:
        application = application_id(path)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where it quotes the file
        if not isinstance(error, sqlite3.Error) or isinstance(
            project_error(error, path), DamagedProject
        ):
            what = "is not an SQLite database"
            raise DamagedProject(f"{path} {what}: {RESTORE}") from error
        raise NotAProject(f"{path} cannot be read: {error}") from error
    if application != APPLICATION_ID:
        raise NotAProject(
            f"{path} belongs to another program: choose the folder of a facemesh-annotator project"
        )
    return path


def may_be_written(path: Path) -> bool:
    """Return whether a database may be written: the file, and its folder, where the log goes."""
    return may(path, os.W_OK) and may(path.parent, os.W_OK)


def make_folder(folder: Path) -> None:
    """Make a folder for a project, if it is not there.

    Raises
    ------
    NotAProject
        If there is a file in its place.
    ProjectUnavailable
        If it cannot be made or not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise NotAProject(f"{folder} is a file, not a folder: choose another") from error
    except PermissionError as error:
        raise ReadOnlyProject(f"{folder} cannot be made: choose another place") from error
    except OSError as error:
        raise file_error(error, folder) from error
    if not may(folder, os.W_OK):
        raise ReadOnlyProject(f"{folder} may not be written: choose another place")


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """Give an empty database of another name, which takes its place at the end or goes."""
    unfinished = path.with_name(partial_name())
    remove_leftovers(path.parent)  # of programs that were killed here
    try:
        with translated(path), closing(sqlite3.connect(unfinished)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        yield unfinished
        put_in_place(unfinished, path)
    except OSError as error:
        raise file_error(error, path) from error
    finally:
        remove(unfinished)


def remove(database: Path) -> None:
    """Remove a database that is of no use, and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def file_id(path: Path) -> tuple[int, int]:
    """Return what tells a file from another one that took its name."""
    try:
        status = path.stat()
    except OSError as error:
        raise file_error(error, path) from error
    return status.st_dev, status.st_ino


def _check_presence(folder: Path, path: Path) -> None:
    if not folder.exists():
        raise NotAProject(f"{folder} does not exist: {_ADVICE}")
    if not folder.is_dir():
        raise NotAProject(f"{folder} is a file, not a folder: {_ADVICE}")
    if not path.is_file():
        raise NotAProject(f"{folder} holds no project ({DATABASE_NAME} is missing): {_ADVICE}")


def application_id(path: Path) -> int:
    """Read the number in the header through SQLite, never by opening the file ourselves.

    On POSIX, closing a file lets go of all locks that the process holds on it, also those of
    SQLite's connections. SQLite knows that, and closes its own only when it is safe.
    """
    # `immutable`: no lock is waited for, and no log is made.
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        connection.execute("PRAGMA writable_schema = ON")  # or a file cut short would not answer
        (number,) = connection.execute("PRAGMA application_id").fetchone()
        return int(number)


def put_in_place(unfinished: Path, path: Path) -> None:
    """Give a database its name, unless another program gave that to its own.

    Raises
    ------
    ProjectExists
    """
    exists = ProjectExists(f"{path.parent} already holds a project: open it instead")
    if path.exists():
        raise exists
    try:
        path.hardlink_to(unfinished)  # fails, as rename would not, if another program was faster
    except FileExistsError:
        raise exists from None
    except OSError:  # a file system without hard links
        unfinished.rename(path)
