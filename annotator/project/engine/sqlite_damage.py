"""Where in an SQLite file the damage is that reading it met: table, row and column."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, Column, LargeBinary, Table
from sqlalchemy.dialects import sqlite

from annotator.project.checked import Checked, DamagedValue, shown
from annotator.project.engine.sqlite_connections import harden
from annotator.project.errors import RESTORE, DamagedProject
from annotator.project.tables import METADATA
from annotator.system.foreign_text import escaped

_UNDECODABLE = "Could not decode to UTF-8"  # what Python's sqlite3 says, without a code
_DIALECT = sqlite.dialect()


def damaged(path: Path, problem: str) -> DamagedProject:
    """Return the error that says what is wrong with a database, which SQLite may quote."""
    return DamagedProject(f"{path} is damaged ({escaped(problem)}): {RESTORE}")


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


def broken_rule(connection: sqlite3.Connection) -> str | None:
    """Return the first row that the rules of the current schema do not allow, None without any.

    A read-only connection of SQLite knows no checks, so that its own test of a database finds
    nothing of the kind. Tables with meshes are left out: one bad mesh is no reason to keep all the
    others from being opened, and is told of when it is used. Nor is a visit to a sample that is
    gone, say; but no list could be shown of samples whose image is missing.
    """
    for table in METADATA.sorted_tables:
        if any(isinstance(_impl(column), LargeBinary) for column in table.columns):
            continue
        rules = [rule for rule in table.constraints if isinstance(rule, CheckConstraint)]
        row = _row_against(connection, table, rules)
        if row is not None:
            for rule in rules:
                row = _row_against(connection, table, [rule])
                if row is not None:
                    return _named_values(connection, table, row) or _against(table, row, rule)
    return _orphan(connection, METADATA.tables["samples"].columns["image_id"])


def _row_against(
    connection: sqlite3.Connection, table: Table, rules: Sequence[CheckConstraint]
) -> int | None:
    """Return the first row of a table for which one of some rules does not hold."""
    if not rules:
        return None
    compiled = (
        rule.sqltext.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
        for rule in rules
    )
    broken = " OR ".join(f"NOT ({words})" for words in compiled)
    query = f'SELECT rowid FROM "{table.name}" WHERE {broken} LIMIT 1'
    found = connection.execute(query).fetchone()
    return None if found is None else int(found[0])


def _named_values(connection: sqlite3.Connection, table: Table, row: int) -> str | None:
    """Return which column of a row holds what it cannot, None if each by itself could."""
    connection.text_factory = _text
    for column in table.columns:
        query = f'SELECT "{column.name}" FROM "{table.name}" WHERE rowid = ?'
        (value,) = connection.execute(query, [row]).fetchone()
        problem = _problem(column, value)
        if problem is not None:
            return f"{_place(column, row)}: {problem}"
    return None


def _against(table: Table, row: int, rule: CheckConstraint) -> str:
    return f"table {table.name}, row {row}: against the rule {rule.name}"


def _place(column: Column[Any], row: object) -> str:
    return f"table {column.table.name}, column {column.name}, row {row}"


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
    query = f'SELECT rowid, "{column.name}" FROM "{column.table.name}" ORDER BY rowid'
    for row, value in connection.execute(query):
        problem = _problem(column, value)
        if problem is not None:
            return f"{_place(column, row)}: {problem}"
    return _orphan(connection, column)


def _orphan(connection: sqlite3.Connection, column: Column[Any]) -> str | None:
    """Return the first row whose column refers to a row of another table that is not there."""
    for key in column.foreign_keys:
        target = key.column
        found = connection.execute(
            f'SELECT rowid, "{column.name}" FROM "{column.table.name}" '
            f'WHERE "{column.name}" IS NOT NULL AND "{column.name}" '
            f'NOT IN (SELECT "{target.name}" FROM "{target.table.name}") LIMIT 1'
        ).fetchone()
        if found is not None:
            row, value = found
            return f"{_place(column, row)}: {target.table.name} has no row {shown(value)}"
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
