"""``tf.train.Example`` and the records of TFRecord, without TensorFlow.

An Example is a Protocol Buffers message (``tensorflow/core/example/example.proto``): a map from
names to lists of bytes, float32 or int64. A record is its length and its bytes, each followed by a
masked CRC-32C (``tensorflow/core/lib/io/record_writer.h``).
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Feature = Sequence[bytes] | Sequence[int] | Sequence[float] | NDArray[np.float32]
"""Values of one kind; an array for float32."""
Crc32c = Callable[[bytes], int]

_BYTES, _FLOATS, _INTEGERS = 1, 2, 3  # the fields of a Feature
_MASK = 0xA282EAD8


def example(features: Mapping[str, Feature]) -> bytes:
    """Return an Example, with its features by name."""
    entries = (
        _field(1, _field(1, name.encode()) + _field(2, _feature(features[name])))
        for name in sorted(features)
    )
    return _field(1, b"".join(entries))


def record(content: bytes, crc32c: Crc32c) -> bytes:
    """Return a record of TFRecord."""
    length = struct.pack("<Q", len(content))
    return b"".join((length, _checksum(length, crc32c), content, _checksum(content, crc32c)))


def _checksum(content: bytes, crc32c: Crc32c) -> bytes:
    crc = crc32c(content)
    rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + _MASK) & 0xFFFFFFFF)


def _feature(values: Feature) -> bytes:
    if isinstance(values, np.ndarray):
        return _field(_FLOATS, _field(1, values.astype("<f4").tobytes()))
    if all(isinstance(value, bytes) for value in values):
        return _field(_BYTES, b"".join(_field(1, value) for value in _as_bytes(values)))
    if all(isinstance(value, int) for value in values):
        return _field(_INTEGERS, _field(1, b"".join(map(_varint, _as_integers(values)))))
    return _feature(np.array(values, np.float32))


def _as_bytes(values: Iterable[object]) -> Iterable[bytes]:
    return (value for value in values if isinstance(value, bytes))


def _as_integers(values: Iterable[object]) -> Iterable[int]:
    return (value for value in values if isinstance(value, int))


def _field(number: int, content: bytes) -> bytes:
    """Return a field whose content has a length, as texts, messages and packed numbers have."""
    return b"".join((_varint(number << 3 | 2), _varint(len(content)), content))


def _varint(value: int) -> bytes:
    """Return a number in groups of 7 bits, the lowest first; a negative one as 64 bits."""
    rest = value & 0xFFFFFFFFFFFFFFFF
    groups = bytearray()
    while rest > 0x7F:
        groups.append(rest & 0x7F | 0x80)
        rest >>= 7
    groups.append(rest)
    return bytes(groups)
