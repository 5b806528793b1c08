"""The one way to load rows that are about to change."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select

from annotator.project.columns import Table

_Query = TypeVar("_Query", bound="Select[*tuple[Any, ...]]")


def locked(query: _Query, *tables: type[Table]) -> _Query:
    """Return a query that keeps the rows it finds as they are until the transaction ends.

    Whatever is decided by a row that then changes has to be loaded so, in a writing
    transaction: between reading and writing, no other program can come. A sample's row stands
    for its annotation and its strokes, an image's for the numbers of its faces. SQLite, whose
    writers wait for one another anyway, leaves the lock out.

    Parameters
    ----------
    query
        Of rows, not of sums over them.
    tables
        Whose rows are locked: all that the decision reads, as only those are sure to be read
        as they are once the lock is there. They are locked, and found, in the order of the first
        one's keys, whatever order the query asks for: programs that do so never wait for one
        another in a circle.
    """
    in_order = query.order_by(None).order_by(*tables[0].__table__.primary_key)
    return in_order.with_for_update(of=tables)
