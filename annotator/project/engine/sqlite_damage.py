"""Where in an SQLite file the damage is that reading it met: table, row and column."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, Column, LargeBinary, Table
from sqlalchemy.dialects import sqlite

from annotator.project.checked import Checked, DamagedValue
from annotator.project.engine.sqlite_connections import harden
from annotator.project.errors import DamagedProject
from annotator.project.tables import METADATA

_UNDECODABLE = "Could not decode to UTF-8"  # what Python's sqlite3 says, without a code
_BROKEN_RULE = re.compile(r"(?:CHECK constraint failed|NULL value) in (\w+)")
_DIALECT = sqlite.dialect()


def damaged(path: Path, problem: str) -> DamagedProject:
    """Return the error that says what is wrong with a database."""
    return DamagedProject(f"{path} is damaged ({problem}): restore it from a backup")


def located(error: DamagedValue, path: Path) -> DamagedProject:
    """Return the error for a value that its column cannot hold, with the row in which it is."""
    place = f"table {error.table}, column {error.column}"
    column = METADATA.tables[error.table].columns[error.column]
    return damaged(path, _first_in(path, [column]) or f"{place}: {error.problem}")


def undecodable(path: Path) -> DamagedProject:
    """Return the error for text that is no UTF-8, with its place."""
    columns = [column for table in METADATA.sorted_tables for column in table.columns]
    words = [column for column in columns if not isinstance(_impl(column), LargeBinary)]
    return damaged(path, _first_in(path, words) or "text that is no UTF-8")


def is_undecodable(error: sqlite3.Error) -> bool:
    """Return whether an error is about text that is no UTF-8."""
    return str(error).startswith(_UNDECODABLE)


def with_row(connection: sqlite3.Connection, answer: str) -> str:
    """Return what a check of the database said, with the row if it is about a rule of a table."""
    found = _BROKEN_RULE.match(answer)
    table = METADATA.tables.get(found[1]) if found else None
    if table is None:
        return answer
    connection.text_factory = _text
    for column in table.columns:
        place = _first_row(connection, column)
        if place is not None:
            return place
    return _broken_rule(connection, table) or answer


def _impl(column: Column[Any]) -> object:
    return column.type.impl if isinstance(column.type, Checked) else column.type


class _NotText:
    """Text that is no UTF-8."""

    def __repr__(self) -> str:
        return "text that is no UTF-8"


def _text(data: bytes) -> str | _NotText:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _NotText()


def _first_in(path: Path, columns: list[Column[Any]]) -> str | None:
    """Return the first place in a file's columns that cannot be, None if it cannot be found."""
    address = f"{path.as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            harden(connection)
            connection.text_factory = _text
            places = (_first_row(connection, column) for column in columns)
            return next(filter(None, places), None)
    except sqlite3.Error:  # what the caller knows has to do
        return None


def _first_row(connection: sqlite3.Connection, column: Column[Any]) -> str | None:
    """Return the first row of a column with a value that it cannot hold, and what is wrong."""
    table, place = column.table.name, f"table {column.table.name}, column {column.name}"
    query = f'SELECT rowid, "{column.name}" FROM "{table}" ORDER BY rowid'
    for row, value in connection.execute(query):
        problem = _problem(column, value)
        if problem is not None:
            return f"{place}, row {row}: {problem}"
    for key in column.foreign_keys:
        target = key.column
        orphan = connection.execute(
            f'SELECT rowid, "{column.name}" FROM "{table}" WHERE "{column.name}" NOT IN '
            f'(SELECT "{target.name}" FROM "{target.table.name}") ORDER BY rowid LIMIT 1'
        ).fetchone()
        if orphan is not None:
            row, value = orphan
            return f"{place}, row {row}: {target.table.name} has no row {value}"
    return None


def _problem(column: Column[Any], value: object) -> str | None:
    if value is None:
        return None if column.nullable else "nothing where something has to be"
    if isinstance(value, _NotText):
        return repr(value)
    if isinstance(column.type, Checked):
        try:
            column.type.checked(value)
        except ValueError as error:
            return str(error)
    return None


def _broken_rule(connection: sqlite3.Connection, table: Table) -> str | None:
    """Return the first row that a table's rules do not allow, and which rule that is."""
    for rule in table.constraints:
        if not isinstance(rule, CheckConstraint):
            continue
        words = rule.sqltext.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
        query = f'SELECT rowid FROM "{table.name}" WHERE NOT ({words}) ORDER BY rowid LIMIT 1'
        row = connection.execute(query).fetchone()
        if row is not None:
            return f"table {table.name}, row {row[0]}: it breaks the rule {rule.name}"
    return None
