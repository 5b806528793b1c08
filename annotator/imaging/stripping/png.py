"""What stays of a PNG: the chunks of its pixels and colours, and which way up."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from annotator.imaging.containers import size_of
from annotator.imaging.errors import ImageError
from annotator.imaging.stripping.pieces import Piece, Span, minimal_exif

_FRAME = 12  # bytes around a chunk's data: its length, its kind, its checksum
# How long those may be that decide what the pixels are: longer or doubled ones are nobody's.
_PIXELS = {b"IHDR": 13, b"PLTE": 768, b"tRNS": 256, b"sBIT": 4}
# Those that say how colours are meant and how large a pixel is, of which lengths.
_COLOURS = {
    b"gAMA": (4,), b"cHRM": (32,), b"sRGB": (1,), b"cICP": (4,), b"pHYs": (9,), b"bKGD": (1, 2, 6),
}  # fmt: skip
_ONCE = frozenset((*_PIXELS, *_COLOURS, b"iCCP"))
_LONGEST_PROFILE = 1 << 24
_PROFILE_NAME = b"ICC profile\x00"


def png_pieces(stream: BinaryIO, orientation: int) -> Iterator[Piece]:
    """Yield what a PNG without its metadata is put together from.

    Orientation comes in ``eXIf`` before the pixels. A colour profile loses its name. Texts, times,
    the frames of an animation but the first and what follows the end are left out.

    Raises
    ------
    ImageError
        If the file is damaged, cut off, or has parts that decide what its pixels are and of
        which readers would have to choose one.
    """
    exif = minimal_exif(orientation)
    due = _chunk(b"eXIf", exif) if exif else b""
    yield Span(0, 8)
    at, seen = 8, set[bytes]()
    while True:
        kind, chunk = _next_chunk(stream, at)
        at = chunk.start + chunk.length
        length = chunk.length - _FRAME
        if kind == b"IDAT":
            if due:
                yield due
                due = b""
            yield chunk
        elif kind == b"IEND":
            yield _chunk(kind, b"")
            return
        elif kind in _PIXELS:
            if kind in seen or length > _PIXELS[kind]:
                raise ImageError(f"the PNG file has a chunk {kind.decode()} that is damaged")
            yield chunk
        elif kind == b"iCCP" and kind not in seen and length <= _LONGEST_PROFILE:
            yield _nameless(stream, chunk)
        elif length in _COLOURS.get(kind, ()) and kind not in seen:
            yield chunk
        elif kind[:1].isupper():
            raise ImageError("the PNG file has a part that nobody knows, and cannot do without it")
        if kind in _ONCE:
            seen.add(kind)


def _next_chunk(stream: BinaryIO, at: int) -> tuple[bytes, Span]:
    stream.seek(at)
    head = stream.read(8)
    length = _FRAME + int.from_bytes(head[:4], "big")
    if len(head) < 8 or at + length > size_of(stream):
        raise ImageError("the PNG image is cut off: its end is missing")
    return head[4:], Span(at, length)


def _nameless(stream: BinaryIO, chunk: Span) -> bytes:
    """Return a chunk with a colour profile, which has a name, under one that all have."""
    stream.seek(chunk.start + 8)
    _, _, packed = stream.read(chunk.length - _FRAME).partition(b"\x00")
    return _chunk(b"iCCP", _PROFILE_NAME + packed) if packed else b""


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + checksum
