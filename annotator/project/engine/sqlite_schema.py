"""What the schema of a database may hold: what the migrations make, word by word, and no more.

A view, a trigger, a generated column or a check in a database from elsewhere is somebody's program,
which SQLite runs as soon as a table is used. So what `sqlite_master` holds is compared before
any table is read or written.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from annotator.project.tables import CURRENT_REVISION

Schema = Mapping[tuple[str, str], str]
"""The statements that made a database's objects, by their type and name."""

CURRENT_SCHEMA = Path(__file__).with_name("sqlite_schema.sql")
"""The schema of `CURRENT_REVISION`, so that opening a project needs no migrations.

``python -m annotator.project.engine.sqlite_schema`` writes it anew.
"""

VERSION_TABLE = "alembic_version"

_FIRST_LINE = "-- Schema {revision}, as the migrations make it: written by a program, see {module}."
_MODULE = "sqlite_schema.py"
_READ = "SELECT type, name, sql FROM sqlite_master"
_OF_SQLITE = {  # made by SQLite itself, by ANALYZE among others
    ("table", "sqlite_sequence"): "CREATE TABLE sqlite_sequence(name,seq)",
    ("table", "sqlite_stat1"): "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    ("table", "sqlite_stat4"): "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}
_STATEMENT = re.compile(r'CREATE (?:UNIQUE )?(TABLE|INDEX|TRIGGER) "?(\w+)')
# Text in single quotes stays as it is; a name means the same in and without quotes.
_WORD = re.compile(r"""'(?:[^']|'')*'|"([a-z]\w*)"|`([a-z]\w*)`|\[([a-z]\w*)\]|\w+|[^\w\s]""")


def read_schema(connection: sqlite3.Connection) -> Schema:
    """Return what a database's schema holds, but for the indices that SQLite makes of keys.

    Nothing of it is evaluated.
    """
    return _schema_of(connection.execute(_READ))


def _schema_of(rows: Iterable[Any]) -> Schema:
    return {
        (str(kind), str(name)): str(statement)
        for kind, name, statement in rows
        if not (statement is None and str(name).startswith("sqlite_autoindex_"))
    }


def has_version_table(schema: Schema) -> bool:
    """Return whether the schema's revision can be read: not from a view, say."""
    key = "table", VERSION_TABLE
    return key in schema and _means_the_same(schema[key], _current()[1][key])


def schema_problem(schema: Schema, revision: str) -> str | None:
    """Return how a schema differs from what the migrations up to a revision make, if it does."""
    expected = expected_schema(revision)
    for key, statement in schema.items():
        if key not in expected and _OF_SQLITE.get(key) != statement:
            return (
                f"its {_named(key)} was not made by this program: if it is yours, take it out of "
                "the database with another program"
            )
    for key, statement in expected.items():
        if key not in schema:
            return f"its {_named(key)} is missing"
        if not _means_the_same(schema[key], statement):
            return f"its {_named(key)} is not as this program makes it"
    return None


def expected_schema(revision: str) -> Schema:
    """Return what the migrations up to a revision make."""
    written_for, schema = _current()
    return schema if revision == written_for else _made_by_migrations(revision)


@cache
def _current() -> tuple[str, Schema]:
    """Return what is written down, and of which revision it is."""
    first, *statements = CURRENT_SCHEMA.read_text("utf-8").strip().split("\n\n")
    schema = {}
    for statement in statements:
        found = _STATEMENT.match(statement)
        assert found is not None  # a test reads them all
        schema[found[1].lower(), found[2]] = statement.removesuffix(";")
    return first.split()[2].rstrip(","), schema


@cache
def _made_by_migrations(revision: str) -> Schema:
    from annotator.project.migrate import run_migrations  # noqa: PLC0415 - slow to import

    pool = create_engine("sqlite://")
    try:
        with pool.begin() as connection:
            run_migrations(connection, revision)
            schema = _schema_of(connection.exec_driver_sql(_READ))
    finally:
        pool.dispose()
    return {key: statement for key, statement in schema.items() if key not in _OF_SQLITE}


def _means_the_same(found: str, expected: str) -> bool:
    return found.split() == expected.split() or _words(found) == _words(expected)


def _words(statement: str) -> list[str]:
    """Return what a statement is made of, whatever wrote it: its quotes and spaces say nothing."""
    found = _WORD.finditer(statement)
    return [next(filter(None, each.groups()), each[0]) for each in found]


def _named(key: tuple[str, str]) -> str:
    kind, name = key
    return f"{ascii(kind)[1:-1]} {name if name.isidentifier() and name.isascii() else ascii(name)}"


def _write() -> None:
    """Write the schema of the current revision down."""
    statements = _made_by_migrations(CURRENT_REVISION).values()
    lines = [re.sub(r"\s*\n\s*", "\n    ", each).replace("\n    )", "\n)") for each in statements]
    first = _FIRST_LINE.format(revision=CURRENT_REVISION, module=_MODULE)
    CURRENT_SCHEMA.write_text("\n\n".join([first, *(f"{each};" for each in lines)]) + "\n", "utf-8")


if __name__ == "__main__":
    _write()
