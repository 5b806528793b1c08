"""Headers of JPEG and WebP files, walked part by part without decoding a pixel."""

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

from annotator.imaging.depth import Depth
from annotator.imaging.errors import ImageError
from annotator.imaging.exif import UPRIGHT, orientation_of, swaps_sides

_EXIF, _XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"
_CHUNK = 4096
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04  # in the flags of an extended WebP file


@dataclass(frozen=True)
class Header:
    """What a file states of one of its frames before its pixels.

    Attributes
    ----------
    format
        ``"JPEG"``, ``"PNG"``, ``"WebP"``, ``"TIFF"``, ``"BMP"``, ``"PNM"``,
        ``"AVIF"`` or ``"HEIC"``.
    width, height
        Of the stored image, in pixels, before its orientation is applied.
    orientation
        How the stored image is to be turned, 1..8 as in EXIF.
    components
        Colour components of a JPEG; 0 for other formats.
    complete
        The file's last part is where the format wants it. False means "look closer".
    frame
        Which frame of the file, counted from 0; None for the first.
    depth
        Of samples of more than 8 bits; None for others.
    """

    format: str
    width: int
    height: int
    orientation: int = UPRIGHT
    components: int = 0
    complete: bool = False
    frame: int | None = None
    depth: Depth | None = None

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height after applying the orientation."""
        if swaps_sides(self.orientation):
            return self.height, self.width
        return self.width, self.height


def size_of(stream: BinaryIO) -> int:
    """Return the size of a file in bytes, its position unchanged."""
    here = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(here)
    return size


def read_jpeg(stream: BinaryIO) -> Header:
    """Walk the segments up to the pixels: what says which way is up may stand anywhere there."""
    stream.seek(2)
    exif: list[bytes] = []
    xmp, frame = b"", b""
    while (marker := next_jpeg_marker(stream)) != 0xDA:
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these carry no length
            continue
        length = int.from_bytes(stream.read(2), "big")
        if length < 2 or marker == 0xD9:  # the end, without pixels
            raise ImageError("the JPEG header is damaged or cut off")
        start = stream.tell()
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame = frame or stream.read(6)
        elif marker == 0xE1:
            block = stream.read(length - 2)
            if block.startswith(_EXIF):  # what does not fit into one segment goes on in the next
                exif.append(block.removeprefix(_EXIF) if exif else block)
            elif block.startswith(_XMP):
                xmp = block.removeprefix(_XMP)
        stream.seek(start + length - 2)
    if len(frame) < 6:
        raise ImageError("the JPEG header is damaged or cut off")
    bits, height, width, components = struct.unpack(">BHHB", frame)
    if bits in (12, 16):
        raise ImageError(f"a JPEG of {bits} bits is not supported: convert it to 8 bits")
    return Header(
        "JPEG",
        width,
        height,
        orientation_of(b"".join(exif), xmp),
        components=components,
        complete=_has_jpeg_end(stream),
    )


def next_jpeg_marker(stream: BinaryIO) -> int:
    """Return the next marker's code, passing over fill and stray bytes as decoders do.

    Raises ImageError where there is none.
    """
    start = stream.tell()
    while chunk := stream.read(_CHUNK):  # megabytes of stray bytes are passed over at once
        at = -1
        while 0 <= (at := chunk.find(b"\xff", at + 1)) < len(chunk) - 1:
            if chunk[at + 1] not in (0x00, 0xFF):
                stream.seek(start + at + 2)
                return chunk[at + 1]
        # What follows the last byte may make a marker of it.
        start += len(chunk) - (len(chunk) > 1 and chunk.endswith(b"\xff"))
        stream.seek(start)
    raise ImageError("the JPEG header is damaged or cut off")


def _has_jpeg_end(stream: BinaryIO) -> bool:
    """Whether the file ends with the end marker, padding apart."""
    stream.seek(max(0, size_of(stream) - 512))
    return stream.read().rstrip(b"\x00\r\n").endswith(b"\xff\xd9")


def read_webp(stream: BinaryIO) -> Header:
    """Walk the chunks of the RIFF container."""
    riff_end = 8 + int.from_bytes(stream.read(8)[4:], "little")
    complete = riff_end <= size_of(stream)
    stream.seek(12)
    size: tuple[int, int] | None = None
    flags = 0  # what a chunk holds counts only if the file's first one announces it
    found: dict[bytes, bytes] = {}
    while len(chunk := stream.read(8)) == 8:
        kind, length = chunk[:4], int.from_bytes(chunk[4:], "little")
        start = stream.tell()
        head = stream.read(10)
        size = size or _webp_size(kind, head)
        if kind == b"VP8X" and head:
            flags = head[0]
        if kind in (b"EXIF", b"XMP "):
            stream.seek(start)
            found.setdefault(kind, stream.read(length))
        stream.seek(start + length + length % 2)
    if size is None:
        raise ImageError("the WebP header is damaged or cut off")
    exif = found.get(b"EXIF") if flags & _WEBP_EXIF else None
    xmp = found.get(b"XMP ") if flags & _WEBP_XMP else None
    return Header("WebP", *size, orientation_of(exif, xmp), complete=complete)


def _webp_size(kind: bytes, data: bytes) -> tuple[int, int] | None:
    """Return width and height from the chunk that states them first."""
    if len(data) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None
