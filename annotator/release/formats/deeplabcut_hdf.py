"""Labels as HDF5, as pandas' ``read_hdf`` reads a frame, a row at a time and always the same bytes.

pandas itself would write the time of day into the file, and wants the whole frame in memory.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.release.errors import ExportError

KEY = "df_with_missing"
"""What DeepLabCut calls the frame."""

_CHUNK = 1 << 16  # numbers
_ROWS = 1024  # of an index, in one piece
_NOT_INSTALLED = (
    "DeepLabCut's files are HDF5, which takes PyTables: pip install 'facemesh-annotator[formats]'"
)


def _is_text(path: Path) -> bool:
    """Whether HDF5, which knows names as UTF-8 only, can open a path."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


class LabelFile:
    """A file of labels, to be entered and appended to.

    Parameters
    ----------
    path
        Made new.
    levels
        Of the columns: the name of each level with its values, from the one that changes slowest to
        the one that changes fastest; every combination is a column.
    longest
        How many bytes the longest name of a file has.
    """

    def __init__(
        self, path: Path, levels: Sequence[tuple[str, Sequence[str]]], longest: int
    ) -> None:
        self._path, self._levels, self._longest = path, levels, longest
        self._places: list[str] | None = None

    @staticmethod
    def check_library() -> None:
        """Raise `ExportError` if PyTables is not installed."""
        if find_spec("tables") is None:
            raise ExportError(_NOT_INSTALLED)

    def __enter__(self) -> LabelFile:
        import tables  # noqa: PLC0415 - slow to import, and not installed everywhere

        self._aside = None if _is_text(self._path) else TemporaryDirectory()
        path = Path(self._aside.name, "labels.h5") if self._aside else self._path
        self._file = tables.open_file(str(path), "w")
        self._group = self._file.create_group("/", KEY)
        self._state_kind()
        for axis in ("axis0", "block0_items"):
            self._write_columns(axis)
        columns = int(np.prod([len(values) for _, values in self._levels]))
        float64, int32 = tables.Float64Atom(), tables.Int32Atom()
        rows = max(1, _CHUNK // columns)
        self._values = self._growing("block0_values", float64, (0, columns), (rows, columns))
        self._names = self._growing(
            "axis1_level2", tables.StringAtom(itemsize=self._longest), (0,), (_ROWS,)
        )
        self._names._v_attrs.kind = "string"
        self._codes = [
            self._growing(f"axis1_label{level}", int32, (0,), (_ROWS,)) for level in range(3)
        ]
        self._count = 0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if self._aside is not None:
            shutil.copyfile(Path(self._aside.name, "labels.h5"), self._path)
            self._aside.cleanup()

    def append(self, place: tuple[str, str, str], values: NDArray[np.float64]) -> None:
        """Add a row: the folder of folders, the folder and the file's name, and its numbers."""
        *folders, name = place
        if self._places is None:
            self._places = folders
            for level, folder in enumerate(folders):
                self._fixed_text(f"axis1_level{level}", [folder])
        if folders != self._places:
            raise ValueError(f"expected a row of {self._places}, but got one of {folders}")
        self._names.append(np.array([name.encode()], f"S{self._longest}"))
        self._values.append(values[np.newaxis])
        for codes, code in zip(self._codes, (0, 0, self._count), strict=True):
            codes.append(np.array([code], np.int32))
        self._count += 1

    def _state_kind(self) -> None:
        attributes = self._group._v_attrs
        attributes.pandas_type = "frame"
        attributes.pandas_version = "0.15.2"  # of how frames are laid out in files, ever since
        attributes.encoding, attributes.errors = "UTF-8", "strict"
        attributes.ndim, attributes.nblocks = 2, 1
        for axis, count in (
            ("axis0", len(self._levels)),
            ("axis1", 3),
            ("block0_items", len(self._levels)),
        ):
            setattr(attributes, f"{axis}_variety", "multi")
            setattr(attributes, f"{axis}_nlevels", count)

    def _write_columns(self, axis: str) -> None:
        counts = [len(values) for _, values in self._levels]
        grid = np.indices(counts, np.int32).reshape(len(counts), -1)
        for level, ((name, values), codes) in enumerate(zip(self._levels, grid, strict=True)):
            self._fixed_text(f"{axis}_level{level}", values)._v_attrs.name = name
            self._fixed(f"{axis}_label{level}", np.ascontiguousarray(codes))

    def _fixed_text(self, name: str, values: Sequence[str]) -> Any:
        array = self._fixed(name, np.array([value.encode() for value in values]))
        array._v_attrs.kind = "string"
        return array

    def _fixed(self, name: str, values: NDArray[Any]) -> Any:
        array = self._file.create_array(self._group, name, values, track_times=False)
        array._v_attrs.transposed = True
        return array

    def _growing(self, name: str, atom: Any, shape: tuple[int, ...], chunk: tuple[int, ...]) -> Any:
        array = self._file.create_earray(
            self._group, name, atom, shape, chunkshape=chunk, byteorder="little", track_times=False
        )
        array._v_attrs.transposed = True
        return array
