"""Parquet files with a row a sample; slow to import, and imported where they are written.

Rows come in groups of one size, and files of one number of groups, so that the bytes depend on the
samples alone, and neither on how many come at once nor on how many there are.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Row
from annotator.release.parquet import SCHEMA, TEXTS, column_of

GROUP = 1024
"""Rows of a group: 12 MB of meshes of 468 vertices."""
FILE = 32 * GROUP
"""Rows of a file."""
_VISIBILITY = "visibility.list.element"  # what Parquet calls the column; it has hardly any values


def file_name(number: int) -> str:
    """Return what the files are called, from 0."""
    return f"faces-{number:05d}.parquet"


def array_types(layout: MeshLayout) -> Mapping[str, pa.DataType]:
    """Return the columns of arrays: lists of fixed size, x, y and z of vertex after vertex."""
    return {
        "landmarks": pa.list_(pa.float32(), 3 * layout.count),
        "predictions": pa.list_(pa.float32(), 3 * layout.count),
        "visibility": pa.list_(pa.uint8(), layout.count),
    }


class FaceTables:
    """Tables that grow by a block at a time.

    Parameters
    ----------
    folder
    layout
    """

    def __init__(self, folder: Path, layout: MeshLayout) -> None:
        self._folder = folder
        self._types = array_types(layout)
        self._schema = pa.schema([*SCHEMA, *self._types.items()])
        self._rows: list[Row] = []
        self._arrays: dict[str, NDArray[Any]] = {
            name: np.empty((GROUP, kind.list_size), kind.value_type.to_pandas_dtype())
            for name, kind in self._types.items()
        }
        self._files = self._groups = 0
        self._stream: IO[bytes] | None = None
        self._writer: pq.ParquetWriter | None = None

    def append(self, block: Block) -> None:
        """Add samples behind the others; what is written once there are enough is copied."""
        arrays: Mapping[str, NDArray[Any]] = {
            "landmarks": block.landmarks,
            "predictions": block.predictions,
            "visibility": block.visibility,
        }
        start = 0
        while start < len(block):
            at = len(self._rows)
            taken = min(GROUP - at, len(block) - start)
            for name, values in arrays.items():
                part = values[start : start + taken].reshape(taken, -1)
                self._arrays[name][at : at + taken] = part
            self._rows += block.rows[start : start + taken]
            start += taken
            if len(self._rows) == GROUP:
                self._flush()

    def finish(self) -> None:
        """Write what is left."""
        if self._rows:
            self._flush()

    def close(self) -> None:
        """Close the file that is open, whether it is whole or not."""
        if self._writer is not None:
            self._writer.close()
        if self._stream is not None:
            self._stream.close()
        self._writer = self._stream = None

    def _flush(self) -> None:
        if self._writer is None:
            self._begin()
        count = len(self._rows)
        columns = [column_of(name, self._rows) for name in SCHEMA.names]
        for name, kind in self._types.items():
            values = pa.array(self._arrays[name][:count].ravel())
            columns.append(pa.FixedSizeListArray.from_arrays(values, type=kind))
        table = pa.table(columns, schema=self._schema)
        assert self._writer is not None
        self._writer.write_table(table, row_group_size=GROUP)
        self._rows = []
        self._groups += 1
        if self._groups * GROUP == FILE:
            self.close()

    def _begin(self) -> None:
        # Arrow itself takes no path that is no text.
        self._stream = (self._folder / file_name(self._files)).open("xb")
        self._writer = pq.ParquetWriter(
            self._stream,
            self._schema,
            compression="none",  # landmarks hardly compress
            use_dictionary=[*TEXTS, _VISIBILITY],
            write_statistics=False,
        )
        self._files, self._groups = self._files + 1, 0


@contextmanager
def face_tables(folder: Path, layout: MeshLayout) -> Iterator[FaceTables]:
    """Give tables in a folder, whole once the block of code succeeded."""
    tables = FaceTables(folder, layout)
    try:
        yield tables
        tables.finish()
    finally:
        tables.close()
