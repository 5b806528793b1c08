"""What a picture is known by besides the bytes of its file: what its pixels are made of.

A comment, a rating or a thumbnail changes a file and not its picture. Decoding every file to see
that would make adding photographs many times slower; what is coded in it costs no more than its
bytes do. Where both differ, as after a lossless recompression, the pixels tell.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.containers import next_jpeg_marker
from annotator.imaging.headers import read_header
from annotator.imaging.tiff_parts import pixel_parts
from annotator.system.regular import open_regular

_CHUNK = 1 << 20
_JPEG_ADOBE, _JPEG_COMMENT, _JPEG_SCAN, _JPEG_END = 0xEE, 0xFE, 0xDA, 0xD9
# Neither a stuffed byte of pixels, nor a restart, nor a fill.
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_KNOWN_COMPONENTS = bytes((1, 2, 3))
# What a decoder does not need for the pixels. All else counts, what nobody has heard of too.
_PNG_METADATA = frozenset(
    (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"pHYs",
     b"sPLT", b"hIST")
)  # fmt: skip
_PNG_PIXELS = frozenset((b"IDAT", b"fdAT"))
_WEBP_METADATA = frozenset((b"EXIF", b"XMP ", b"ICCP"))
_WEBP_ANIMATED = 0x02

CODED_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff"))
"""What files usually end in that `coded_sha256` can tell of."""


class _Digest(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...


def pixels_sha256(pixels: NDArray[np.uint8]) -> str:
    """Return the SHA-256 of an upright picture's size and pixels, 64 hexadecimal digits.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8, as `read_image` returns them.
    """
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def coded_sha256(path: Path, *, frame: int | None = None) -> str | None:
    """Return the SHA-256 of what a file's pixels are decoded from, and of how they are turned.

    Files for which it is the same have the same upright pixels; the reverse need not hold.

    Returns
    -------
    str or None
        64 hexadecimal digits; None for formats and files whose metadata cannot be told apart.

    Raises
    ------
    ImageError
        If the file is no picture that can be read.
    OSError
        If it cannot be opened.
    """
    with open_regular(path) as stream:
        header = read_header(stream, frame=frame)
        feed = _FEEDS.get(header.format)
        if feed is None:
            return None
        digest = hashlib.sha256(f"{header.format} {header.orientation}\n".encode())
        stream.seek(0)
        return digest.hexdigest() if feed(stream, digest, frame or 0) else None


def _feed_jpeg(stream: BinaryIO, digest: _Digest, _frame: int) -> bool:
    """Feed all segments that are no metadata, then the scans and what lies between them."""
    stream.seek(2)
    has_jfif, components, transform = False, _KNOWN_COMPONENTS, b""
    while (marker := next_jpeg_marker(stream)) != _JPEG_SCAN:
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these carry no length
            continue
        length = int.from_bytes(stream.read(2), "big")
        content = stream.read(max(0, length - 2))
        has_jfif |= marker == 0xE0 and content.startswith(b"JFIF\0")
        if marker == _JPEG_ADOBE and content.startswith(b"Adobe"):
            transform = content[11:12]
        elif marker == _JPEG_COMMENT or 0xE0 <= marker <= 0xEF:
            continue
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            components = content[6::3]
        digest.update(bytes((marker,)) + len(content).to_bytes(4, "big") + content)
    if has_jfif and (transform == b"\0" or (not transform and components != _KNOWN_COMPONENTS)):
        digest.update(b"JFIF")  # it says which colours these are
    digest.update(stream.read(max(0, int.from_bytes(stream.read(2), "big") - 2)))
    rest = stream.read()
    digest.update(memoryview(rest)[: _end_of_scans(rest)])
    return True


def _end_of_scans(data: bytes) -> int:
    """Return where the end marker is that follows the scans; what comes behind it is no picture."""
    at = 0
    while (found := _MARKER_IN_SCAN.search(data, at)) is not None:
        at = found.end()
        if data[at - 1] == _JPEG_END:
            return at
        at += int.from_bytes(data[at : at + 2], "big")  # tables before the next scan
    return len(data)


def _feed_png(stream: BinaryIO, digest: _Digest, _frame: int) -> bool:
    """Feed all chunks that are no metadata; into how many the pixels are cut does not matter."""
    stream.seek(8)
    last = b""
    while len(head := stream.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind in _PNG_METADATA:
            stream.seek(length + 4, 1)
            continue
        if not (kind == last and kind in _PNG_PIXELS):
            digest.update(kind if kind in _PNG_PIXELS else head)
        last = kind
        _feed_rest(stream, digest, length)
        stream.seek(4, 1)  # the checksum
        if kind == b"IEND":
            return True
    return False


def _feed_webp(stream: BinaryIO, digest: _Digest, _frame: int) -> bool:
    """Feed all chunks that are no metadata; the one that announces metadata is none either."""
    stream.seek(4)
    end = 8 + int.from_bytes(stream.read(4), "little")
    stream.seek(12)
    found = False
    while stream.tell() + 8 <= end and len(head := stream.read(8)) == 8:
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        start = stream.tell()
        announces = kind == b"VP8X" and not _is_animated(stream)
        stream.seek(start)
        if not announces and kind not in _WEBP_METADATA:
            found = True
            digest.update(head)
            _feed_rest(stream, digest, length)
        stream.seek(start + length + length % 2)
    return found


def _feed_tiff(stream: BinaryIO, digest: _Digest, page: int) -> bool:
    try:
        for label, offset, length in pixel_parts(stream, page):
            digest.update(label)
            stream.seek(offset)
            _feed_rest(stream, digest, length)
    except ValueError:
        return False
    return True


def _is_animated(stream: BinaryIO) -> bool:
    flags = stream.read(1)
    return bool(flags) and bool(flags[0] & _WEBP_ANIMATED)


def _feed_rest(stream: BinaryIO, digest: _Digest, length: int | None = None) -> None:
    """Feed so many bytes, or all that follow."""
    left = length
    while left is None or left > 0:
        data = stream.read(_CHUNK if left is None else min(_CHUNK, left))
        if not data:
            return
        digest.update(data)
        left = None if left is None else left - len(data)


_FEEDS: dict[str, Callable[[BinaryIO, _Digest, int], bool]] = {
    "JPEG": _feed_jpeg,
    "PNG": _feed_png,
    "WebP": _feed_webp,
    "TIFF": _feed_tiff,
}
