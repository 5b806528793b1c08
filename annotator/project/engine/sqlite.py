"""A project in a folder with one SQLite file."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from annotator.project.engine.backups import BackupMade, OnProgress, Restored
from annotator.project.engine.base import BUSY_TIMEOUT
from annotator.project.engine.sqlite_backup import back_up
from annotator.project.engine.sqlite_check import read_revision, refuse_orphans
from annotator.project.engine.sqlite_companions import refuse_companions
from annotator.project.engine.sqlite_connections import connect, immediately, pooled
from annotator.project.engine.sqlite_errors import busy_message, read_only_message, translated
from annotator.project.engine.sqlite_files import (
    DATABASE_NAME,
    OneFile,
    appearing,
    file_id,
    find_database,
    has_project,
    make_folder,
    may_be_written,
)
from annotator.project.engine.sqlite_integrity import integrity_problems
from annotator.project.engine.sqlite_reader import SqliteReader
from annotator.project.engine.sqlite_restore import is_backup, restore
from annotator.project.engine.sqlite_turns import WriteTurn
from annotator.project.engine.sqlite_upgrade_copies import (
    FileBackup,
    copy_beside,
    remove_half_made,
    remove_old_copies,
)
from annotator.project.errors import (
    ProjectBusy,
    ProjectError,
    ProjectUnavailable,
    ReadOnlyProject,
)
from annotator.project.paths import absolute

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class SqliteEngine(OneFile):
    """The file ``project.sqlite`` of a folder; see `annotator.project.engine.base.Engine`.

    Parameters
    ----------
    path
        The database file, absolute; it must exist.
    busy_timeout
        Seconds to wait for another writer before `ProjectBusy` is raised.
    """

    addresses: ClassVar[str] = "a folder"
    values_per_statement = 500  # builds of SQLite take 999 at least
    is_read_only = False

    def __init__(self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        self.path = path
        self._file = file_id(path)
        self._busy_timeout = busy_timeout
        self._pool = pooled(path, busy_timeout, foreign_keys=True)
        self._patience = _Patience(busy_timeout)
        self._write_turn = WriteTurn()
        self._watch: sqlite3.Connection | None = None
        self._watch_turn = threading.Lock()
        self._closed = False

    @classmethod
    def serves(cls, address: str) -> bool:
        """Return whether an address is one of this kind's, by its looks alone."""
        return _URL.match(address) is None

    @classmethod
    def holds_project(cls, address: str) -> bool:
        """Return whether there is a project at an address, cheaply; never raises."""
        return has_project(Path(address))

    @classmethod
    def create(cls, address: str, *, revision: str = "head") -> None:
        """Make the folder, if need be, and an empty database in it."""
        from annotator.project.migrate import run_migrations  # noqa: PLC0415 - slow to import

        folder = absolute(Path(address))
        make_folder(folder)
        with (
            appearing(folder / DATABASE_NAME) as unfinished,
            closing(cls(unfinished)) as made,
            made.migrating() as connection,
        ):
            run_migrations(connection, revision)

    @classmethod
    def find(
        cls,
        address: str,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        read_only: bool | None = False,
    ) -> Self | SqliteReader:
        """Return the database at an address, without changing anything."""
        path = find_database(absolute(Path(address)))
        if may_be_written(path):
            if not read_only:
                return cls(path, busy_timeout=busy_timeout)
            refusal = f"{path} was opened for reading: open it for writing to change it"
        else:
            refusal = read_only_message(path)
            if read_only is False:
                raise ReadOnlyProject(refusal)
        refuse_companions(path, is_read=True)
        return SqliteReader(path, refusal, busy_timeout=busy_timeout)

    def examine(self) -> str:
        """Return the schema revision of a sound database, without changing a byte of it."""
        return read_revision(self.path, busy_timeout=self._busy_timeout)

    def problems(self) -> list[str]:
        """Return what SQLite finds wrong with the database, all of which is read."""
        with self.reading() as session:
            return integrity_problems(session.connection())

    def back_up(self, revision: str) -> FileBackup:
        """Copy the database to a file beside it."""
        return copy_beside(self.path, revision, self._busy_timeout)

    def forget_old_back_ups(self) -> None:
        """Remove the copies of earlier upgrades beside it, but for the newest two."""
        remove_old_copies(self.path)
        remove_half_made(self.path)

    def back_up_to(
        self, file: Path, *, replaces: bool = False, on_progress: OnProgress | None = None
    ) -> BackupMade:
        """Write the database as it is now into one new file; see `sqlite_backup`."""
        with closing(connect(self.path, self._busy_timeout)) as source:
            return back_up(source, self.path, file, replaces=replaces, on_progress=on_progress)

    @classmethod
    def is_backup(cls, file: Path) -> bool:
        """Return whether a file is a project's database, or calls itself one; never raises."""
        return is_backup(absolute(file))

    @classmethod
    def restore(
        cls,
        address: str,
        file: Path,
        *,
        replaces: bool = False,
        busy_timeout: float = BUSY_TIMEOUT,
        on_progress: OnProgress | None = None,
    ) -> Restored:
        """Make the project in a folder what a backup holds; see `sqlite_restore`."""
        folder = absolute(Path(address))
        return restore(
            folder,
            absolute(file),
            replaces=replaces,
            busy_timeout=busy_timeout,
            on_progress=on_progress,
        )

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give a transaction in which the schema may change, all of it or nothing."""
        # A window that waits for nobody while its annotator draws still waits here.
        wait = max(self._busy_timeout, BUSY_TIMEOUT)
        pool = pooled(self.path, wait, foreign_keys=False)
        try:
            with (
                self.translating(),
                immediately(pool, wait).begin() as connection,
            ):
                yield connection
                refuse_orphans(connection, self.path)
        finally:
            pool.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one unchanging state of the database."""
        self._check_open()
        with self.translating(), Session(self._pool) as session:
            yield session

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Session]:
        """Give a session whose changes are committed at the end, all or, on an error, none.

        SQLite has one writer at a time: it is always `alone`.
        """
        self._check_open()
        self._check_file()
        seconds = self._patience.seconds
        if not self._write_turn.take(seconds):
            raise ProjectBusy(busy_message(self.path))
        pool = immediately(self._pool, seconds)
        try:
            with self.translating(), Session(pool) as session, session.begin():
                session.connection()  # takes the write lock before anything is read
                yield session
        finally:
            self._write_turn.give_back()

    def check_writable(self) -> None:
        """Do nothing: it was when it was found, and what is written says what is wrong now."""

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Let changes by this thread wait so long for other writers, in place of `busy_timeout`."""
        before, self._patience.seconds = self._patience.seconds, seconds
        try:
            yield
        finally:
            self._patience.seconds = before

    def translating(self) -> AbstractContextManager[None]:
        """Turn the errors of SQLite into those of the project."""
        return translated(self.path)

    def version(self) -> int:
        """Return a number that is another one once anything was committed, by any program.

        Cheap: the number is in memory that all programs share, so nothing is read from the disk.
        """
        self._check_open()
        with self.translating(), self._watch_turn:
            if self._watch is None:
                self._watch = connect(self.path, 0)
            (version,) = self._watch.execute("PRAGMA data_version").fetchone()
            return int(version)

    def close(self) -> None:
        """Close all connections; the last one folds the write-ahead log into the database."""
        self._closed = True
        with self._watch_turn:
            if self._watch is not None:
                self._watch.close()
        self._pool.dispose()

    def _check_file(self) -> None:
        """Refuse to write to a file that nobody can find: POSIX would let us go on."""
        if file_id(self.path) != self._file:
            raise ProjectUnavailable(
                f"{self.path} was replaced by another file: put it back, or open the project again"
            )

    def _check_open(self) -> None:
        if self._closed:
            raise ProjectError(f"{self.home} has been closed: open the project again")


class _Patience(threading.local):
    """How many seconds a thread's changes wait for other writers."""

    def __init__(self, seconds: float) -> None:  # called anew in every thread
        self.seconds = seconds
