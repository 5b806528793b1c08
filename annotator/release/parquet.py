"""The table of samples as Parquet; slow to import, and imported where one is written."""

import mmap
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from annotator.release.rows import COLUMNS, ReleaseSample

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

_BATCH = 4096  # rows in memory at once


class TableSpool:
    """The rows of samples, on the disk until the last of them is known.

    A Parquet file holds a column after the other, and our rows come one after the other.
    """

    def __init__(self, rows: IO[bytes], columns: IO[bytes]) -> None:
        self._rows = rows
        self._columns = columns
        self._writer = pa.ipc.new_file(rows, SCHEMA)
        self._recent: list[dict[str, Any]] = []

    def append(self, sample: ReleaseSample) -> None:
        """Add the row of a sample behind the others."""
        self._recent.append(sample.row())
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
            self._writer.write_batch(pa.RecordBatch.from_pylist(self._recent, schema=SCHEMA))
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
