"""What tables are made of: arrays as little-endian blobs, UTC times, file paths.

Numbers and words are in `annotator.project.values`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import DateTime, Dialect, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from annotator.mesh.marks import Marks, as_marks
from annotator.project.checked import Checked, of_kinds, shown
from annotator.project.values import OneOf, Real, Whole, Words, YesNo

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """What all tables share: each type that checks its values knows its table and column."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        float: Real,
        int: Whole,
        bool: YesNo,
        str: Words,
    }

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for column in cls.__table__.columns:
            if isinstance(column.type, Checked):
                column.type.place = cls.__tablename__, column.name


def one_of(values: type[StrEnum], name: str) -> OneOf:
    """Return the type of a column that holds one of some words."""
    return OneOf(values, name)


class PositionsBlob(Checked[npt.NDArray[np.float32]]):
    """(n, 3) float32 as 12 n bytes; reading gives a read-only array."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f4").tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.float32]:
        """Return the stored array, if it can be one."""
        data = _bytes(value)
        if len(data) % 12:
            raise ValueError(f"{len(data)} bytes where positions should be")
        positions = _native(np.frombuffer(data, dtype="<f4").reshape(-1, 3), np.float32)
        if not np.isfinite(positions).all():
            raise ValueError("positions that are not numbers")
        return positions

    def compare_values(self, x: Any, y: Any) -> bool:
        """Return whether two arrays are the same, bit by bit."""
        return _same_bits(x, y)


class IndicesBlob(Checked[npt.NDArray[np.uint16]]):
    """(n,) vertex indices as 2 n bytes; reading gives a read-only uint16 array."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<u2").tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.uint16]:
        """Return the stored array, if it can be one."""
        data = _bytes(value)
        if len(data) % 2:
            raise ValueError(f"{len(data)} bytes where vertex indices should be")
        return _native(np.frombuffer(data, dtype="<u2"), np.uint16)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Return whether two arrays are the same, bit by bit."""
        return _same_bits(x, y)


class MarksBlob(Checked[Marks]):
    """(n,) marks of vertices, a byte each; reading gives a read-only uint8 array."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype=np.uint8).tobytes()

    def checked(self, value: Any) -> Marks:
        """Return the stored array, if it can be one."""
        marks = np.frombuffer(_bytes(value), dtype=np.uint8)
        try:
            return _native(as_marks(marks), np.uint8)
        except ValueError as error:
            raise ValueError("impossible marks") from error

    def compare_values(self, x: Any, y: Any) -> bool:
        """Return whether two arrays are the same, bit by bit."""
        return _same_bits(x, y)


class UtcDateTime(Checked[datetime]):
    """An aware time, stored in UTC as ``YYYY-MM-DD HH:MM:SS.ffffff``."""

    impl = DateTime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC without its zone, as SQLite stores it."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def checked(self, value: Any) -> datetime:
        """Return the stored time, in UTC."""
        try:
            time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{shown(value)} where a time should be") from error
        if time.tzinfo is not None:
            raise ValueError(f"{shown(value)} where a time in UTC should be")
        return time.replace(tzinfo=UTC)


_IS_UTF_8 = sys.getfilesystemencoding() == "utf-8"


class PathText(Checked[str]):
    """A path as text, whatever the locale; a name that is no UTF-8 is kept as the bytes it is."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return the text that the path's bytes are, or the bytes where they are none."""
        if value is None or value.isascii():
            return value
        encoded = os.fsencode(value)
        try:
            return encoded.decode()
        except UnicodeDecodeError:
            return encoded

    def checked(self, value: Any) -> str:
        """Return the path as Python spells it."""
        if type(value) not in (str, bytes):
            raise ValueError(f"{shown(value)} where a path should be")
        path = path_of_stored(value)
        if "\0" in path or not path:
            raise ValueError(f"{shown(path)} where a path should be")
        return path

    def check_all(self, values: Collection[Any]) -> None:
        """Check many at once."""
        is_text = of_kinds(values, str)
        if not is_text or "" in values or "\0" in "".join(set(values)):
            super().check_all(values)


def path_of_stored(value: str | bytes) -> str:
    """Return what a `PathText` holds as Python spells it in this locale."""
    if isinstance(value, str):
        # Elsewhere Python could not make a file name of it that the system knows.
        return value if value.isascii() or _IS_UTF_8 else os.fsdecode(value.encode())
    return os.fsdecode(value)


def _bytes(value: Any) -> bytes:
    if type(value) is not bytes:
        raise ValueError(f"{shown(value)} where bytes should be")
    return value


def _native(array: npt.NDArray[Any], dtype: type[np.generic]) -> npt.NDArray[Any]:
    native = array.astype(dtype, copy=False)  # a copy on big-endian machines only
    native.setflags(write=False)
    return native


def _same_bits(first: Any, second: Any) -> bool:
    if first is None or second is None:
        return first is second
    return bool(first.tobytes() == second.tobytes())
