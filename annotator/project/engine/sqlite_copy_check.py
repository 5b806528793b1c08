"""Whether a copy of a database is sound and holds what was there to be copied."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from annotator.project.clips.damage import damaged_tracks
from annotator.project.damage import damaged_meshes
from annotator.project.engine.backups import OnProgress
from annotator.project.engine.sqlite_connections import harden
from annotator.project.engine.sqlite_errors import project_error, translated
from annotator.project.engine.sqlite_integrity import problems_in
from annotator.project.errors import RESTORE, DamagedProject

_INSTRUCTIONS = 100_000  # of SQLite's, between two looks whether the check is still wanted


@dataclass(frozen=True, slots=True)
class Contents:
    """What a state of a database holds: its schema revision, and how many rows each table has."""

    revision: str
    rows: dict[str, int]


def contents_of(connection: sqlite3.Connection, path: Path) -> Contents:
    """Return what the state that a connection sees holds."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY name"
    ).fetchall()
    rows = {name: _count(connection, name) for (name,) in tables}
    if rows.get("alembic_version") != 1:
        raise DamagedProject(f"{path} is damaged (it does not say its version): {RESTORE}")
    ((revision,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return Contents(str(revision), rows)


def check_copy(copy: Path, path: Path, expected: Contents, on_progress: OnProgress) -> None:
    """See that a copy is sound and holds what was there to be copied.

    Raises
    ------
    DamagedProject
        If not. Damage that was copied shows here, too: all of the copy is looked at.
    """
    with closing(_read_only(copy)) as connection, _interruptible(connection, copy, on_progress):
        problem = _problem(connection) or (
            None
            if contents_of(connection, copy) == expected
            else "it does not hold as many rows as were there to be copied"
        )
    if problem is not None:
        raise DamagedProject(
            f"the copy of {path} is not sound ({problem}) and was not kept: look after both disks, "
            "and use an earlier backup if what was copied is damaged itself"
        )


def _problem(connection: sqlite3.Connection) -> str | None:
    """Return what is wrong with a database, all of whose pages are looked at."""
    (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        return "; ".join(problems_in(str(answer)))
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        return f"{len(orphans)} rows refer to missing ones"
    return None


def damaged_in(copy: Path) -> tuple[str, ...]:
    """Return what of a copy's meshes and strokes is not what was stored, a sentence each.

    That is no reason to keep no backup of all the others; but it has to be told.
    """
    pool = create_engine("sqlite://", creator=lambda: _read_only(copy), poolclass=NullPool)
    with translated(copy), Session(pool) as session:
        return tuple(str(each) for each in (*damaged_meshes(session), *damaged_tracks(session)))


@contextmanager
def _interruptible(
    connection: sqlite3.Connection, path: Path, on_progress: OnProgress
) -> Iterator[None]:
    """Let what a long query's watcher raises end the query, and be raised."""
    raised: list[BaseException | None] = []
    size = path.stat().st_size

    def look() -> int:
        ended = False
        try:
            on_progress(size, size)
            ended = True
        finally:  # SQLite swallows it and ends the query
            if not ended:
                raised.append(sys.exc_info()[1])
        return 0

    connection.set_progress_handler(look, _INSTRUCTIONS)
    try:
        yield
    except sqlite3.Error as error:
        if raised and raised[0] is not None:
            raise raised[0] from None
        raise project_error(error, path) from error


def _read_only(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    harden(connection)
    return connection


def _count(connection: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    (number,) = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
    return int(number)
