"""What tables are made of: arrays as little-endian blobs, UTC times, file paths, names."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import DateTime, Dialect, Enum, Float, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from annotator.mesh.marks import Marks, as_marks
from annotator.project.errors import DamagedProject

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """What all tables share."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Float(), str: Text()}


def one_of(values: type[StrEnum], name: str) -> Enum:
    """Return the type of a column that holds one of some words."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda enum: [member.value for member in enum],
    )


class PositionsBlob(TypeDecorator[npt.NDArray[np.float32]]):
    """(n, 3) float32 as 12 n bytes; reading gives a read-only array."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f4").tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> npt.NDArray[np.float32] | None:
        """Return the stored array, or raise DamagedProject if it cannot be one."""
        if value is None:
            return None
        if len(value) % 12:
            raise DamagedProject(
                f"the database is damaged: {len(value)} bytes where positions should be; "
                "restore it from a backup"
            )
        positions = _native(np.frombuffer(value, dtype="<f4").reshape(-1, 3), np.float32)
        if not np.isfinite(positions).all():
            raise DamagedProject(
                "the database is damaged: positions that are not numbers; restore it from a backup"
            )
        return positions

    def compare_values(self, x: Any, y: Any) -> bool:
        """Return whether two arrays are the same, bit by bit."""
        return _same_bits(x, y)


class IndicesBlob(TypeDecorator[npt.NDArray[np.uint16]]):
    """(n,) vertex indices as 2 n bytes; reading gives a read-only uint16 array."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<u2").tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> npt.NDArray[np.uint16] | None:
        """Return the stored array, or raise DamagedProject if it cannot be one."""
        if value is None:
            return None
        if len(value) % 2:
            raise DamagedProject(
                "the database is damaged: impossible vertex indices; restore it from a backup"
            )
        return _native(np.frombuffer(value, dtype="<u2"), np.uint16)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Return whether two arrays are the same, bit by bit."""
        return _same_bits(x, y)


class MarksBlob(TypeDecorator[Marks]):
    """(n,) marks of vertices, a byte each; reading gives a read-only uint8 array."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype=np.uint8).tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> Marks | None:
        """Return the stored array, or raise DamagedProject if it cannot be one."""
        if value is None:
            return None
        try:
            marks = as_marks(np.frombuffer(value, dtype=np.uint8))
        except ValueError as error:
            raise DamagedProject(
                "the database is damaged: impossible marks; restore it from a backup"
            ) from error
        return _native(marks, np.uint8)

    def compare_values(self, x: Any, y: Any) -> bool:
        """Return whether two arrays are the same, bit by bit."""
        return _same_bits(x, y)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC as ``YYYY-MM-DD HH:MM:SS.ffffff``."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC without its zone, as SQLite stores it."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored time, in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


_IS_UTF_8 = sys.getfilesystemencoding() == "utf-8"


class PathText(TypeDecorator[str]):
    """A path as text, whatever the locale; a name that is no UTF-8 is kept as the bytes it is."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return the text that the path's bytes are, or the bytes where they are none."""
        if value is None or value.isascii():
            return value
        encoded = os.fsencode(value)
        try:
            return encoded.decode()
        except UnicodeDecodeError:
            return encoded

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return the path as Python spells it."""
        return None if value is None else path_of_stored(value)


def path_of_stored(value: str | bytes) -> str:
    """Return what a `PathText` holds as Python spells it in this locale."""
    if isinstance(value, str):
        # Elsewhere Python could not make a file name of it that the system knows.
        return value if value.isascii() or _IS_UTF_8 else os.fsdecode(value.encode())
    return os.fsdecode(value)


def _native(array: npt.NDArray[Any], dtype: type[np.generic]) -> npt.NDArray[Any]:
    native = array.astype(dtype, copy=False)  # a copy on big-endian machines only
    native.setflags(write=False)
    return native


def _same_bits(first: Any, second: Any) -> bool:
    if first is None or second is None:
        return first is second
    return bool(first.tobytes() == second.tobytes())
