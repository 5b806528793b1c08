"""Make new databases and bring older ones up to date, through Alembic."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from annotator.project.database import Database, file_error, project_error
from annotator.project.errors import (
    DamagedProject,
    NewerProject,
    ProjectError,
    ProjectExists,
    ProjectUnavailable,
)
from annotator.project.validation import APPLICATION_ID


def create_database(path: Path, *, revision: str = "head") -> None:
    """Create an empty database; it appears complete or not at all.

    Raises
    ------
    ProjectExists
        If there is a file already; it is left alone.
    ProjectUnavailable
        If it cannot be written; nothing is left behind.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _remove(unfinished)
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        _upgrade(unfinished, revision)
        _put_in_place(unfinished, path)
    except sqlite3.Error as error:
        raise project_error(error, path) from error
    except OSError as error:
        raise file_error(error, path) from error
    finally:
        _remove(unfinished)


def upgrade_database(path: Path, revision: str) -> None:
    """Bring an older database up to date, after copying it to a backup beside it.

    Raises
    ------
    NewerProject
        If the revision is unknown here; the database is left alone.
    DamagedProject
        If a migration fails; the database stays as it was.
    ProjectUnavailable
        If it cannot be written now; it stays as it was, and no copy is left.
    """
    if revision not in known_revisions():
        raise NewerProject(
            f"{path} was made by a newer version of facemesh-annotator (its schema is "
            f"{revision}, this version knows {head_revision()}): "
            "upgrade with `pip install --upgrade facemesh-annotator`"
        )
    backup = _backup(path, revision)
    try:
        _upgrade(path, "head")
    except ProjectUnavailable:
        _remove(backup)  # of what is there as it was; every other try would leave one more
        raise
    except (CommandError, ProjectError) as error:
        raise DamagedProject(
            f"{path} cannot be brought up to date ({error}): it was left as it was, "
            f"with a copy in {backup.name}"
        ) from error


def head_revision() -> str:
    """Return the newest schema revision that this program knows."""
    head = _scripts().get_current_head()
    assert head is not None  # the package ships its migrations
    return head


def known_revisions() -> frozenset[str]:
    """Return all schema revisions that this program knows."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    folder = Path(__file__).parent / "migrations"
    # The config parser reads % as the start of a reference.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(path: Path, revision: str) -> None:
    database = Database(path, foreign_keys=False)
    try:
        with database.writing() as session:
            command.upgrade(_config(session.connection()), revision)
            orphans = session.execute(text("PRAGMA foreign_key_check")).fetchall()
            if orphans:
                raise DamagedProject(f"{path} has {len(orphans)} rows that refer to missing ones")
    finally:
        database.close()


def _backup(path: Path, revision: str) -> Path:
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    backup = path.with_name(f"{path.stem}.before-upgrade-{revision}-{moment}{path.suffix}")
    unfinished = backup.with_name(f".{backup.name}.part")
    try:
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(unfinished)) as target,
        ):
            source.backup(target)
        unfinished.replace(backup)
    except sqlite3.Error as error:
        raise project_error(error, path) from error
    except OSError as error:
        raise file_error(error, path) from error
    finally:
        _remove(unfinished)
    return backup


def _remove(database: Path) -> None:
    """Remove a database that is of no use, and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _put_in_place(unfinished: Path, path: Path) -> None:
    exists = ProjectExists(f"{path.parent} already holds a project: open it instead")
    if path.exists():
        raise exists
    try:
        path.hardlink_to(unfinished)  # fails, as rename would not, if another program was faster
    except FileExistsError:
        raise exists from None
    except OSError:  # a file system without hard links
        unfinished.rename(path)
