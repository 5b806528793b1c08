"""The table of samples as Parquet; slow to import, and imported where one is written or read."""

import mmap
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from annotator.release.parquet_footer import Group, read_groups
from annotator.release.rows import COLUMNS

_TYPES: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "int32": pa.int32(),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "text": pa.string(),
        "time": pa.timestamp("us", tz="UTC"),
    }
)
SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])

TEXTS = tuple(name for name, kind in COLUMNS.items() if kind == "text")
_FOOTER = 1 << 16  # bytes at most of what a table says of itself
_PACKINGS = {0, 1}  # none, and snappy, which packs to a twentieth at most
_NO_THREAD = "Unknown error: Failed to launch"  # for want of memory for its stack
_GROUP = 1 << 20  # rows in one group
_BATCH = 4096  # rows in memory at once


class TableSpool:
    """The rows of samples, on the disk until the last of them is known.

    A Parquet file holds a column after the other, and our rows come one after the other.
    """

    def __init__(self, rows: IO[bytes], columns: IO[bytes]) -> None:
        self._rows = rows
        self._columns = columns
        self._writer = pa.ipc.new_file(rows, SCHEMA)
        self._recent: list[Mapping[str, Any]] = []

    def extend(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows, with times as text, behind the others."""
        for row in rows:
            self._recent.append(row)
            if len(self._recent) == _BATCH:
                self._flush()

    def write(self, path: Path) -> None:
        """Write the table, without metadata that depends on more than its content."""
        self._flush()
        self._writer.close()
        table = self._in_whole_columns(pa.ipc.open_file(_mapped(self._rows)).read_all())
        with path.open("xb") as stream:  # Arrow itself refuses paths that are no valid Unicode
            pq.write_table(table, stream, compression="snappy")

    def _flush(self) -> None:
        if self._recent:
            columns = [column_of(name, self._recent) for name in COLUMNS]
            self._writer.write_batch(pa.record_batch(columns, schema=SCHEMA))
            self._recent.clear()

    def _in_whole_columns(self, table: pa.Table) -> pa.Table:
        """Return the same table with every column in one piece, one at a time in memory.

        Where pages of a Parquet file end depends on where the pieces of a column end; in one piece
        they give the same file, however they came.
        """
        ends = [0]
        for name, column in zip(table.column_names, table.columns, strict=True):
            batch = pa.record_batch([pa.concat_arrays(column.chunks)], names=[name])
            with pa.ipc.new_stream(self._columns, batch.schema) as writer:
                writer.write_batch(batch)
            ends.append(self._columns.tell())
        content = _mapped(self._columns)
        streams = (content.slice(start, end - start) for start, end in pairwise(ends))
        whole = [pa.ipc.open_stream(stream).read_next_batch().column(0) for stream in streams]
        return pa.table(whole, schema=SCHEMA)


def column_of(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Array:
    """Return a column of some rows, whose times are texts."""
    values = [row[name] for row in rows]
    if COLUMNS[name] == "time":
        values = [datetime.fromisoformat(value) for value in values]
    return pa.array(values, _TYPES[COLUMNS[name]])


@contextmanager
def spooled_table(folder: Path) -> Iterator[TableSpool]:
    """Give a spool on the disk that a folder is on, for as long as the block lasts."""
    with (
        tempfile.TemporaryFile(dir=folder) as rows,
        tempfile.TemporaryFile(dir=folder) as columns,
    ):
        yield TableSpool(rows, columns)


def _mapped(file: IO[bytes]) -> pa.Buffer:
    """Return what was written to a file, in pages that come and go as they are looked at."""
    file.flush()
    return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def largest_table(rows: Sequence[Mapping[str, Any]]) -> int:
    """Return how many bytes the table of some rows has at most, packed or not."""
    texts = sum(len(row.get(name) or "") for row in rows for name in TEXTS)
    return 2 * _FOOTER + 4 * texts + 16 * len(COLUMNS) * len(rows)


def check_table(stream: IO[bytes], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what is wrong with a table of anybody's, None if it holds the rows of a manifest.

    What it says of its size is compared before anything is read, and texts are counted before they
    are written out: a few bytes can stand for very many.
    """

    def check() -> str | None:
        return (
            _wrong_in_groups(read_groups(stream, largest_table(rows)), rows)
            or wrong_in_types(file := opened(stream, rows), schema_of(rows))
            or wrong_in_columns(file, rows)
        )

    return in_words(check)


def in_words(check: Callable[[], str | None]) -> str | None:
    """Return what a check of a table of anybody's returns, or what Arrow says while it reads."""
    try:
        return check()
    except MemoryError:  # one of Arrow's errors, too
        raise
    except KeyError as error:  # how Arrow says that there is no such column
        return f"has no column {error.args[0]!a:.40}"
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        if str(error).startswith(_NO_THREAD):
            raise MemoryError("the table does not fit into memory") from error
        return f"is no table of samples ({' '.join(str(error).split()):.100})"


def opened(stream: IO[bytes], rows: Sequence[Mapping[str, Any]]) -> pq.ParquetFile:
    """Open a table of anybody's, once its groups were looked at."""
    return pq.ParquetFile(
        stream,
        read_dictionary=[name for name in TEXTS if name in rows[0]],
        thrift_string_size_limit=_FOOTER,
        thrift_container_size_limit=_FOOTER,
    )


def schema_of(rows: Sequence[Mapping[str, Any]]) -> pa.Schema:
    """Return the columns of some rows: those of earlier versions lack some."""
    return pa.schema([field for field in SCHEMA if field.name in rows[0]])


def _wrong_in_groups(groups: list[Group], rows: Sequence[Mapping[str, Any]]) -> str | None:
    stated, largest = sum(group.rows for group in groups), largest_table(rows)
    if stated != len(rows):
        return f"has {stated} rows, and the manifest {len(rows)}"
    if len(groups) > 1 + len(rows) // _GROUP:
        return "has more groups of rows than it can have"
    for group in groups:
        for number, column in enumerate(group.columns):
            if column.values != group.rows or column.packing not in _PACKINGS:
                return f"is packed in a way of its own, in column {number}"
            if not 0 <= column.unpacked <= largest:
                return f"unpacks to more than it can hold, in column {number}"
    return None


def wrong_in_types(file: pq.ParquetFile, schema: pa.Schema) -> str | None:
    """Return what is wrong with the columns of a table, None if they are these."""
    stored = pa.schema([(f.name, _without_dictionary(f.type)) for f in file.schema_arrow])
    if stored.equals(schema):
        return None
    return "has other columns than a table of samples, or in another order"


def wrong_in_columns(file: pq.ParquetFile, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return in which column a table is another one than that of some rows."""
    for name in schema_of(rows).names:
        expected = column_of(name, rows)
        column = file.read(columns=[name], use_threads=False).column(0)
        column.validate(full=True)
        if not _is_same(column, expected):
            return f"is another table than the manifest's, in {name}"
    return None


def _is_same(column: pa.ChunkedArray, expected: pa.Array) -> bool:
    if pa.types.is_dictionary(column.type):
        lengths = (
            pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0
            for chunk in column.chunks
        )
        if sum(lengths) != (pc.sum(pc.binary_length(expected)).as_py() or 0):
            return False
        column = column.cast(pa.string())
    return bool(column.equals(pa.chunked_array([expected])))


def _without_dictionary(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
