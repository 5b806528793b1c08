"""Examine an SQLite database without changing a byte of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from annotator.project.engine.sqlite_companions import refuse_companions
from annotator.project.engine.sqlite_connections import harden
from annotator.project.engine.sqlite_damage import broken_rule, damaged
from annotator.project.engine.sqlite_errors import project_error
from annotator.project.engine.sqlite_integrity import problems_in
from annotator.project.engine.sqlite_schema import (
    VERSION_TABLE,
    has_version_table,
    read_schema,
    schema_problem,
)
from annotator.project.errors import DamagedProject
from annotator.project.tables import CURRENT_REVISION

_FULL_CHECK_BYTES = 64 * 2**20  # checking more would make opening slow
_IMMUTABLE = "immutable=1"
_ALWAYS_CHECKED = ("images", "samples", "models", "reviews")  # small and read by everything


def read_revision(path: Path, *, busy_timeout: float) -> str:
    """Return the schema revision of a sound database.

    Raises
    ------
    DamagedProject
        If the database is not sound, or holds what this program did not make.
    ProjectBusy
        If another program keeps it locked for `busy_timeout` seconds.
    """
    refuse_companions(path)
    before = _fingerprint(path)
    live = _write_ahead_log(path).exists()
    try:
        return inspect(path, _options(live=live), busy_timeout=busy_timeout)
    except DamagedProject:
        if _fingerprint(path) == before:
            raise
    # Another window opened or closed the project meanwhile, and what was read were two halves.
    return inspect(path, _options(live=True), busy_timeout=busy_timeout)


def _write_ahead_log(path: Path) -> Path:
    """Return where the log is: SQLite keeps it beside the file that a link leads to."""
    return Path(os.path.realpath(path) + "-wal")


def _fingerprint(path: Path) -> tuple[int, int, bool]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, _write_ahead_log(path).exists()


def _options(*, live: bool) -> str:
    # With no write-ahead log the file is complete in itself, and `immutable` keeps SQLite from
    # making one. With a log, either another window is open or a program was killed: the log
    # holds committed changes and has to be read too.
    return "mode=ro" if live else _IMMUTABLE


def inspect(path: Path, options: str, *, busy_timeout: float, called: Path | None = None) -> str:
    """Return the schema revision of a sound database, read in one way.

    Parameters
    ----------
    path
    options
        What SQLite is told of how to open it, as in its addresses.
    busy_timeout
    called
        What messages call it, in case it is a copy.

    Raises
    ------
    DamagedProject, ProjectBusy
        As `read_revision` does; other programs are not allowed for.
    """
    address, live, called = f"{path.as_uri()}?{options}", options != _IMMUTABLE, called or path
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=busy_timeout)) as connection:
            harden(connection)
            size = path.stat().st_size
            problem = None if live else _truncation(connection, size)
            revision, problem = (None, problem) if problem else _of_schema(connection)
            if problem is None and (revision == CURRENT_REVISION or _is_known(revision)):
                problem = _integrity_problem(connection, size)
            if problem is None and revision == CURRENT_REVISION and size <= _FULL_CHECK_BYTES:
                problem = broken_rule(connection)
    except sqlite3.DatabaseError as error:
        raise project_error(error, called) from error
    except UnicodeDecodeError as error:  # in what SQLite says of the schema, quoting it
        raise damaged(called, "text that is no UTF-8") from error
    if revision is None or problem is not None:
        problem = problem or "it does not say its version"
        raise damaged(called, problem)
    return revision


def _of_schema(connection: sqlite3.Connection) -> tuple[str | None, str | None]:
    """Return the revision, if it can be told, and what is wrong with the schema, if anything.

    No table is read, but for the one of the revision, before all of them are known to be tables.
    """
    schema = read_schema(connection)
    revision = _revision(connection) if has_version_table(schema) else None
    if revision is None or not (revision == CURRENT_REVISION or _is_known(revision)):
        return revision, None  # a newer one, of which nothing is read
    return revision, schema_problem(schema, revision)


def _is_known(revision: str | None) -> bool:
    from annotator.project.migrate import known_revisions  # noqa: PLC0415 - slow to import

    return revision in known_revisions()


def refuse_orphans(connection: Connection, called: Path) -> None:
    """Raise DamagedProject where rows refer to missing ones, as after a change of the schema."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise DamagedProject(f"{called} has {len(orphans)} rows that refer to missing ones")


def _revision(connection: sqlite3.Connection) -> str | None:
    query = f"SELECT version_num FROM {VERSION_TABLE} LIMIT 2"
    revisions = connection.execute(query).fetchall()
    return str(revisions[0][0]) if len(revisions) == 1 else None


def _truncation(connection: sqlite3.Connection, size: int) -> str | None:
    # SQLite takes a last page that is cut short for one that ends in zeros.
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    missing = pages * page_size - size
    return f"its last {missing} bytes are missing" if missing > 0 else None


def _integrity_problem(connection: sqlite3.Connection, size: int) -> str | None:
    tables: tuple[str, ...] = _ALWAYS_CHECKED if size > _FULL_CHECK_BYTES else ("1",)
    for table in tables:
        (answer,) = connection.execute(f"PRAGMA quick_check({table})").fetchone()
        if answer != "ok":
            return "; ".join(problems_in(str(answer)))
    return None
