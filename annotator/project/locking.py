"""The one way to load rows that are about to change."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select

from annotator.project.tables import Table

_Query = TypeVar("_Query", bound="Select[*tuple[Any, ...]]")


def locked(query: _Query, *tables: type[Table]) -> _Query:
    """Return a query that keeps the rows it finds as they are until the transaction ends.

    Whatever is decided by a row that then changes has to be loaded so, in a writing
    transaction: between reading and writing, no other program can come. SQLite, whose writers
    wait for one another anyway, leaves the lock out.

    Parameters
    ----------
    query
        Of rows, not of sums over them.
    tables
        Whose rows are locked, ordered by the keys of the first: programs that lock the same
        rows in the same order never wait for one another in a circle.
    """
    return query.order_by(*tables[0].__table__.primary_key).with_for_update(of=tables)
