"""Connections and transactions: the one place that knows how SQLite is driven.

The database runs in WAL mode, so that readers never wait for a writer, and with
``synchronous=FULL``, so that a committed transaction survives a power cut. A writing
transaction begins with ``BEGIN IMMEDIATE``: what it reads cannot change before it writes.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from annotator.project.errors import (
    DamagedProject,
    DiskFull,
    ProjectBusy,
    ProjectError,
    ProjectUnavailable,
    ReadOnlyProject,
)

BUSY_TIMEOUT = 5.0  # seconds that a writer waits for another one
_LEAST_ROOM = 2**17  # bytes: less does not even hold the index of an empty write-ahead log

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # on macOS a plain fsync does not reach the platter
)


class Database:
    """An open project database, usable from any thread.

    Parameters
    ----------
    path
        The database file, absolute; it must exist.
    busy_timeout
        Seconds to wait for another writer before `ProjectBusy` is raised.
    foreign_keys
        Whether SQLite enforces them; a migration that rebuilds a table must switch it off.
    """

    def __init__(
        self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT, foreign_keys: bool = True
    ) -> None:
        self.path = path
        self._file = _file_id(path)
        self._engine = _create_engine(path, busy_timeout, foreign_keys=foreign_keys)
        self._patience = _Patience(busy_timeout)
        # SQLite polls for its lock with growing pauses. Threads of one process queue here
        # instead, so that a stroke goes in as soon as a batch of predictions is committed.
        self._write_turn = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        self._watch_turn = threading.Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one unchanging state of the database."""
        self._check_open()
        with self._errors_translated(), Session(self._engine) as session:
            yield session

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Let changes by this thread wait so long for other writers, in place of `busy_timeout`."""
        before, self._patience.seconds = self._patience.seconds, seconds
        try:
            yield
        finally:
            self._patience.seconds = before

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are committed at the end, all or, on an error, none."""
        self._check_open()
        self._check_file()
        seconds = self._patience.seconds
        if not self._write_turn.acquire(timeout=seconds):
            raise ProjectBusy(_busy_message(self.path))
        immediate = self._engine.execution_options(
            sqlite_begin="IMMEDIATE", sqlite_wait_ms=round(1000 * seconds)
        )
        try:
            with self._errors_translated(), Session(immediate) as session, session.begin():
                session.connection()  # takes the write lock before anything is read
                yield session
        finally:
            self._write_turn.release()

    def close(self) -> None:
        """Close all connections; the last one folds the write-ahead log into the database."""
        self._closed = True
        with self._watch_turn:
            if self._watch is not None:
                self._watch.close()
        self._engine.dispose()

    def version(self) -> int:
        """Return a number that is another one once anything was committed, by any program.

        Cheap: the number is in memory that all programs share, so nothing is read from the disk.
        """
        self._check_open()
        with self._errors_translated(), self._watch_turn:
            if self._watch is None:
                self._watch = _connect(self.path, 0)
            (version,) = self._watch.execute("PRAGMA data_version").fetchone()
            return int(version)

    def _check_file(self) -> None:
        """Refuse to write to a file that nobody can find: POSIX would let us go on."""
        if _file_id(self.path) != self._file:
            raise ProjectUnavailable(
                f"{self.path} was replaced by another file: put it back, or open the project again"
            )

    def _check_open(self) -> None:
        if self._closed:
            raise ProjectError(f"{self.path.parent} has been closed: open the project again")

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error):
                raise project_error(error.orig, self.path) from error
            raise
        except sqlite3.Error as error:  # raised while a pooled connection is being set up
            raise project_error(error, self.path) from error


def project_error(error: sqlite3.Error, path: Path) -> ProjectError:
    """Return the project error that explains an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    # SQLite only knows a full disk by some of its signs.
    trouble = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
    if code == sqlite3.SQLITE_FULL or (trouble and _is_disk_full(path)):
        return DiskFull(_full_message(path))
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ProjectBusy(_busy_message(path))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ReadOnlyProject(read_only_message(path))
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DamagedProject(f"{path} is damaged ({error}): restore it from a backup")
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return ProjectUnavailable(_unavailable_message(path, error))
        case _:
            return ProjectError(f"{path} refused a change: {error}")


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


def _full_message(path: Path) -> str:
    return f"no space left to write {path}: free some and try again"


def _unavailable_message(path: Path, reason: object) -> str:
    return (
        f"{path} cannot be read or written ({reason}): check that its disk is there and has room, "
        "and that you may write to it"
    )


def _is_disk_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False


def _busy_message(path: Path) -> str:
    return f"{path} is busy, another program is writing to it: try again in a moment"


class _Patience(threading.local):
    """How many seconds a thread's changes wait for other writers."""

    def __init__(self, seconds: float) -> None:  # called anew in every thread
        self.seconds = seconds


def _file_id(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise file_error(error, path) from error
    return status.st_dev, status.st_ino


def _connect(path: Path, busy_timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw",  # never creates a file
        uri=True,
        timeout=busy_timeout,
        isolation_level=None,  # transactions begin where _begin says, not where sqlite3 thinks
        check_same_thread=False,  # the pool lends a connection to one thread at a time
    )


def _create_engine(path: Path, busy_timeout: float, *, foreign_keys: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        return _connect(path, busy_timeout)

    def set_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
        for pragma in (*_PRAGMAS, f"PRAGMA foreign_keys = {int(foreign_keys)}"):
            connection.execute(pragma)

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        execution_options={"sqlite_wait_ms": round(1000 * busy_timeout)},
    )
    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {options['sqlite_wait_ms']}")
    connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")
