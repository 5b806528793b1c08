"""Look at a project folder without changing a byte of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from annotator.project.database import project_error, read_only_message
from annotator.project.errors import DamagedProject, NotAProject, ReadOnlyProject
from annotator.project.tables import Table

DATABASE_NAME = "project.sqlite"
CURRENT_REVISION = "0002"  # the newest of migrations/versions
APPLICATION_ID = 0x464D4131  # "FMA1"; SQLite keeps it in the file's header

_SQLITE_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_APPLICATION_ID_OFFSET = 68
_FULL_CHECK_BYTES = 64 * 2**20  # checking more would make opening slow
_ALWAYS_CHECKED = ("images", "samples", "models", "reviews")  # small and read by everything


def has_project(folder: Path) -> bool:
    """Return whether the folder holds a project, by its database's header; never raises."""
    try:
        return _application_id(_header(folder / DATABASE_NAME)) == APPLICATION_ID
    except (OSError, ValueError):
        return False


def find_database(folder: Path) -> Path:
    """Return the path of the folder's database.

    Raises
    ------
    NotAProject
        If there is no project in the folder.
    DamagedProject
        If the file is no SQLite database.
    ReadOnlyProject
        If it may not be written.
    """
    path = folder / DATABASE_NAME
    _check_presence(folder, path)
    try:
        header = _header(path)
    except OSError as error:
        raise NotAProject(f"{path} cannot be read: {error.strerror}") from error
    if not header.startswith(_SQLITE_MAGIC) or len(header) < _HEADER_BYTES:
        what = "is empty" if not header else "is not an SQLite database"
        raise DamagedProject(f"{path} {what}: restore it from a backup")
    if _application_id(header) != APPLICATION_ID:
        raise NotAProject(
            f"{path} belongs to another program: choose the folder of a facemesh-annotator project"
        )
    if not (os.access(path, os.W_OK) and os.access(folder, os.W_OK)):
        raise ReadOnlyProject(read_only_message(path))
    return path


def read_revision(path: Path) -> str:
    """Return the schema revision of a sound database.

    Raises
    ------
    DamagedProject
        If the database is not sound.
    ProjectBusy
        If another program has locked it.
    """
    before = _fingerprint(path)
    try:
        return _read_revision(path, live=_write_ahead_log(path).exists())
    except DamagedProject:
        if _fingerprint(path) == before:
            raise
    # Another window opened or closed the project meanwhile, and what was read were two halves.
    return _read_revision(path, live=True)


def check_tables(path: Path) -> None:
    """Raise DamagedProject if a database of the current revision lacks a table or a column."""
    with closing(_connect(path, live=_write_ahead_log(path).exists())) as connection:
        for table in Table.metadata.sorted_tables:
            rows = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            missing = {column.name for column in table.columns} - {row[1] for row in rows}
            if missing:
                raise DamagedProject(
                    f"{path} is damaged, its table {table.name} lacks "
                    f"{', '.join(sorted(missing))}: restore it from a backup"
                )


def _check_presence(folder: Path, path: Path) -> None:
    advice = "choose the folder of a project, or create one with `facemesh-annotator new`"
    if not folder.exists():
        raise NotAProject(f"{folder} does not exist: {advice}")
    if not folder.is_dir():
        raise NotAProject(f"{folder} is a file, not a folder: {advice}")
    if not path.is_file():
        raise NotAProject(f"{folder} holds no project ({DATABASE_NAME} is missing): {advice}")


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)


def _application_id(header: bytes) -> int | None:
    if not header.startswith(_SQLITE_MAGIC):
        return None
    return int.from_bytes(header[_APPLICATION_ID_OFFSET : _APPLICATION_ID_OFFSET + 4], "big")


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _fingerprint(path: Path) -> tuple[int, int, bool]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, _write_ahead_log(path).exists()


def _connect(path: Path, *, live: bool) -> sqlite3.Connection:
    # With no write-ahead log the file is complete in itself, and `immutable` keeps SQLite from
    # making one. With a log, either another window is open or a program was killed: the log
    # holds committed changes and has to be read too.
    mode = "mode=ro" if live else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)


def _read_revision(path: Path, *, live: bool) -> str:
    try:
        with closing(_connect(path, live=live)) as connection:
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            problem = _integrity_problem(connection, path.stat().st_size)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # no such table
            raise DamagedProject(_without_revision(path)) from error
        raise project_error(error, path) from error
    except sqlite3.DatabaseError as error:
        raise project_error(error, path) from error
    if len(revisions) != 1:
        raise DamagedProject(_without_revision(path))
    if problem is not None:
        raise DamagedProject(f"{path} is damaged ({problem}): restore it from a backup")
    return str(revisions[0][0])


def _without_revision(path: Path) -> str:
    return f"{path} is damaged, it does not say its version: restore it from a backup"


def _integrity_problem(connection: sqlite3.Connection, size: int) -> str | None:
    tables: tuple[str, ...] = _ALWAYS_CHECKED if size > _FULL_CHECK_BYTES else ("1",)
    for table in tables:
        (answer,) = connection.execute(f"PRAGMA quick_check({table})").fetchone()
        if answer != "ok":
            return " ".join(str(answer).split())
    return None
