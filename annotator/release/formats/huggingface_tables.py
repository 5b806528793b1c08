"""Parquet files for Hugging Face's `datasets`; slow to import, and imported where they are written.

What its features are is said in the schema's metadata, as `datasets` says it. ``Sequence`` is what
its versions before 4 call a list, and what later ones take for one, too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.release.formats.membership import held_at, split_of
from annotator.release.parquet import SCHEMA, column_of
from annotator.release.per_image import ImageFaces
from annotator.system.regular import open_regular

GROUP = 1 << 24
"""Bytes of images after which rows are written."""
FILE = 1 << 29
"""Bytes of images after which a file is ended."""
_ROWS = 256  # in a group at most: small crops are many
_FACES = 2048  # after which rows are written: 24 MB of meshes, for which Arrow takes 100
_SPLIT, _FILE = "split", "image_file"
# What is of the image, and not of each of its faces.
_OF_IMAGE = frozenset(
    {
        *(name for name in SCHEMA.names if name.startswith(("image_", "crop_"))),
        *("clip_name", "clip_sha256", "clip_frame", "clip_time"),
        *("subject", "group", "licence", "consent", "source"),
    }
)
_ARRAYS: Mapping[str, pa.DataType] = MappingProxyType(
    {"landmarks": pa.float32(), "predictions": pa.float32(), "visibility": pa.uint8()}
)
_Column = tuple[pa.Field, dict[str, Any]]
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


class ImageTables:
    """Tables of the splits, which grow by an image at a time.

    Parameters
    ----------
    folder
        Exists.
    layout
    """

    def __init__(self, folder: Path, layout: MeshLayout) -> None:
        self._folder = folder
        self._schema = schema_of(layout)
        self._tables: dict[str, _Table] = {}

    def append(self, image: ImageFaces) -> None:
        """Add a row for an image and its faces."""
        split = split_of(image.row)
        if split not in self._tables:
            self._tables[split] = _Table(self._folder, split, self._schema)
        self._tables[split].append(image)

    def finish(self) -> None:
        """Write what is left, and call the files what says how many they are."""
        for table in self._tables.values():
            table.finish()

    def close(self) -> None:
        """Close all files, whether they are whole or not."""
        for table in self._tables.values():
            table.close()


@contextmanager
def image_tables(folder: Path, layout: MeshLayout) -> Iterator[ImageTables]:
    """Give tables in a new folder, whole once the block of code succeeded."""
    folder.mkdir()
    tables = ImageTables(folder, layout)
    try:
        yield tables
        tables.finish()
    finally:
        tables.close()


class _Table:
    """The files of a split."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema) -> None:
        self._folder, self._split, self._schema = folder, split, schema
        self._files: list[Path] = []
        self._stream: IO[bytes] | None = None
        self._writer: pq.ParquetWriter | None = None
        self._rows: list[pa.RecordBatch] = []
        self._waiting = self._written = self._faces = 0

    def append(self, image: ImageFaces) -> None:
        content = _content(image)
        self._rows.append(_row(image, content, self._schema))
        self._waiting += len(content or b"")
        self._faces += len(image.faces)
        if self._waiting >= GROUP or len(self._rows) == _ROWS or self._faces >= _FACES:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self.close()
        for number, path in enumerate(self._files):
            name = f"{self._split}-{number:05d}-of-{len(self._files):05d}.parquet"
            path.rename(self._folder / name)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None:
            self._files.append(self._folder / f"{self._split}-{len(self._files):05d}")
            self._stream = self._files[-1].open("xb")  # Arrow itself takes no name that is no text
            self._writer = pq.ParquetWriter(
                self._stream,
                self._schema,
                compression="none",  # images are packed already, and landmarks hardly can be
                use_dictionary=False,
                write_statistics=False,  # of images: the footer would hold two of them
            )
        table = pa.Table.from_batches(self._rows, self._schema).combine_chunks()
        self._writer.write_table(table, row_group_size=len(table))
        self._written += self._waiting
        self._rows, self._waiting, self._faces = [], 0, 0
        if self._written >= FILE:
            self.close()
            self._written = 0


def _content(image: ImageFaces) -> bytes | None:
    path = held_at(image.image)
    if path is None:
        return None
    with open_regular(path) as stream:
        return stream.read()


def _row(image: ImageFaces, content: bytes | None, schema: pa.Schema) -> pa.RecordBatch:
    rows = [face.row for face in image.faces]
    arrays: Mapping[str, Sequence[NDArray[Any]]] = {
        "landmarks": [face.landmarks for face in image.faces],
        "predictions": [face.prediction for face in image.faces],
        "visibility": [face.visibility for face in image.faces],
    }
    width, height = image.size
    own = {"image": [_shown(image, content)], "width": [width], "height": [height]}
    columns = []
    for field in schema:
        if field.name in own:
            columns.append(pa.array(own[field.name], field.type))
        elif field.name in arrays:
            columns.append(_listed(_array(np.stack(arrays[field.name])), field.type))
        elif field.name in _OF_IMAGE:
            columns.append(column_of(field.name, rows[:1]))
        else:
            columns.append(_listed(column_of(field.name, rows), field.type))
    return pa.record_batch(columns, schema=schema)


def _shown(image: ImageFaces, content: bytes | None) -> dict[str, Any] | None:
    """Return what `datasets` opens; None where the release has no image."""
    return None if content is None else {"bytes": content, "path": image.name}


def _array(values: NDArray[Any]) -> pa.Array:
    """Return an array of numpy as lists of fixed size, one for each of its axes but the first."""
    made = pa.array(values.ravel())
    for length in reversed(values.shape[1:]):
        made = pa.FixedSizeListArray.from_arrays(made, length)
    return made


def _listed(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return a column of one row that holds all of the values."""
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values, type=kind)


def schema_of(layout: MeshLayout) -> pa.Schema:
    """Return the columns, with what they are for `datasets`."""
    columns = [_image(), _single("width", pa.int32()), _single("height", pa.int32())]
    for name, kind in _ARRAYS.items():
        lengths = (layout.count,) if name == "visibility" else (3, layout.count)
        columns.append(_of_faces(name, kind, lengths))
    for field in SCHEMA:
        if field.name in _OF_IMAGE - {_FILE}:
            columns.append(_single(field.name, field.type))
        elif field.name not in (_SPLIT, _FILE):
            columns.append(_of_faces(field.name, field.type))
    features = {field.name: feature for field, feature in columns}
    said = json.dumps({"info": {"features": features}})
    return pa.schema([field for field, _ in columns], metadata={"huggingface": said})


def _image() -> _Column:
    return pa.field("image", _IMAGE), {"_type": "Image"}


def _single(name: str, kind: pa.DataType) -> _Column:
    return pa.field(name, kind), _value(kind)


def _of_faces(name: str, kind: pa.DataType, lengths: Sequence[int] = ()) -> _Column:
    """Return a column of lists: an item for each face, itself of lists of these lengths."""
    feature = _value(kind)
    for length in (*lengths, -1):
        kind = pa.list_(pa.field("item", kind), length)
        feature = {"feature": feature, "length": length, "_type": "Sequence"}
    return pa.field(name, kind), feature


def _value(kind: pa.DataType) -> dict[str, Any]:
    """Return a feature of single values; `datasets` has names of its own for some types."""
    names = {"float": "float32", "double": "float64"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}
