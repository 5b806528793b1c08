"""NumPy arrays and a Parquet table."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from annotator.mesh.array_archive import ArchiveError, Expected, largest_archive, read_archive
from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block
from annotator.release.formats.definition import Format, Rows
from annotator.release.glances import Room, kept
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import Meshes, all_visible

if TYPE_CHECKING:
    from annotator.release.parquet import TableSpool

ARRAYS = "release.npz"
TABLE = "samples.parquet"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can state
_CHUNK = 1 << 20
_MESHES = ("landmarks", "predictions", "visibility")


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``release.npz`` and ``samples.parquet``; rows correspond."""
    with recording(folder, layout) as record:
        for block in blocks:
            record.append(block)


@contextmanager
def recording(folder: Path, layout: MeshLayout) -> Iterator["Recorder"]:
    """Give what blocks are appended to; the files are there once the block of code succeeded."""
    from annotator.release.parquet import spooled_table  # noqa: PLC0415 - slow to import

    with ExitStack() as stack:

        def rows(dtype: DTypeLike, *shape: int) -> "_Rows":
            return _Rows(stack.enter_context(tempfile.TemporaryFile(dir=folder)), dtype, shape)

        arrays = {
            "landmarks": rows(np.float32, layout.count, 3),
            "predictions": rows(np.float32, layout.count, 3),
            "visibility": rows(np.uint8, layout.count),
            "sample_ids": rows(np.int64),
        }
        table = stack.enter_context(spooled_table(folder))
        yield Recorder(arrays, table)
        _write_arrays(folder / ARRAYS, arrays)
        table.write(folder / TABLE)


class Recorder:
    """Takes the blocks of a release, in order, and keeps them on the disk."""

    def __init__(self, arrays: Mapping[str, "_Rows"], table: "TableSpool") -> None:
        self._arrays = arrays
        self._table = table

    def append(self, block: Block) -> None:
        """Add samples behind the others."""
        self._arrays["landmarks"].extend(block.landmarks)
        self._arrays["predictions"].extend(block.predictions)
        self._arrays["visibility"].extend(block.visibility)
        self._arrays["sample_ids"].extend([row["sample_id"] for row in block.rows])
        self._table.extend(block.rows)

    def passing(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Hand blocks on to somebody else who writes them, and append each."""
        for block in blocks:
            self.append(block)
            yield block


def read(files: ListedFiles, layout: MeshLayout, rows: Rows, room: Room = kept) -> Meshes:
    """Return what `write` wrote; releases of earlier versions say nothing about visibility."""
    from annotator.release.parquet import check_table, largest_table  # noqa: PLC0415 - slow

    expected = _expected(layout, len(rows))
    with files.open(ARRAYS, largest_archive(expected)) as stream:
        try:
            arrays = read_archive(stream, expected, dict.fromkeys(_MESHES, room))
        except ArchiveError as error:
            raise files.damaged(ARRAYS, f"is damaged: {error}") from error
    wrong = np.flatnonzero(arrays["sample_ids"] != [row["sample_id"] for row in rows])
    if len(wrong):
        raise files.damaged(ARRAYS, f"is of other samples than the manifest, in row {wrong[0]}")
    with files.open(TABLE, largest_table(rows)) as stream:
        wrong_table = check_table(stream, rows)
    if wrong_table:
        raise files.damaged(TABLE, wrong_table)
    visibility = arrays["visibility"] if "visibility" in arrays else all_visible(rows, layout, room)
    return Meshes(arrays["landmarks"], arrays["predictions"], visibility)


def _expected(layout: MeshLayout, count: int) -> dict[str, Expected]:
    points = Expected(("<f4",), ((count, layout.count, 3),))
    return {
        "landmarks": points,
        "predictions": points,
        "visibility": Expected(("|u1",), ((count, layout.count),), optional=True),
        "sample_ids": Expected(("<i8",), ((count,),)),
    }


class _Rows:
    """An array whose rows are on the disk until it is known how many they are."""

    def __init__(self, stream: IO[bytes], dtype: DTypeLike, shape: tuple[int, ...]) -> None:
        self._stream = stream
        self._dtype = np.dtype(dtype)
        self._shape = shape
        self._count = 0

    def extend(self, rows: ArrayLike) -> None:
        values = np.asarray(rows, self._dtype)
        if values.shape[1:] != self._shape:
            raise ValueError(f"expected rows of shape {self._shape}, but got {values.shape[1:]}")
        self._stream.write(values.tobytes())
        self._count += len(values)

    def write_npy(self, target: IO[bytes]) -> None:
        header = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._count, *self._shape),
        }
        np.lib.format.write_array_header_1_0(target, header)
        self._stream.seek(0)
        shutil.copyfileobj(self._stream, target, _CHUNK)


def _write_arrays(path: Path, arrays: Mapping[str, _Rows]) -> None:
    """Write an ``.npz`` whose bytes depend on its arrays alone.

    Stored and not compressed: landmarks hardly compress, and compressors differ.
    """
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            member.external_attr = 0o644 << 16
            with archive.open(member, "w", force_zip64=True) as stream:
                array.write_npy(stream)


FORMAT = Format(
    "npz",
    "NPZ arrays + Parquet table",
    write,
    read,
    keeps="everything, landmarks and predictions to the last bit",
)
