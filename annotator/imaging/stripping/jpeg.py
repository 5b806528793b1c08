"""What stays of a JPEG: its tables and scans, which colours they are, and which way up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from annotator.imaging.containers import next_jpeg_marker, size_of
from annotator.imaging.errors import ImageError
from annotator.imaging.stripping.pieces import Piece, Span, minimal_exif

_CHUNK = 1 << 20
_END, _SCAN = 0xD9, 0xDA
_JFIF, _EXIF, _PROFILE, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
_NO_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
# Frames, Huffman and arithmetic tables, then scans, quantisation, lines, restarts and expansions.
_CODING = frozenset(range(0xC0, 0xD0)) - {0xC8} | frozenset(range(_SCAN, 0xE0))
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JFIF_NAME, _PROFILE_NAME, _ADOBE_NAME = b"JFIF\x00", b"ICC_PROFILE\x00", b"Adobe"
_PROFILE_HEAD, _MOST_PARTS = 14, 255  # its name, which part it is, and of how many
_BETWEEN_SCANS = frozenset[int]()  # decoders heed nothing but tables there
_JFIF_SIZE, _ADOBE_SIZE = 14, 12  # what decoders read of them; a thumbnail may follow the former


def jpeg_pieces(stream: BinaryIO, orientation: int) -> Iterator[Piece]:
    """Yield what a JPEG without its metadata is put together from.

    Orientation comes in EXIF before all other metadata, a leading JFIF segment apart: so all
    readers know it that turn images at all. Of EXIF, XMP, IPTC, comments, makers' notes, lists
    of further images and those that follow the end nothing is left.

    Raises
    ------
    ImageError
        If the file is damaged or cut off, or has stray bytes between its parts.
    """
    exif = minimal_exif(orientation)
    due = _segment(_EXIF, b"Exif\x00\x00" + exif) if exif else b""
    wanted = _with_name(stream)
    yield Span(0, 2)
    at, in_scans = 2, False
    while True:
        marker, segment = _next_segment(stream, at)
        at = segment.start + segment.length
        if marker == _END:
            if not in_scans:
                raise ImageError("the JPEG file ends before its pixels")
            yield segment
            return
        kept = _kept(stream, marker, segment, _BETWEEN_SCANS if in_scans else wanted)
        if due and (kept is None or marker != _JFIF):
            yield due
            due = b""
        if kept is not None:
            yield kept
        if marker == _SCAN:
            in_scans = True
            end = _end_of_scan(stream, at)
            yield Span(at, end - at)
            at = end


def _next_segment(stream: BinaryIO, at: int) -> tuple[int, Span]:
    """Return the marker that comes next and where its segment lies, the marker included."""
    stream.seek(at)
    marker = next_jpeg_marker(stream)
    start = stream.tell() - 2
    stream.seek(at)
    if start - at > _CHUNK or stream.read(start - at).strip(b"\xff"):
        # Decoders pass over them and warn, but of a second fault they then say nothing: a file
        # without them might be refused.
        raise ImageError("the JPEG file has stray bytes between its parts")
    stream.seek(start + 2)
    if marker == _END:
        return marker, Span(start, 2)
    length = int.from_bytes(stream.read(2), "big")
    if marker in _NO_LENGTH or length < 2 or start + 2 + length > size_of(stream):
        raise ImageError("the JPEG file is damaged or cut off")
    return marker, Span(start, 2 + length)


def _with_name(stream: BinaryIO) -> frozenset[int]:
    """Return of which markers segments may stay: of profiles only if all parts of one are there.

    Decoders complain about others, and may take the whole file for damaged.
    """
    at, parts = 2, list[bytes]()
    while True:
        marker, segment = _next_segment(stream, at)
        at = segment.start + segment.length
        if marker in (_SCAN, _END):
            break
        if marker == _PROFILE:
            stream.seek(segment.start + 4)
            head = stream.read(min(segment.length - 4, _PROFILE_HEAD))
            if head.startswith(_PROFILE_NAME) and len(parts) <= _MOST_PARTS:
                parts.append(head[len(_PROFILE_NAME) :])
    count = len(parts)
    whole = 0 < count <= _MOST_PARTS and all(
        part == bytes((number, count)) for number, part in enumerate(parts, start=1)
    )
    return frozenset((_JFIF, _ADOBE, _PROFILE) if whole else (_JFIF, _ADOBE))


def _kept(stream: BinaryIO, marker: int, segment: Span, wanted: frozenset[int]) -> Piece | None:
    """Return what stays of a segment."""
    if marker in _CODING:
        return segment
    if marker not in wanted:
        return None
    stream.seek(segment.start + 4)
    head = stream.read(min(segment.length - 4, _JFIF_SIZE))
    if marker == _PROFILE and head.startswith(_PROFILE_NAME):
        return segment
    if marker == _JFIF and head.startswith(_JFIF_NAME) and len(head) == _JFIF_SIZE:
        return _segment(_JFIF, head[: _JFIF_SIZE - 2] + bytes(2))  # a thumbnail of 0 x 0
    if marker == _ADOBE and head.startswith(_ADOBE_NAME) and len(head) >= _ADOBE_SIZE:
        return _segment(_ADOBE, head[:_ADOBE_SIZE])
    return None


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _end_of_scan(stream: BinaryIO, at: int) -> int:
    """Return where the marker is that ends the coded pixels which begin at some place."""
    stream.seek(at)
    before = b""  # the last byte may be the first one of a marker
    while data := stream.read(_CHUNK):
        found = _MARKER_IN_SCAN.search(before + data)
        if found is not None:
            return at - len(before) + found.start()
        at += len(data)
        before = data[-1:]
    raise ImageError("the JPEG image is cut off: its end is missing")
