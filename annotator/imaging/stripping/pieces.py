"""What a file is put together from: parts of another one, and bytes of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from annotator.imaging.containers import size_of
from annotator.imaging.errors import ImageError
from annotator.imaging.exif import UPRIGHT

_CHUNK = 1 << 20


class Span(NamedTuple):
    """So many bytes of a file, from one on."""

    start: int
    length: int


Piece = bytes | Span


def minimal_exif(orientation: int) -> bytes:
    """Return EXIF data that states an orientation and nothing else; empty for an upright image.

    One entry of one SHORT, big-endian, as every reader takes it that turns images.
    """
    if orientation == UPRIGHT:
        return b""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def are_whole(stream: BinaryIO, pieces: Iterable[Piece]) -> bool:
    """Whether pieces, put together, are the file that they are of, byte for byte."""
    at = 0
    for piece in pieces:
        if not _comes_at(stream, at, piece):
            return False
        at += _length(piece)
    return at == size_of(stream)


def write_changed(stream: BinaryIO, pieces: Iterable[Piece], target: Path) -> bool:
    """Write a new file of pieces unless they are all of the old one; return whether.

    Raises
    ------
    ImageError
        If the file ends before a piece does, or what makes the pieces raises it; the target is
        removed.
    """
    same = 0  # bytes from the beginning that stay as they are: copied once something does not
    out: BinaryIO | None = None
    try:
        with ExitStack() as files:
            for piece in pieces:
                if out is None and _comes_at(stream, same, piece):
                    same += _length(piece)
                    continue
                if out is None:
                    out = files.enter_context(target.open("xb"))
                    _copy(stream, Span(0, same), out)
                _copy(stream, piece, out)
            if out is None and same != size_of(stream):
                out = files.enter_context(target.open("xb"))
                _copy(stream, Span(0, same), out)
    except ImageError:
        if out is not None:
            target.unlink()
        raise
    return out is not None


def _comes_at(stream: BinaryIO, at: int, piece: Piece) -> bool:
    """Whether a piece is what the file has at some place."""
    if isinstance(piece, Span):
        return piece.start == at
    stream.seek(at)
    return stream.read(len(piece)) == piece


def _length(piece: Piece) -> int:
    return piece.length if isinstance(piece, Span) else len(piece)


def _copy(stream: BinaryIO, piece: Piece, out: BinaryIO) -> None:
    if isinstance(piece, bytes):
        out.write(piece)
        return
    stream.seek(piece.start)
    left = piece.length
    while left:
        data = stream.read(min(left, _CHUNK))
        if not data:
            raise ImageError("the file is cut off")
        out.write(data)
        left -= len(data)
