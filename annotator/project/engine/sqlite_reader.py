"""A project in a folder with one SQLite file, for somebody who changes nothing in that folder."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from annotator.project.engine.backups import BackupMade, OnProgress
from annotator.project.engine.base import BUSY_TIMEOUT
from annotator.project.engine.sqlite_backup import back_up
from annotator.project.engine.sqlite_check import inspect, refuse_orphans
from annotator.project.engine.sqlite_connections import connect, pooled, pooled_to_read
from annotator.project.engine.sqlite_errors import busy_message, translated
from annotator.project.engine.sqlite_files import OneFile
from annotator.project.engine.sqlite_integrity import integrity_problems
from annotator.project.engine.sqlite_sources import Found, PrivateCopy, Way, found_at
from annotator.project.errors import (
    ProjectBusy,
    ProjectError,
    ProjectUnavailable,
    ReadOnlyProject,
)

_TRIES = 5
_EPOCH = 2**40  # more commits than anybody makes while a database is open


class SqliteReader(OneFile):
    """A database that is only read; see `annotator.project.engine.base.Engine`.

    Nothing is written beside it. It is read where it lies (`Way`), or, where that cannot be done
    and where its schema is an older one, in a private copy, which shows it as it was.

    Parameters
    ----------
    path
        The database file, absolute; it must exist.
    refusal
        What whoever wants to change something is told.
    busy_timeout
        Seconds to wait for another program that keeps it locked.
    """

    values_per_statement = 500
    is_read_only = True

    def __init__(self, path: Path, refusal: str, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        self.path = path
        self._refusal = refusal
        self._busy_timeout = busy_timeout
        self._turn = threading.Lock()
        self._view: _View | None = None
        self._copy: PrivateCopy | None = None
        self._views = 0
        self._revision = ""
        self._closed = False

    def examine(self) -> str:
        """Return the schema revision of a sound database, without changing a byte of it."""
        return self._current().revision

    def problems(self) -> list[str]:
        """Return what SQLite finds wrong with the database, all of which is read."""
        with self.reading() as session:
            return integrity_problems(session.connection())

    def back_up(self, revision: str) -> None:
        """Do nothing: what is brought up to date is a private copy."""

    def forget_old_back_ups(self) -> None:
        """Do nothing: what lies beside the database stays as it is."""

    def back_up_to(
        self, file: Path, *, replaces: bool = False, on_progress: OnProgress | None = None
    ) -> BackupMade:
        """Write the database as it is read into one new file; see `sqlite_backup`."""
        view = self._current()
        with (
            self._translating_reads(),
            closing(connect(view.path, self._busy_timeout, view.way.options)) as source,
        ):
            return back_up(source, self.path, file, replaces=replaces, on_progress=on_progress)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give a transaction in which the schema of a private copy may change."""
        with self._turn:
            self._copy_privately()
            assert self._copy is not None
            pool = pooled(self._copy.path, BUSY_TIMEOUT, foreign_keys=False)
            try:
                with self.translating(), pool.begin() as connection:
                    yield connection
                    refuse_orphans(connection, self.path)
            finally:
                pool.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one unchanging state of the database.

        Raises
        ------
        ProjectBusy
            At the end, if another program wrote where no lock could keep it from that.
        """
        view = self._current()
        try:
            with self._translating_reads(), Session(view.pool) as session:
                yield session
        finally:
            # Whatever came of it, also an error: it may be of two halves.
            if view.way is Way.ALONE and view.is_outdated(found_at(self.path)):
                raise ProjectBusy(busy_message(self.path))

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Session]:
        """Refuse."""
        raise ReadOnlyProject(self._refusal)

    def check_writable(self) -> None:
        """Refuse."""
        raise ReadOnlyProject(self._refusal)

    def waiting_at_most(self, seconds: float) -> AbstractContextManager[None]:
        """Do nothing: no change waits for another."""
        return nullcontext()

    def translating(self) -> AbstractContextManager[None]:
        """Turn the errors of SQLite into those of the project."""
        return translated(self.path)

    def version(self) -> int:
        """Return a number that is another one once anything was committed, by any program.

        A private copy stays as it is.
        """
        view = self._current()
        with self._translating_reads():
            return self._views * _EPOCH + view.version()

    def close(self) -> None:
        """Close all connections, and remove a private copy."""
        with self._turn:
            self._closed = True
            self._drop_view()
            if self._copy is not None:
                self._copy.remove()
                self._copy = None

    def _current(self) -> _View:
        """Return the database as it is to be read now; opened anew where its files are others."""
        with self._turn:
            if self._closed:
                raise ProjectError(f"{self.home} has been closed: open the project again")
            if self._view is None or not self._is_up_to_date(self._view):
                self._drop_view()
                self._view = self._as_known(self._opened())
                self._views += 1
            return self._view

    def _as_known(self, view: _View) -> _View:
        """Refuse a schema that somebody else has changed meanwhile; a copy's is changed here."""
        known = self._revision or view.revision
        if view.way is not Way.COPIED and view.revision != known:
            view.close()
            raise ProjectUnavailable(
                f"{self.path} was brought to another version meanwhile: open the project again"
            )
        self._revision = view.revision
        return view

    def _is_up_to_date(self, view: _View) -> bool:
        return view.way is Way.COPIED or not view.is_outdated(found_at(self.path))

    def _drop_view(self) -> None:
        if self._view is not None:
            self._view.close()
            self._view = None

    def _opened(self) -> _View:
        """Open the database; other programs may open or close it at the same moment."""
        for attempt in range(_TRIES):
            found = found_at(self.path)
            try:
                view = self._opened_as(found)
            except ProjectError:
                if attempt + 1 == _TRIES or found_at(self.path) == found:
                    raise
                continue
            if view.way is Way.COPIED or not view.is_outdated(found_at(self.path)):
                return view
            view.close()
        raise ProjectBusy(busy_message(self.path))

    def _opened_as(self, found: Found) -> _View:
        if self._copy is None and found.way is Way.COPIED:
            self._copy = PrivateCopy(self.path, found)
        path, way = self.path, found.way
        if self._copy is not None:
            path, way = self._copy.path, Way.COPIED
        wait = self._busy_timeout
        with self._translating_reads():
            revision = inspect(path, way.options, busy_timeout=wait, called=self.path)
        return _View(path, way, found, revision, busy_timeout=wait)

    def _copy_privately(self) -> None:
        self._drop_view()
        if self._copy is None:
            self._copy = PrivateCopy(self.path, found_at(self.path))

    @contextmanager
    def _translating_reads(self) -> Iterator[None]:
        try:
            with self.translating():
                yield
        except ReadOnlyProject as error:  # the index is to be mended first, by whoever writes
            raise ProjectBusy(busy_message(self.path)) from error


class _View:
    """Connections that read a database in one way, as long as its files stay what they are."""

    def __init__(
        self, path: Path, way: Way, found: Found, revision: str, *, busy_timeout: float
    ) -> None:
        self.way = way
        self.revision = revision
        self.pool: sqlalchemy.Engine = pooled_to_read(path, busy_timeout, way.options)
        self.path = path
        self._found = found
        self._watch: sqlite3.Connection | None = None
        self._watch_turn = threading.Lock()

    def is_outdated(self, found: Found) -> bool:
        """Return whether the files are others than those that are read here."""
        if self.way is Way.SHARED:  # by SQLite's own locks, unless files were put in their place
            return found.way is not Way.SHARED or found.database[:2] != self._found.database[:2]
        return found != self._found

    def version(self) -> int:
        """Return a number that is another one once another program committed something."""
        if self.way is not Way.SHARED:
            return 0
        with self._watch_turn:
            if self._watch is None:
                self._watch = connect(self.path, 0, self.way.options)
            (version,) = self._watch.execute("PRAGMA data_version").fetchone()
            return int(version)

    def close(self) -> None:
        """Close the connections; those in use are closed when they are given back."""
        with self._watch_turn:
            if self._watch is not None:
                self._watch.close()
        self.pool.dispose()
