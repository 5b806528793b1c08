"""How the files of a database are read by somebody who writes nothing beside them.

SQLite keeps the newest changes in a log beside the database (``-wal``), with an index of it
(``-shm``) by which programs tell one another what they read and write. Who may make neither reads
in one of three ways, by what lies there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.project.engine.sqlite_errors import file_error, project_error
from annotator.project.errors import DamagedProject, ProjectBusy, ProjectUnavailable

_FileStamp = tuple[int, int, int, int]

_LOGS = ("-wal", "-journal")


class Way(Enum):
    """How a database is read; the value is what SQLite is told."""

    # No program has it open, so that the file is complete in itself. No lock is taken: what shows
    # that another program wrote meanwhile is another stamp, and what was read is then not used.
    ALONE = "immutable=1"
    # Another program has it open, or was killed. SQLite locks out what would tear, also by the
    # index that it may only read.
    SHARED = "mode=ro&readonly_shm=1"
    # A log without an index, which cannot be made here: both are copied, and read elsewhere.
    COPIED = "copied"

    @property
    def options(self) -> str:
        """What SQLite is told; a copy is nobody else's."""
        return Way.ALONE.value if self is Way.COPIED else self.value


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a database as they lie there at a moment.

    Attributes
    ----------
    database : tuple of int
        What tells whether a file was written or replaced.
    logs : tuple
        The same of each log, by its suffix; of those only that are there.
    has_index : bool
        Whether there is an index that may be read.
    """

    database: _FileStamp
    logs: tuple[tuple[str, _FileStamp], ...]
    has_index: bool

    @property
    def filled(self) -> tuple[str, ...]:
        """The suffixes of the logs that hold anything."""
        return tuple(suffix for suffix, (*_, size, _) in self.logs if size)

    @property
    def way(self) -> Way:
        """How the database is read as it lies there."""
        if self.has_index and any(suffix == "-wal" for suffix, _ in self.logs):
            return Way.SHARED
        return Way.COPIED if self.filled else Way.ALONE


def found_at(path: Path) -> Found:
    """Look at the files of a database without opening one of them.

    Raises
    ------
    ProjectUnavailable
        If the database is gone, or its log may not be read.
    """
    try:
        logs = [(suffix, _stamp(beside(path, suffix))) for suffix in _LOGS]
        database = _stamp(path)
    except OSError as error:
        raise file_error(error, path) from error
    if database is None:
        raise ProjectUnavailable(f"{path} has vanished: put it back and try again")
    found = Found(
        database,
        tuple((suffix, stamp) for suffix, stamp in logs if stamp is not None),
        may(beside(path, "-shm"), os.R_OK),
    )
    for suffix in found.filled:
        if not may(log := beside(path, suffix), os.R_OK) and log.exists():
            raise ProjectUnavailable(
                f"{log} holds changes and may not be read: ask for permission to read it"
            )
    return found


def may(path: Path, mode: int) -> bool:
    """Return whether this program may do what ``os.access`` is asked for, as whoever it acts as."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def beside(path: Path, suffix: str) -> Path:
    """Return what SQLite calls a file beside a database."""
    return path.with_name(path.name + suffix)


class PrivateCopy:
    """A database with what its logs hold, in a temporary folder of this program's own.

    Parameters
    ----------
    path
        The database that is copied.
    found
        Its files as they were before.

    Raises
    ------
    ProjectUnavailable
        If there is no room for it (or another program wrote meanwhile: `ProjectBusy`).
    DamagedProject
        If what is copied is no sound database.
    """

    def __init__(self, path: Path, found: Found) -> None:
        try:
            self._folder = TemporaryDirectory(
                prefix="facemesh-annotator-", ignore_cleanup_errors=True
            )
        except OSError as error:
            raise _cannot_be_copied(path, error.strerror or error) from error
        self.path = Path(self._folder.name) / path.name
        try:
            self._fill(path, found)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Remove it; once more does nothing."""
        self._folder.cleanup()

    def _fill(self, path: Path, found: Found) -> None:
        shared = found.way is Way.SHARED
        try:
            _copy_pages(path, found.way.options, self.path)
            for suffix in () if shared else found.filled:
                shutil.copyfile(beside(path, suffix), beside(self.path, suffix))
            # Before the log is used: a part of one and a part of the next are no log.
            if not shared and found_at(path) != found:
                raise ProjectBusy(f"{path} is being written to: try again in a moment")
            _fold(self.path)
        except sqlite3.Error as error:
            found_error = project_error(error, path)
            if isinstance(found_error, (DamagedProject, ProjectBusy)):
                raise found_error from error
            raise _cannot_be_copied(path, error) from error
        except OSError as error:
            raise _cannot_be_copied(path, error.strerror or error) from error


def _stamp(path: Path) -> _FileStamp | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _copy_pages(path: Path, options: str, to: Path) -> None:
    # By SQLite, which knows which locks this process holds on the file: see `find_database`.
    address = f"{path.as_uri()}?{options}"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.execute("PRAGMA writable_schema = ON")  # or a file that ends in its log is refused
        target.execute("PRAGMA synchronous = OFF")  # it is needed only while this program runs
        source.backup(target)


def _fold(path: Path) -> None:
    """Let SQLite put into a database what lies in its logs, and remove them."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()


def _cannot_be_copied(path: Path, reason: object) -> ProjectUnavailable:
    return ProjectUnavailable(
        f"{path} has to be copied to be read, which failed in the temporary folder ({reason}): "
        "free some room there, or set TMPDIR to a folder that has some"
    )
