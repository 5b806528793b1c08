"""The meshes of a track in few bytes, and back; what is read may be anybody's bytes.

Coordinates are rounded to 1/128 px, so that none is off by more than 1/256 px, and everything after
that is exact arithmetic of whole numbers: bytes written by one machine mean the same on any other.

A block of frames holds its first mesh; for each later one the affine map of space that takes the
first mesh nearest to it; and what is left, as differences from frame to frame and from vertex to
vertex. A head's motion is gone then. What remains is mostly the model's noise, which no packing
makes much smaller; Deflate codes it by how often each value comes.

The layout of the bytes, all numbers little-endian::

    version  uint8      1
    frames   uint32
    vertices uint32
    check    uint32     CRC-32 of all that follows, begun with the nine bytes before
    blocks              of 256 frames each, the last of the rest
      parts             three: first mesh, maps, rest; each a uint32 length and so many bytes:
                        a uint8 number of planes, and Deflate's stream of them

A part is int32 numbers, zigzag-coded (0, -1, 1, -2 ... as 0, 1, 2, 3 ...), first the lowest bytes
of all of them, then the next ones, as many planes of them as the largest number needs.
"""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_VERSION = 1
_HEADER = struct.Struct("<BII")
_UINT32 = struct.Struct("<I")
_STEPS = 128  # a pixel
_BLOCK = 256  # frames; so much memory is worked in, however long the track is
_MOST_FRAMES = 1 << 16  # 36 minutes at 30 frames a second; what is longer is stored in pieces
_FARTHEST = 1e6  # px
_POINT = 16  # binary digits of a map's numbers after the point

Ints = NDArray[np.int32]


class PackedMeshesError(ValueError):
    """The bytes are not the meshes that were packed; the message says what is first wrong."""


def pack_meshes(meshes: NDArray[np.floating]) -> bytes:
    """Return the meshes of a track as bytes, see `unpack_meshes`.

    Parameters
    ----------
    meshes : (k, n, 3)
        In px, of any layout; at most 65,536 of them.

    Raises
    ------
    ValueError
        If the shape is another, or a coordinate is not finite or beyond 1,000,000 px.
    """
    if meshes.ndim != 3 or meshes.shape[1] == 0 or meshes.shape[2] != 3:
        raise ValueError(f"expected meshes of shape (k, n, 3), but got {meshes.shape}")
    if len(meshes) > _MOST_FRAMES:
        raise ValueError(f"expected at most {_MOST_FRAMES} meshes, but got {len(meshes)}")
    blocks = [_packed_block(meshes[at : at + _BLOCK]) for at in range(0, len(meshes), _BLOCK)]
    body = b"".join(blocks)
    header = _HEADER.pack(_VERSION, len(meshes), meshes.shape[1])
    return header + _UINT32.pack(zlib.crc32(body, zlib.crc32(header))) + body


def unpack_meshes(
    packed: bytes, vertices: int, *, frames: int | None = None
) -> NDArray[np.float32]:
    """Return the meshes that `pack_meshes` packed, each coordinate within 1/256 px.

    Parameters
    ----------
    packed
        Anybody's bytes. No more memory is used than the meshes take that they say they are.
    vertices
        How many a mesh has, n.
    frames
        How many meshes there must be, if that is known.

    Returns
    -------
    (k, n, 3) float32

    Raises
    ------
    PackedMeshesError
        If the bytes are damaged, of a later version, or of other meshes.
    """
    count = _checked_count(packed, vertices, frames)
    parts = _parts(packed, _HEADER.size + _UINT32.size)
    blocks = [
        _unpacked_block(parts, min(_BLOCK, count - at), vertices) for at in range(0, count, _BLOCK)
    ]
    if next(parts, None) is not None:
        raise PackedMeshesError("the packed meshes are followed by bytes that are none of them")
    return np.concatenate(blocks) if blocks else np.zeros((0, vertices, 3), np.float32)


def _checked_count(packed: bytes, vertices: int, frames: int | None) -> int:
    """Return how many meshes there are, once everything that can be said before is right."""
    begin = _HEADER.size + _UINT32.size
    if len(packed) < begin:
        raise PackedMeshesError(f"packed meshes have {begin} bytes at least, not {len(packed)}")
    version, count, size = _HEADER.unpack_from(packed)
    if version != _VERSION:
        raise PackedMeshesError(
            f"the meshes are packed in version {version}, known is {_VERSION}: "
            "they are damaged, or a later facemesh-annotator wrote them"
        )
    (check,) = _UINT32.unpack_from(packed, _HEADER.size)
    if zlib.crc32(memoryview(packed)[begin:], zlib.crc32(packed[: _HEADER.size])) != check:
        raise PackedMeshesError("the packed meshes are damaged: their check sum is another")
    if size != vertices:
        raise PackedMeshesError(f"expected meshes of {vertices} vertices, but got {size}")
    if count > _MOST_FRAMES or (frames is not None and count != frames):
        expected = f"{_MOST_FRAMES} meshes at most" if frames is None else f"{frames} meshes"
        raise PackedMeshesError(f"expected {expected}, but got {count}")
    return int(count)


def _packed_block(meshes: NDArray[np.floating]) -> bytes:
    if not (np.abs(meshes) <= _FARTHEST).all():  # a NaN is not, either
        raise ValueError(
            f"expected coordinates up to {_FARTHEST:.0f} px, but some are NaN or beyond"
        )
    whole = np.rint(meshes.astype(np.float64) * _STEPS).astype(np.int32)
    maps = _maps(whole)
    rest = whole[1:] - _mapped(whole[0], maps)
    rest = np.diff(np.diff(rest, axis=0, prepend=np.int32(0)), axis=1, prepend=np.int32(0))
    first = np.diff(whole[0], axis=0, prepend=np.int32(0))
    maps = np.diff(maps, axis=0, prepend=np.int32(0))
    # The numbers of one vertex and axis are alike: they lie together.
    return b"".join(_packed_part(part.T) for part in (first, maps, rest))


def _unpacked_block(parts: Iterator[bytes], count: int, vertices: int) -> NDArray[np.float32]:
    first = np.cumsum(_next_part(parts, (3, vertices)).T, axis=0, dtype=np.int32)
    maps = np.cumsum(_next_part(parts, (3, 4, count - 1)).T, axis=0, dtype=np.int32)
    rest = _next_part(parts, (3, vertices, count - 1))
    np.cumsum(rest, axis=1, out=rest)
    np.cumsum(rest, axis=2, out=rest)
    whole = np.empty((count, vertices, 3), np.int32)
    whole[0] = first
    np.add(rest.T, _mapped(first, maps), out=whole[1:])
    return (whole / np.float32(_STEPS)).astype(np.float32)


def _maps(whole: Ints) -> Ints:
    """Return for each mesh but the first the map of the first one to it, (k - 1, 4, 3).

    Least squares; three rows of the linear part, of which 16 binary digits are behind the point,
    and one of the shift. Any numbers would do: what they get wrong is in the rest.
    """
    points = _around_middle(whole[0]).astype(np.float64)
    points = np.column_stack([points, np.ones(len(points))])
    solution = np.linalg.pinv(points) @ whole[1:].astype(np.float64)
    solution[:, :3] *= 1 << _POINT
    most = np.iinfo(np.int32).max
    return np.asarray(np.rint(solution).clip(-most, most), np.int32)


def _mapped(first: Ints, maps: Ints) -> Ints:
    """Return the first mesh as each map takes it, (k - 1, n, 3); it may wrap round, both ways."""
    linear = np.einsum("va,kab->kvb", _around_middle(first), maps[:, :3].astype(np.int64))
    return np.asarray(((linear + (1 << _POINT - 1)) >> _POINT) + maps[:, 3:], np.int64).astype(
        np.int32
    )


def _around_middle(first: Ints) -> NDArray[np.int64]:
    """Return a mesh around its middle: far from the image's corner maps need more digits."""
    points = first.astype(np.int64)
    return np.asarray(points - points.sum(axis=0) // len(points))


def _packed_part(numbers: Ints) -> bytes:
    """Return a part: its numbers in planes of bytes, in Deflate."""
    flat = np.ascontiguousarray(numbers).reshape(-1)
    coded = ((flat << 1) ^ (flat >> 31)).view(np.uint32)
    count = -(-int(coded.max(initial=0)).bit_length() // 8)
    planes = coded.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :count]
    # Runs and single bytes: longer repetitions there are none in noise, and to look for them
    # takes four times as long.
    deflate = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    packed = deflate.compress(np.ascontiguousarray(planes.T).tobytes()) + deflate.flush()
    return _UINT32.pack(1 + len(packed)) + bytes([count]) + packed


def _parts(packed: bytes, at: int) -> Iterator[bytes]:
    while at < len(packed):
        length = _UINT32.unpack_from(packed, at)[0] if at + _UINT32.size <= len(packed) else 0
        at += _UINT32.size
        if length == 0 or at + length > len(packed):
            raise PackedMeshesError("the packed meshes are cut off")
        yield packed[at : at + length]
        at += length


def _next_part(parts: Iterator[bytes], shape: tuple[int, ...]) -> Ints:
    """Return the numbers of the next part; never is more unpacked than they are."""
    part = next(parts, None)
    if part is None:
        raise PackedMeshesError("the packed meshes are cut off")
    size = int(np.prod(shape))
    count = part[0]
    if count > 4:
        raise PackedMeshesError(f"expected numbers of 4 bytes at most, but got {count}")
    planes = np.zeros((size, 4), np.uint8)
    planes[:, :count] = _inflated(part, count * size).reshape(count, size).T
    coded = planes.view("<u4").astype(np.uint32).reshape(shape)
    return ((coded >> 1) ^ -(coded & 1)).view(np.int32)


def _inflated(part: bytes, size: int) -> NDArray[np.uint8]:
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(memoryview(part)[1:], size + 1)
    except zlib.error as error:
        raise PackedMeshesError(f"the packed meshes are damaged ({error!s:.80})") from error
    if len(content) != size or not inflate.eof or inflate.unused_data:
        raise PackedMeshesError("the packed meshes hold more or fewer numbers than they say")
    return np.frombuffer(content, np.uint8)
