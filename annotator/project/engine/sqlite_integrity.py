"""A look at every page of an SQLite database, which opening a large one does without."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST = 100  # problems that are told: one broken page can make thousands


def integrity_problems(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong with pages, indices, checks and references, or nothing."""
    answers = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})").fetchall()
    found = [one for (answer,) in answers if answer != "ok" for one in problems_in(str(answer))]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    found += [
        f"row {row} of {table} refers to a missing row of {to}" for table, row, to, _ in orphans
    ]
    return found[:_MOST]


def problems_in(answer: str) -> list[str]:
    """Return the problems in an answer of SQLite's, a line each; a heading of stars is none."""
    lines = [" ".join(line.split()) for line in answer.splitlines()]
    return [line for line in lines if line and not line.startswith("***")]
