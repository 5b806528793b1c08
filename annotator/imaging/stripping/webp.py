"""What stays of a WebP: its picture, with its transparency and colours, and which way up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from annotator.imaging.containers import size_of
from annotator.imaging.errors import ImageError
from annotator.imaging.stripping.pieces import Piece, Span, minimal_exif

_ANIMATED, _EXIF, _TRANSPARENT, _PROFILE = 0x02, 0x08, 0x10, 0x20  # flags of an extended file
_EXTENDED = 10  # bytes that say so
_PICTURE = frozenset((b"VP8 ", b"VP8L"))
_KEPT = frozenset((b"VP8X", b"ICCP", b"ALPH", *_PICTURE))


def webp_pieces(stream: BinaryIO, orientation: int) -> Iterator[Piece]:
    """Yield what a WebP without its metadata is put together from.

    Raises
    ------
    ImageError
        If the file is damaged, cut off, or an animation.
    """
    chunks = _chunks(stream)
    if b"VP8X" in chunks:
        extended = _extended(stream, chunks, orientation)
    elif _PICTURE.isdisjoint(chunks):
        raise ImageError("the WebP file holds no picture")
    else:
        extended = b""
        chunks = {kind: chunk for kind, chunk in chunks.items() if kind in _PICTURE}
    exif = minimal_exif(orientation) if extended else b""
    parts: list[Piece] = [extended] if extended else []
    for kind in (b"ICCP", b"ALPH", b"VP8 ", b"VP8L"):
        if kind in chunks:
            parts.append(chunks[kind])
            if chunks[kind].length % 2:
                parts.append(b"\x00")
    if exif:
        parts.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif)
    size = sum(part.length if isinstance(part, Span) else len(part) for part in parts)
    yield b"RIFF" + (size + 4).to_bytes(4, "little") + b"WEBP"
    yield from parts


def _chunks(stream: BinaryIO) -> dict[bytes, Span]:
    """Return where the first chunk of each kind lies that a picture needs, its head included."""
    stream.seek(4)
    end = 8 + int.from_bytes(stream.read(4), "little")
    if end > size_of(stream):
        raise ImageError("the WebP image is cut off: its end is missing")
    at, found = 12, dict[bytes, Span]()
    while at + 8 <= end:
        stream.seek(at)
        head = stream.read(8)
        length = int.from_bytes(head[4:], "little")
        if at + 8 + length > end:
            raise ImageError("the WebP image is cut off: its end is missing")
        if head[:4] in _KEPT:
            found.setdefault(head[:4], Span(at, 8 + length))
        at += 8 + length + length % 2
    return found


def _extended(stream: BinaryIO, chunks: dict[bytes, Span], orientation: int) -> bytes:
    """Return the chunk that announces what an extended file holds, true of what stays."""
    place = chunks[b"VP8X"]
    stream.seek(place.start + 8)
    said = stream.read(_EXTENDED)
    if len(said) < _EXTENDED or place.length < 8 + _EXTENDED:
        raise ImageError("the WebP header is damaged or cut off")
    if said[0] & _ANIMATED or _PICTURE.isdisjoint(chunks):
        raise ImageError("the metadata of an animation cannot be taken out")
    flags = said[0] & _TRANSPARENT
    flags |= _PROFILE if b"ICCP" in chunks else 0
    flags |= _EXIF if minimal_exif(orientation) else 0
    head = b"VP8X" + _EXTENDED.to_bytes(4, "little")
    return head + bytes((flags, 0, 0, 0)) + said[4:]
