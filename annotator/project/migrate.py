"""Bring the schema of a database to a revision, through Alembic; slow to import."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from annotator.project.engine.base import Backup, Engine
from annotator.project.errors import (
    DamagedProject,
    NewerProject,
    ProjectError,
    ProjectUnavailable,
)


def bring_up_to_date(engine: Engine, revision: str) -> None:
    """Bring an older database to the newest revision, after backing it up.

    Raises
    ------
    NewerProject
        If the revision is unknown here; the database is left alone.
    DamagedProject
        If a migration fails; the database stays as it was.
    ProjectUnavailable
        If it cannot be written now; it stays as it was, and no copy is left.
    """
    check_known(engine.name, revision)
    backup = engine.back_up(revision)
    if engine.examine() != revision:
        _discard(backup)  # another program was faster, and may have been so when we copied
        return
    try:
        with engine.migrating() as connection:
            was_faster = MigrationContext.configure(connection).get_current_revision() != revision
            run_migrations(connection)
    except ProjectUnavailable:
        _discard(backup)  # of what is there as it was; every other try would leave one more
        raise
    except (CommandError, ProjectError, ValueError, TypeError) as error:
        # What a migration computes with, a damaged database may hold anything in place of.
        copied = "" if backup is None else f", with a copy in {backup.name}"
        raise DamagedProject(
            f"{engine.name} cannot be brought up to date ({error}): it was left as it was{copied}"
        ) from error
    if was_faster:  # another program, while we waited for our turn
        _discard(backup)
    engine.forget_old_back_ups()


def check_known(name: str, revision: str) -> None:
    """Refuse a database of a schema revision that this program does not know.

    Raises
    ------
    NewerProject
    """
    if revision not in known_revisions():
        raise NewerProject(
            f"{name} was made by a newer version of facemesh-annotator (its schema is "
            f"{revision}, this version knows {head_revision()}): "
            "upgrade with `pip install --upgrade facemesh-annotator`"
        )


def _discard(backup: Backup | None) -> None:
    if backup is not None:
        backup.discard()


def run_migrations(connection: Connection, revision: str = "head") -> None:
    """Change the schema, in the transaction of a connection."""
    command.upgrade(_config(connection), revision)


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
