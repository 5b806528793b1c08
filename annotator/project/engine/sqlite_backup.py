"""Copies of a database that is in use: made in steps, examined, and only then given their name.

A copy is one file that needs no other beside it. It is made inside one read transaction, so that
it holds one state of the project. Nobody waits for that: in WAL mode writers pass a reader by.
Without it SQLite would begin the copy anew after each change of another connection, and never end
under constant strokes.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from annotator.project.engine.backups import LONGEST_BACKUP_NAME, BackupMade, OnProgress
from annotator.project.engine.sqlite_copy_check import (
    Contents,
    check_copy,
    contents_of,
    damaged_in,
)
from annotator.project.engine.sqlite_errors import file_error, project_error
from annotator.project.errors import BackupExists, ProjectUnavailable
from annotator.project.tables import CURRENT_REVISION
from annotator.system.durable import sync_file, sync_folder
from annotator.system.placing import placed_by_name, remove_leftovers

_COMPANIONS = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database is called so
_PAGES_PER_STEP = 256  # a megabyte, as a rule
_PAUSE = 0.002  # seconds after each step, in which others have the disk and the processor
_STEPS_PER_FLUSH = 16  # what is to be flushed at once holds up the flushes of strokes
_VERSION_BYTES = 18  # where the file's header says how it is written and read, one byte each
_ROLLBACK_JOURNAL = b"\x01\x01"  # and not with a write-ahead log
# What is wrong with what is copied, and not with the copy, which nobody else has.
_OF_SOURCE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
)


def back_up(
    source: sqlite3.Connection,
    path: Path,
    target: Path,
    *,
    replaces: bool = False,
    on_progress: OnProgress | None = None,
) -> BackupMade:
    """Copy a database as it is now, while others may read and write it.

    Parameters
    ----------
    source
        A connection to it, in no transaction, that begins none by itself.
    path
        Its file.
    target
        The copy; its folder must exist.
    replaces
        Whether a file of that name may be replaced.
    on_progress
        Called with the bytes copied and those to copy. A `ProjectError` that it raises ends the
        copy; `BackupCancelled` is meant for that.

    Raises
    ------
    BackupExists
        If there is a file of that name already; it is left alone.
    DamagedProject
        If the database is damaged, or what was written does not hold what was read.
    ProjectUnavailable
        If it cannot be read or the copy not be written now, or not under that name. No copy is
        left.
    """
    target = target.absolute()
    with _writing(target):
        _check_place(path, target, replaces=replaces)
        remove_leftovers(target.parent)
        with placed_by_name(target, replaces=replaces) as unfinished:
            with suppress(OSError):  # a stick for cameras, say, knows no permissions
                unfinished.chmod(_permissions(path))
            with _telling_which(path, target):
                contents = _copy(source, path, unfinished, on_progress or nobody)
            check_copy(unfinished, path, contents, on_progress or nobody)
            damaged = damaged_in(unfinished) if contents.revision == CURRENT_REVISION else ()
            size = unfinished.stat().st_size
        sync_folder(target.parent)
    return BackupMade(target, size, contents.revision, contents.rows, damaged)


@contextmanager
def _telling_which(path: Path, target: Path) -> Iterator[None]:
    """Say of errors of SQLite which of two files they are about."""
    try:
        yield
    except sqlite3.Error as error:
        of_source = getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_SOURCE
        raise project_error(error, path if of_source else target) from error


def _copy(
    source: sqlite3.Connection, path: Path, unfinished: Path, on_progress: OnProgress
) -> Contents:
    """Copy one state of a database, and return what it holds."""
    (page,) = source.execute("PRAGMA page_size").fetchone()
    steps = 0

    def after_step(_: int, remaining: int, total: int) -> None:
        nonlocal steps
        steps += 1
        if steps % _STEPS_PER_FLUSH == 0:
            sync_file(unfinished)
        on_progress(page * (total - remaining), page * total)
        time.sleep(_PAUSE)

    source.execute("BEGIN")
    try:
        contents = contents_of(source, path)
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode = OFF")  # nobody has it, and if it fails it goes
            target.execute("PRAGMA synchronous = OFF")  # it is flushed before it has its name
            source.backup(target, pages=_PAGES_PER_STEP, progress=after_step)
    finally:
        if source.in_transaction:
            source.execute("ROLLBACK")
    # The copied header promises a log beside the file, which SQLite would make to change that.
    with unfinished.open("r+b") as stream:
        stream.seek(_VERSION_BYTES)
        stream.write(_ROLLBACK_JOURNAL)
    return contents


def _check_place(path: Path, target: Path, *, replaces: bool) -> None:
    if not target.parent.is_dir():
        raise ProjectUnavailable(f"{target.parent} is no folder: make it, or choose another one")
    if target.name.endswith(_COMPANIONS):
        raise ProjectUnavailable(
            f"{target} is called like what SQLite keeps beside a database: choose another name"
        )
    if len(os.fsencode(target.name)) > LONGEST_BACKUP_NAME:
        raise ProjectUnavailable(
            f"{target} has too long a name for a database: choose one of {LONGEST_BACKUP_NAME} "
            "bytes at most"
        )
    if target.is_symlink() or target.exists():
        if not replaces:
            raise BackupExists(f"{target} exists: choose another name")
        # A database that is in use has its log beside it, which would be taken for the copy's.
        log = target.with_name(target.name + "-wal")
        if target.name == path.name or log.exists() or not _is_plain_file(target):
            raise BackupExists(f"{target} is no backup and is not replaced: choose another name")


def _is_plain_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _permissions(path: Path) -> int:
    """Return who may read and write a copy: its owner both, others as the database."""
    return 0o600 | (path.stat().st_mode & 0o077)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise BackupExists(f"{target} was made meanwhile: choose another name") from error
    except OSError as error:
        raise file_error(error, target) from error


def nobody(done: int, total: int) -> None:
    """Tell nobody how far it is."""
