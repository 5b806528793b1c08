"""Headers of PNG files, walked chunk by chunk without decoding a pixel."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from annotator.imaging.containers import Header
from annotator.imaging.depth import Depth
from annotator.imaging.errors import ImageError
from annotator.imaging.exif import orientation_of

_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_ABOUT = frozenset((*_TEXT_CHUNKS, b"iCCP", b"eXIf"))
_RAW_EXIF, _XMP = b"Raw profile type exif", b"XML:com.adobe.xmp"
# More than any orientation needs; a text that unpacks to gigabytes is a trap.
_MAX_TEXT = 1 << 20


def read_png(stream: BinaryIO) -> Header:
    """Walk the chunks to the end: the orientation may come after the pixels."""
    stream.seek(8)
    head = stream.read(17)
    if len(head) < 17 or head[4:8] != b"IHDR":
        raise ImageError("the PNG header is damaged or cut off")
    width, height = struct.unpack(">II", head[8:16])
    stream.seek(8)
    notes, complete = _Notes(), False
    while not complete and len(chunk := stream.read(8)) == 8:
        length, kind = int.from_bytes(chunk[:4], "big"), chunk[4:]
        if kind == b"IEND":
            complete = chunk + stream.read(4) == _END
            break
        start = stream.tell()
        notes.take(kind, length, stream)
        stream.seek(start + length + 4)  # 4: the checksum
    depth = Depth(16, significant=notes.significant) if head[16] == 16 else None
    return Header("PNG", width, height, notes.orientation, complete=complete, depth=depth)


@dataclass
class _Notes:
    """What the chunks say about the image that comes first.

    Attributes
    ----------
    significant
        Bits of a sample that mean something; None if unsaid.
    """

    significant: int | None = None
    _exif: bytes | None = None
    _texts: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    _in_pixels: bool = False
    _done: bool = False

    @property
    def orientation(self) -> int:
        """How the image is to be turned, by the same chunks that Pillow asks."""
        exif = self._exif if self._exif is not None else _unspelt(self._text(_RAW_EXIF))
        return orientation_of(exif, self._text(_XMP))

    def take(self, kind: bytes, length: int, stream: BinaryIO) -> None:
        """Look at a chunk whose data comes next."""
        self._in_pixels |= kind == b"IDAT"
        self._done |= self._in_pixels and kind == b"fcTL"  # the next frame of an animation
        if self._done:
            return
        if kind == b"eXIf":
            self._exif = stream.read(length)
        elif kind == b"sBIT":  # one number for each colour, and one for its transparency
            numbers = stream.read(min(length, 4))[:3]
            self.significant = max(numbers, default=0) or None
        elif kind in _TEXT_CHUNKS:
            keyword, _, rest = stream.read(length).partition(b"\x00")
            if kind == b"tEXt" and keyword == b"exif":
                self._exif = rest
            elif keyword in (_RAW_EXIF, _XMP):
                # Unpacked when it is asked for: of thousands the last one counts.
                self._texts[keyword] = kind, rest

    def _text(self, keyword: bytes) -> bytes | None:
        return _text(*self._texts[keyword]) if keyword in self._texts else None


def pixels_only(stream: BinaryIO) -> BinaryIO:
    """Return a PNG file without what says nothing of its pixels: texts, profiles, EXIF.

    Decoders unpack all of it, and refuse the whole file for one that is longer than they like.

    Returns
    -------
    BinaryIO
        At its beginning; the same one where there is nothing to leave out.
    """
    parts = list(_parts_of_pixels(stream))
    if len(parts) == 1:
        stream.seek(0)
        return stream
    kept = io.BytesIO()
    for start, length in parts:
        stream.seek(start)
        kept.write(stream.read(length))
    kept.seek(0)
    return kept


def _parts_of_pixels(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield where parts of a file begin that decoders need, and how long they are."""
    begin, at = 0, stream.seek(8)
    while len(chunk := stream.read(8)) == 8:
        end = at + 12 + int.from_bytes(chunk[:4], "big")
        if chunk[4:] in _ABOUT:
            yield begin, at - begin
            begin = end
        at = stream.seek(end)
    yield begin, max(0, at - begin) + len(chunk)  # also what is cut off


def _text(kind: bytes, rest: bytes) -> bytes | None:
    """Return what a text chunk says after its keyword, or None if it cannot be told."""
    if kind == b"tEXt":
        return rest
    packed = rest[1:]
    if kind == b"iTXt":
        parts = rest[2:].split(b"\x00", 2)  # language, translated keyword, text
        if len(parts) < 3:
            return None
        packed = parts[2]
        if rest[0] == 0:
            return packed
    try:
        return zlib.decompressobj().decompress(packed, _MAX_TEXT)
    except zlib.error:
        return None


def _unspelt(profile: bytes | None) -> bytes | None:
    """Return the EXIF data that ImageMagick's kind of text spells in hexadecimal digits."""
    if not profile:
        return None
    digits = b"".join(profile.split(b"\n")[3:])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return None
