"""Whether those who read a release see an image as the annotator did, and what is done if not.

A file may say in many ways that its pixels are to be turned, and hardly two readers know the same
of them. One way only is known to every reader that turns images at all: a JPEG that states its
orientation in EXIF, once, before other metadata, and as the standard has it. Whatever else is to be
turned is written anew, upright. So are files whose values the annotator had to interpret, as 12
bits in 16: they are black or white to others.
"""

import struct
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import ImageInfo, read_image
from annotator.system.regular import open_regular

UPRIGHT = 1
SUFFIX = ".png"
"""Of what `write_upright` writes: without loss, and read by all."""

_READ_BY_ALL = frozenset({"BMP", "JPEG", "PNG", "PNM", "TIFF", "WebP"})
_EXIF = b"Exif\x00\x00"
_APP1, _PIXELS, _END = 0xE1, 0xDA, 0xD9
_NO_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_ORIENTATION, _NO_TYPE, _SHORT = 0x0112, 0, 3


def is_read_alike(path: Path, info: ImageInfo) -> bool:
    """Whether all readers that turn images show this one as the annotator does.

    Parameters
    ----------
    path
    info
        What the annotator makes of it.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    if info.format not in _READ_BY_ALL or info.note:
        return False
    if info.format != "JPEG":
        return info.orientation == UPRIGHT
    with open_regular(path) as stream:
        blocks = list(_metadata(stream))
    exif = [block.removeprefix(_EXIF) for block in blocks if block.startswith(_EXIF)]
    stated = [entry for block in exif for entry in _orientations(block)]
    if not stated:
        return info.orientation == UPRIGHT
    return blocks[0].startswith(_EXIF) and stated == [(_SHORT, 1, info.orientation)]


def write_upright(source: Path, target: Path) -> None:
    """Write the pixels of an image as the annotator shows them: 8-bit RGB, upright, no metadata.

    Raises
    ------
    ImageError
        If the image cannot be decoded.
    """
    write_pixels(read_image(source), target)


def write_pixels(pixels: NDArray[np.uint8], target: Path) -> None:
    """Write an upright picture, (H, W, 3) uint8 RGB, as PNG: without loss, and without metadata."""
    encoded = png_of(pixels)
    with target.open("xb") as stream:
        stream.write(encoded)


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """Return the PNG of a picture, (H, W, 3) uint8 RGB: without loss, and without metadata."""
    import cv2  # noqa: PLC0415 - slow to import, and seldom needed

    # It takes half of Pillow's time to write PNG.
    return cv2.imencode(SUFFIX, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()


def _metadata(stream: BufferedReader) -> Iterator[bytes]:
    """Yield the segments of a JPEG, before its pixels, that may hold EXIF or XMP."""
    stream.seek(2)
    while byte := stream.read(1):
        if byte != b"\xff":  # a stray byte, as decoders pass over it
            continue
        while (marker := stream.read(1)) == b"\xff":
            pass
        if not marker or marker[0] in (_PIXELS, _END):
            return
        if marker[0] in _NO_LENGTH:
            continue
        length = int.from_bytes(stream.read(2), "big")
        block = stream.read(max(length - 2, 0))
        if marker[0] == _APP1:
            yield block


def _orientations(block: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, count and value of every orientation that an EXIF block states."""
    if block.startswith(_EXIF):  # of what says twice that it is EXIF only some readers make sense
        yield from ((_NO_TYPE, count, value) for _, count, value in _orientations(block[6:]))
        return
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
    if order is None or len(block) < 8:
        return
    (start,) = struct.unpack_from(order + "I", block, 4)
    if start + 2 > len(block):
        return
    (entries,) = struct.unpack_from(order + "H", block, start)
    last = min(start + 2 + 12 * entries, len(block) - 11)
    for offset in range(start + 2, last, 12):
        tag, kind, count, value = struct.unpack_from(order + "HHIH", block, offset)
        if tag == _ORIENTATION:
            yield kind, count, value
