"""Headers of JPEG, PNG and WebP files, walked part by part without decoding a pixel."""

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

from annotator.imaging.errors import ImageError
from annotator.imaging.exif import UPRIGHT, parse_orientation, swaps_sides

_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


@dataclass(frozen=True)
class Header:
    """What a file states of one of its frames before its pixels.

    Attributes
    ----------
    format
        ``"JPEG"``, ``"PNG"``, ``"WebP"``, ``"TIFF"`` or ``"BMP"``.
    width, height
        Of the stored image, in pixels, before its orientation is applied.
    orientation
        The EXIF orientation, 1..8.
    components
        Colour components of a JPEG; 0 for other formats.
    complete
        The file's last part is where the format wants it. False means "look closer".
    frame
        Which frame of the file, counted from 0.
    """

    format: str
    width: int
    height: int
    orientation: int = UPRIGHT
    components: int = 0
    complete: bool = False
    frame: int = 0

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
    """Walk the segments up to the first frame header."""
    stream.seek(2)
    orientation: int | None = None
    while True:
        marker = _next_jpeg_marker(stream)
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these carry no length
            continue
        length = int.from_bytes(stream.read(2), "big")
        if length < 2 or marker in (0xD9, 0xDA):  # end, or pixels without a frame header
            raise ImageError("the JPEG header is damaged or cut off")
        start = stream.tell()
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame = stream.read(6)
            break
        if marker == 0xE1 and orientation is None and stream.read(6) == b"Exif\x00\x00":
            orientation = parse_orientation(stream.read(length - 8))
        stream.seek(start + length - 2)
    if len(frame) < 6:
        raise ImageError("the JPEG header is damaged or cut off")
    _, height, width, components = struct.unpack(">BHHB", frame)
    return Header(
        "JPEG",
        width,
        height,
        orientation or UPRIGHT,
        components=components,
        complete=_has_jpeg_end(stream),
    )


def _next_jpeg_marker(stream: BinaryIO) -> int:
    """Return the next marker's code, passing over fill and stray bytes as decoders do."""
    previous = b""
    while byte := stream.read(1):
        if previous == b"\xff" and byte not in (b"\x00", b"\xff"):
            return byte[0]
        previous = byte
    raise ImageError("the JPEG header is damaged or cut off")


def _has_jpeg_end(stream: BinaryIO) -> bool:
    """Whether the file ends with the end marker, padding apart."""
    stream.seek(max(0, size_of(stream) - 512))
    return stream.read().rstrip(b"\x00\r\n").endswith(b"\xff\xd9")


def read_png(stream: BinaryIO) -> Header:
    """Walk the chunks to the end: the orientation may come after the pixels."""
    stream.seek(8)
    head = stream.read(17)
    if len(head) < 17 or head[4:8] != b"IHDR":
        raise ImageError("the PNG header is damaged or cut off")
    width, height = struct.unpack(">II", head[8:16])
    stream.seek(8)
    orientation = UPRIGHT
    while len(chunk := stream.read(8)) == 8:
        length, kind = int.from_bytes(chunk[:4], "big"), chunk[4:]
        if kind == b"IEND":
            complete = chunk + stream.read(4) == _PNG_END
            return Header("PNG", width, height, orientation, complete=complete)
        start = stream.tell()
        if kind == b"eXIf":
            orientation = parse_orientation(stream.read(length))
        stream.seek(start + length + 4)  # 4: the checksum
    return Header("PNG", width, height, orientation)


def read_webp(stream: BinaryIO) -> Header:
    """Walk the chunks of the RIFF container."""
    riff_end = 8 + int.from_bytes(stream.read(8)[4:], "little")
    complete = riff_end <= size_of(stream)
    stream.seek(12)
    size: tuple[int, int] | None = None
    orientation = UPRIGHT
    while len(chunk := stream.read(8)) == 8:
        kind, length = chunk[:4], int.from_bytes(chunk[4:], "little")
        start = stream.tell()
        size = size or _webp_size(kind, stream.read(10))
        if kind == b"EXIF":
            stream.seek(start)
            orientation = parse_orientation(stream.read(length))
        stream.seek(start + length + length % 2)
    if size is None:
        raise ImageError("the WebP header is damaged or cut off")
    return Header("WebP", *size, orientation, complete=complete)


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
