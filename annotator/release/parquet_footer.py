"""What a Parquet file of anybody's says of itself, read without Arrow.

Arrow reads damaged files in words, but ends the whole process where its metadata is asked for that
of some damaged column. So what has to be known before a table is read, how its columns are packed
and how large they are, is read here: the footer is a structure of Thrift's compact protocol.
"""

import struct
from dataclasses import dataclass
from typing import IO, Any

_MAGIC = b"PAR1"
_DEEPEST = 16
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
# The fields of Parquet's structures by their numbers.
_ROWS, _GROUPS = 3, 4  # of the file
_COLUMNS, _GROUP_ROWS = 1, 3  # of a group of rows
_COLUMN = 3  # of a place of a column
_PACKING, _VALUES, _UNPACKED = 4, 5, 6  # of a column


class FooterError(ValueError):
    """The bytes are no footer of a Parquet file."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a group of rows: the number of its packing, its values, its bytes unpacked."""

    packing: int
    values: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows."""

    rows: int
    columns: list[Column]


def read_groups(stream: IO[bytes], largest: int) -> list[Group]:
    """Return the groups of rows that a file says it has.

    Parameters
    ----------
    stream
        Is rewound.
    largest
        How many bytes its footer has at most.

    Raises
    ------
    FooterError
        If it has none.
    """
    size = stream.seek(0, 2)
    stream.seek(-min(size, 8), 2)
    end = stream.read()
    if len(end) < 8 or end[4:] != _MAGIC:
        raise FooterError("its end is missing")
    length = int.from_bytes(end[:4], "little")
    if length > min(size - 8, largest):
        raise FooterError("its footer is larger than it can be")
    stream.seek(-8 - length, 2)
    footer = _Compact(stream.read(length)).struct()
    stream.seek(0)
    groups = [_group(each) for each in _listed(footer, _GROUPS)]
    if sum(group.rows for group in groups) != _number(footer, _ROWS):
        raise FooterError("its groups have other rows than it says")
    return groups


def _group(fields: Any) -> Group:
    columns = [_fields(_fields(column).get(_COLUMN)) for column in _listed(fields, _COLUMNS)]
    return Group(
        _number(_fields(fields), _GROUP_ROWS),
        [
            Column(_number(one, _PACKING), _number(one, _VALUES), _number(one, _UNPACKED))
            for one in columns
        ],
    )


def _fields(value: Any) -> dict[int, Any]:
    if not isinstance(value, dict):
        raise FooterError("its footer lacks something")
    return value


def _listed(value: Any, field: int) -> list[Any]:
    found = _fields(value).get(field)
    if not isinstance(found, list):
        raise FooterError("its footer lacks something")
    return found


def _number(fields: dict[int, Any], field: int) -> int:
    found = fields.get(field)
    if type(found) is not int:
        raise FooterError("its footer lacks something")
    return found


class _Compact:
    """Values of Thrift's compact protocol, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Return the fields of a structure by their numbers."""
        if depth > _DEEPEST:
            raise FooterError("its footer is nested without end")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._signed()
        if kind == _DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            return self._list(depth + 1)
        raise FooterError("its footer is none")  # Parquet has no maps

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        if count > len(self._content) - self._at or depth > _DEEPEST:
            raise FooterError("its footer is cut off")
        return [self._value(head & 15, depth) for _ in range(count)]

    def _signed(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def _varint(self) -> int:
        number = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
        raise FooterError("its footer is none")

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        found = self._content[self._at : self._at + count]
        if len(found) < count:
            raise FooterError("its footer is cut off")
        self._at += count
        return found
