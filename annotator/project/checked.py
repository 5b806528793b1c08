"""Column types that hand out nothing which a damaged or forged database made up.

SQLite keeps whatever is put into a column, text where a number should be too. What is read is
therefore checked, value by value, or column by column where there are many.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType, TypeDecorator

from annotator.project.errors import RESTORE, DamagedProject

_Value = TypeVar("_Value")
_SHOWN = 40  # characters of a value in a message


class DamagedValue(DamagedProject):
    """A stored value that its column cannot hold; the engine finds out which row it is in.

    Attributes
    ----------
    table, column
        Their names.
    problem
        What is wrong, in a few words.
    """

    def __init__(self, table: str, column: str, problem: str) -> None:
        super().__init__(
            f"the database is damaged ({problem} in table {table}, column {column}): {RESTORE}"
        )
        self.table = table
        self.column = column
        self.problem = problem


class Checked(TypeDecorator[_Value]):
    """A type whose values are checked as they are read.

    Attributes
    ----------
    place
        The names of its table and its column.
    """

    place = ("unknown", "unknown")

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.cache_ok = True  # which SQLAlchemy asks of each class itself

    def checked(self, value: Any) -> _Value:
        """Return what a stored value, which is not NULL, stands for.

        Raises
        ------
        ValueError
            If it cannot be one of this column's, with the reason in a few words.
        """
        raise NotImplementedError

    def check_all(self, values: Collection[Any]) -> None:
        """Check many values, as they are stored and without NULL, in less time than one by one.

        Raises
        ------
        ValueError
            As `checked` does, for one of them.
        """
        for value in values:
            self.checked(value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], _Value | None]:
        """Return what makes a value of a stored one, or raises `DamagedValue`."""
        checked, place = self.checked, self.place

        def process(value: Any) -> _Value | None:
            if value is None:
                return None
            try:
                return checked(value)
            except ValueError as error:
                raise DamagedValue(*place, str(error)) from error

        return process


def as_stored(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return a column whose values come as they are stored: `check_columns` is to be asked."""
    return type_coerce(column, NullType())


def check_columns(
    rows: Sequence[Iterable[Any]], columns: Sequence[InstrumentedAttribute[Any]]
) -> None:
    """Raise `DamagedValue` unless each column of rows, as stored, holds what it can hold.

    What rows have beyond these columns is left alone. Of very many rows a few thousand at a time
    are checked in a third of the time.
    """
    for values, column in zip(zip(*rows, strict=True), columns, strict=False):
        _check_column(values, column.expression)


def _check_column(values: Collection[Any], column: Any) -> None:
    (table, name), there = column.type.place, values
    if None in values:
        if not column.nullable:
            raise DamagedValue(table, name, "nothing where something has to be")
        there = [value for value in values if value is not None]
    try:
        column.type.check_all(there)
    except ValueError as error:
        raise DamagedValue(table, name, str(error)) from error


def of_kinds(values: Collection[Any], *kinds: type) -> bool:
    """Return whether all values are of some types, and of no subtypes."""
    return set(map(type, values)) <= set(kinds)


def shown(value: object) -> str:
    """Return a value as a message can show it, whatever it holds and however long it is."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = ascii(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
