"""Reading Parquet files with a row a sample back, each group of rows after the other.

As with the table of samples, all that a file says of its size is compared before Arrow reads it.
"""

from collections.abc import Mapping
from math import prod
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from annotator.mesh.layout import MeshLayout
from annotator.release.formats.definition import Rows
from annotator.release.formats.face_tables import FILE, GROUP, array_types, file_name
from annotator.release.glances import Room, kept
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes, as_visibility
from annotator.release.parquet import (
    in_words,
    largest_table,
    opened,
    schema_of,
    wrong_in_columns,
    wrong_in_types,
)
from annotator.release.parquet_footer import Group, read_groups

_FOOTER = 1 << 20  # bytes at most, of a file of 32 groups
_VALUE = 5  # bytes at most: 4, and bits that say where lists begin
_REST = 1 << 16  # of all else in a column
_PLAIN = 0  # how columns are packed: not at all


def read_meshes(files: ListedFiles, layout: MeshLayout, rows: Rows, room: Room = kept) -> Meshes:
    """Return the arrays of all files.

    Raises
    ------
    DamagedRelease
        If a file is missing, or is another one than that of these rows and this layout.
    """
    types = array_types(layout)
    arrays = {
        name: room(_shape(len(rows), name, layout), kind.value_type.to_pandas_dtype())
        for name, kind in types.items()
    }
    for number, start in enumerate(range(0, len(rows), FILE)):
        some = rows[start : start + FILE]
        name = file_name(number)
        with files.open(name, _largest(some, layout)) as stream:
            wrong = _Reading(stream, some, types).wrong(arrays, start)
        if wrong is not None:
            raise files.damaged(name, f"is damaged: it {wrong}")
    visibility = as_visibility(arrays["visibility"])
    return Meshes(arrays["landmarks"], arrays["predictions"], visibility)


def _shape(count: int, name: str, layout: MeshLayout) -> tuple[int, ...]:
    return (count, layout.count) if name == "visibility" else (count, layout.count, 3)


def _largest(rows: Rows, layout: MeshLayout) -> int:
    values = int(sum(kind.list_size for kind in array_types(layout).values()))
    groups = 1 + len(rows) // GROUP
    return _FOOTER + largest_table(rows) + groups * _REST + _VALUE * values * len(rows)


class _Reading:
    """A file of anybody's, with the rows that it should have."""

    def __init__(self, stream: IO[bytes], rows: Rows, types: Mapping[str, pa.DataType]) -> None:
        self._stream, self._rows, self._types = stream, rows, types
        self._columns = schema_of(rows)

    def wrong(self, into: Mapping[str, Any], start: int) -> str | None:
        """Read the arrays, from a row on, and return what is wrong with the file, if anything."""

        def read() -> str | None:
            schema = pa.schema([*self._columns, *self._types.items()])
            return (
                self._wrong_in_groups(read_groups(self._stream, _FOOTER))
                or wrong_in_types(file := opened(self._stream, self._rows), schema)
                or wrong_in_columns(file, self._rows)
                or self._take(file, into, start)
            )

        return in_words(read)

    def _wrong_in_groups(self, groups: list[Group]) -> str | None:
        count = len(self._rows)
        expected = [min(GROUP, count - start) for start in range(0, count, GROUP)]
        if [group.rows for group in groups] != expected:
            return f"has other rows than the manifest's {count}, or other groups of them"
        return next(filter(None, map(self._wrong_in_group, groups)), None)

    def _wrong_in_group(self, group: Group) -> str | None:
        largest = largest_table(self._rows)
        lists = [1] * len(self._columns) + [kind.list_size for kind in self._types.values()]
        if len(group.columns) != len(lists):
            return "has other columns than a table of faces"
        for number, (column, size) in enumerate(zip(group.columns, lists, strict=True)):
            if column.values != group.rows * size or column.packing != _PLAIN:
                return f"is packed in a way of its own, in column {number}"
            at_most = largest if size == 1 else _VALUE * group.rows * size + _REST
            if not 0 <= column.unpacked <= at_most:
                return f"unpacks to more than it can hold, in column {number}"
        return None

    def _take(self, file: pq.ParquetFile, into: Mapping[str, Any], start: int) -> str | None:
        """Read the arrays, group by group."""
        for name, target in into.items():
            for number in range(file.num_row_groups):
                at = start + number * GROUP
                count = min(GROUP, start + len(self._rows) - at)
                table = file.read_row_group(number, columns=[name], use_threads=False)
                if not _take_column(table.column(0), target, at, count):
                    return f"has lists of {name} that are missing, or of another length"
        return None


def _take_column(column: pa.ChunkedArray, into: Any, at: int, count: int) -> bool:
    """Fill in the lists of a column from a row on; whether they are whole, and so many."""
    column.validate(full=True)
    if len(column) != count:
        return False
    for chunk in column.chunks:
        values = chunk.flatten()  # leaves lists out that are null
        if values.null_count or len(values) != len(chunk) * prod(into.shape[1:]):
            return False
        into[at : at + len(chunk)] = values.to_numpy().reshape(len(chunk), *into.shape[1:])
        at += len(chunk)
    return True
