"""Reading an ``.npz`` of anybody's: what is in it is known beforehand, or it is refused.

NumPy and zipfile believe what a file says of itself: a header that asks for 14 TiB is given them,
and a few bytes are unpacked to whatever they unpack to. Here names, sizes, packing, types and
shapes are compared with what is expected before any array is read, so that reading takes the time
and the memory of what is expected, whatever the file holds.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 20
_LARGEST_HEADER = 4096  # bytes of an array's; NumPy writes 128
_LARGEST_DIRECTORY = 1 << 16  # bytes of the archive's; ours has 100 an array
_ENCRYPTED = 0x01 | 0x40
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAGIC = b"\x93NUMPY"
# As NumPy writes them: an array of one type of numbers, or of texts.
_HEADER = re.compile(
    rb"\{'descr': '([^'\\]{1,20})', 'fortran_order': (False|True),"
    rb" 'shape': \(((?:\d{1,15},? ?)*)\),? ?\} *\n",
)
_END, _LOCATOR, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_END_SIZE, _LOCATOR_SIZE, _END64_SIZE = 22, 20, 56
# What zipfile and zlib say of bytes that are no such archive.
_NO_ARCHIVE = (
    ValueError, EOFError, IndexError, OverflowError, NotImplementedError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


Room = Callable[[tuple[int, ...], np.dtype[Any]], Any]
_NONE: Mapping[str, Room] = MappingProxyType({})


class ArchiveError(ValueError):
    """The bytes are not the archive that was expected; the message says what is first wrong."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an array may be.

    Attributes
    ----------
    types
        NumPy's short names of its types, byte order included: ``"<f4"``. ``"<U25"`` also stands for
        shorter texts.
    shapes
        Which shapes it may have.
    optional
        Whether it may be missing.
    """

    types: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    optional: bool = False

    @property
    def largest(self) -> int:
        """Bytes of the largest array that fits, its header included."""
        numbers = max(_product(shape) for shape in self.shapes)
        return numbers * max(np.dtype(name).itemsize for name in self.types) + _LARGEST_HEADER


def largest_archive(expected: Mapping[str, Expected]) -> int:
    """Return how many bytes an archive of some arrays has at most."""
    return sum(array.largest for array in expected.values()) + _LARGEST_DIRECTORY


def read_archive(
    stream: BinaryIO, expected: Mapping[str, Expected], rooms: Mapping[str, Room] = _NONE
) -> dict[str, Any]:
    """Read the arrays of an archive, each as expected and no others.

    Parameters
    ----------
    stream
        A file that can be rewound, larger than `largest_archive` or not.
    expected
        What each array may be, by its name.
    rooms
        Of some arrays what makes, of shape and type, what their rows are assigned to, in their
        order and some at a time; that is returned then. An array that is stored column by column
        is read whole nevertheless.

    Raises
    ------
    ArchiveError
        If it is not such an archive. Nothing larger than what is expected was read.
    OSError
        If the file cannot be read.
    """
    try:
        _check_size(stream, expected)
        with zipfile.ZipFile(stream) as archive:
            members = _members(archive, expected)
            return {
                name: _read_array(archive, member, expected[name], rooms.get(name, np.empty))
                for name, member in members.items()
            }
    except ArchiveError:
        raise
    except _NO_ARCHIVE as error:
        # zipfile repeats names of any length.
        raise ArchiveError(f"it is no whole .npz file ({error!s:.80})") from error


def _check_size(stream: BinaryIO, expected: Mapping[str, Expected]) -> None:
    """Refuse an archive, or a directory of one, that is larger than it can be: both are read."""
    size, largest = stream.seek(0, 2), largest_archive(expected)
    if size > largest:
        raise ArchiveError(f"it has {size} bytes, and can have {largest} at most")
    stream.seek(-min(size, _END_SIZE + _LOCATOR_SIZE + _END64_SIZE), 2)
    tail = stream.read()
    end = tail[-_END_SIZE:]
    if len(end) < _END_SIZE or not end.startswith(_END) or end[-2:] != b"\0\0":
        raise ArchiveError("it is no whole .npz file: its end is missing")
    (directory,) = struct.unpack_from("<I", end, 12)
    locator = tail[-_END_SIZE - _LOCATOR_SIZE : -_END_SIZE]
    if locator.startswith(_LOCATOR):  # of an archive of more than 4 GB
        end64 = tail[: -_END_SIZE - _LOCATOR_SIZE]
        if len(end64) < _END64_SIZE or not end64.startswith(_END64):
            raise ArchiveError("it is no whole .npz file: its end is not where it should be")
        (directory,) = struct.unpack_from("<Q", end64, 40)
    if directory > _LARGEST_DIRECTORY:
        raise ArchiveError("it lists more files than it can have")


def _members(
    archive: zipfile.ZipFile, expected: Mapping[str, Expected]
) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        if name not in expected or name == member.filename:
            raise ArchiveError(f"it holds {member.filename[:40]!a}, which does not belong there")
        if name in members:
            raise ArchiveError(f"it holds {name} twice")
        if member.flag_bits & _ENCRYPTED:
            raise ArchiveError(f"its {name} is encrypted")
        if member.compress_type not in _PACKINGS:
            raise ArchiveError(f"its {name} is packed in a way of its own")
        members[name] = member
    for name, array in expected.items():
        if name not in members and not array.optional:
            raise ArchiveError(f"it holds no {name}")
    return members


def _read_array(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, expected: Expected, room: Room
) -> Any:
    name = member.filename.removesuffix(".npy")
    with archive.open(member) as stream:
        descr, in_columns, shape = _header(name, stream.read(_LARGEST_HEADER))
        dtype = _known_type(name, descr, expected)
        if shape not in expected.shapes:
            allowed = " or ".join(map(str, expected.shapes))
            raise ArchiveError(f"expected {name} of shape {allowed}, but got {shape}")
    array = np.empty(shape[::-1], dtype) if in_columns else room(shape, dtype)
    begin = member.file_size - _product(shape) * dtype.itemsize
    with archive.open(member) as stream:
        head = stream.read(begin) if 0 < begin <= _LARGEST_HEADER else b""
        if len(head) != begin or _length(head) != begin:
            raise ArchiveError(f"its {name} has another size than its header says")
        if isinstance(array, np.ndarray):
            _fill(name, array, stream)
        else:
            _pass_on(name, array, np.empty((0, *shape[1:]), dtype), shape[0], stream)
        # At the end the check sum is compared.
        if stream.read(1):
            raise ArchiveError(f"its {name} is longer than its header says")
    return array.T if in_columns else array


def _fill(name: str, array: NDArray[Any], stream: Any) -> None:
    """Read an array's numbers."""
    room = array.reshape(-1).view(np.uint8).data
    filled = 0
    while filled < len(room):
        chunk = stream.read(min(_CHUNK, len(room) - filled))
        if not chunk:
            raise ArchiveError(f"its {name} is cut off")
        room[filled : filled + len(chunk)] = chunk
        filled += len(chunk)


def _pass_on(name: str, target: Any, like: NDArray[Any], count: int, stream: Any) -> None:
    """Read an array's numbers some rows at a time, and assign these to what takes them."""
    at_once = max(1, _CHUNK // max(1, _product(like.shape[1:]) * like.itemsize))
    for begin in range(0, count, at_once):
        rows = np.empty((min(at_once, count - begin), *like.shape[1:]), like.dtype)
        _fill(name, rows, stream)
        target[begin : begin + len(rows)] = rows


def _header(name: str, begin: bytes) -> tuple[str, bool, tuple[int, ...]]:
    """Return type, order and shape as an array's first bytes say them."""
    length = _length(begin)
    found = _HEADER.fullmatch(begin[10 if begin[6:7] == b"\x01" else 12 : length])
    if length == 0 or length > len(begin) or found is None:
        raise ArchiveError(f"its {name} does not begin as an array of plain numbers does")
    descr, in_columns, shape = found.groups()
    sizes = tuple(int(size) for size in shape.replace(b",", b" ").split())
    return descr.decode("latin-1"), in_columns == b"True" and len(sizes) > 1, sizes


def _length(begin: bytes) -> int:
    """Return how many bytes an array's header has, 0 if it is none."""
    if not begin.startswith(_MAGIC) or len(begin) < 12:
        return 0
    if begin[6] == 1:
        return 10 + int(struct.unpack_from("<H", begin, 8)[0])
    return 12 + int(struct.unpack_from("<I", begin, 8)[0]) if begin[6] in (2, 3) else 0


def _known_type(name: str, descr: str, expected: Expected) -> np.dtype[Any]:
    for allowed in expected.types:
        longest = np.dtype(allowed)
        is_text = re.fullmatch(r"<U[1-9]\d{0,3}", descr) and longest.kind == "U"
        if descr == allowed or (is_text and np.dtype(descr).itemsize <= longest.itemsize):
            return np.dtype(descr)
    allowed_names = " or ".join(str(np.dtype(each)) for each in expected.types)
    raise ArchiveError(f"expected {name} of type {allowed_names}, but got {descr!a}")


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
