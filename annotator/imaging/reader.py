"""Read, inspect and preview one image, or one frame of a file that holds several."""

import io
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from annotator.imaging.containers import Header
from annotator.imaging.errors import ImageError
from annotator.imaging.exif import apply_orientation
from annotator.imaging.headers import MAX_PIXELS, read_header
from annotator.imaging.jpeg import decode_jpeg
from annotator.imaging.pillow_route import decode_with_pillow
from annotator.imaging.pixels import Decoded
from annotator.imaging.sources import Source, content_of, opened


@dataclass(frozen=True)
class ImageInfo:
    """What is known of an image without its pixels.

    Attributes
    ----------
    width, height
        Of the upright image, in pixels.
    format
        ``"JPEG"``, ``"PNG"``, ``"WebP"``, ``"TIFF"``, ``"BMP"``, ``"PNM"``,
        ``"AVIF"`` or ``"HEIC"``, from the content.
    orientation
        The orientation 1..8, as in EXIF, that leads from the stored to the upright image.
    note
        What a person is told of how its pixels are read: that a file of 16 bits holds values of
        12, say. Empty where nothing is unusual.
    """

    width: int
    height: int
    format: str
    orientation: int
    note: str = ""


class Encoded(Protocol):
    """A picture that is not decoded yet, and of which the size is known."""

    @property
    def pixels(self) -> int:
        """How many pixels `decode` returns."""
        ...

    @property
    def format(self) -> str:
        """What kind of file it is, or how a video is coded."""
        ...

    def decode(self) -> NDArray[np.uint8]:
        """Return the upright picture, (H, W, 3) uint8 RGB; raises ImageError."""
        ...

    def decode_noted(self) -> tuple[NDArray[np.uint8], str]:
        """Return the same, and the note of `ImageInfo`."""
        ...

    def halved(self) -> NDArray[np.uint8] | None:
        """Return what `decode` returns at half its size, or None if that is not cheaper."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class EncodedImage:
    """A file in memory of which the header was read: its size is known before its pixels are.

    Made by `load_image`, for one frame of the file.
    """

    _data: bytes
    _header: Header

    @property
    def pixels(self) -> int:
        """How many pixels `decode` returns."""
        return self._header.width * self._header.height

    @property
    def format(self) -> str:
        """What kind of file it is, such as ``"JPEG"``."""
        return self._header.format

    def decode(self) -> NDArray[np.uint8]:
        """Return what `read_image` returns, or raise ImageError."""
        return _decode(self._data, self._header).pixels

    def decode_noted(self) -> tuple[NDArray[np.uint8], str]:
        """Return the same, and the note of `ImageInfo`, which would be decoded for once more."""
        decoded = _decode(self._data, self._header)
        return decoded.pixels, decoded.note

    def halved(self) -> NDArray[np.uint8] | None:
        """Return what `decode` returns at half its size, or None if that is not cheaper.

        It is for JPEG with even sides: each pixel is then the mean of four. Raises ImageError as
        `decode` does.
        """
        header = self._header
        if header.format != "JPEG" or header.width % 2 or header.height % 2:
            return None
        half = _decode(self._data, header, at_least=max(header.width, header.height) // 2).pixels
        width, height = header.upright_size
        return half if half.shape[:2] == (height // 2, width // 2) else None


def load_image(
    source: Source, *, frame: int | None = None, max_pixels: int = MAX_PIXELS
) -> EncodedImage:
    """Read a file and its header, for those who want to know its size before decoding it.

    Raises
    ------
    ImageError
        As `read_image`, except for damage that only decoding shows.
    """
    data = content_of(source)
    return EncodedImage(data, read_header(io.BytesIO(data), frame=frame, max_pixels=max_pixels))


def read_image(
    source: Source, *, frame: int | None = None, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Decode an image and turn it upright.

    Parameters
    ----------
    source
        A path, or the content of a file.
    frame
        Which frame of an animation or page of a document, counted from 0; None for the first.
    max_pixels
        Images with more pixels are refused before any is decoded.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        RGB, upright (EXIF orientation applied), C-contiguous.

    Raises
    ------
    ImageError
        If the file cannot be read, is empty, cut off, damaged, too large, not an image or
        without such a frame.
    """
    return load_image(source, frame=frame, max_pixels=max_pixels).decode()


def inspect_image(
    source: Source, *, frame: int | None = None, max_pixels: int = MAX_PIXELS
) -> ImageInfo:
    """Find out whether a file is a usable image, and how large.

    A healthy file costs its header and a look at its end. Only when something is off - the end
    marker is not at the end, the file is shorter than its header says - is it decoded, to tell
    a photograph with something appended to it from one that is cut off; and where its samples
    have more than 8 bits, to tell how many of them it uses. Damage in the middle of a file is thus
    not found here but by `read_image`.

    Raises
    ------
    ImageError
        As `read_image`.
    """
    with opened(source) as stream:
        header = read_header(stream, frame=frame, max_pixels=max_pixels)
        note = ""
        if not header.complete or header.depth is not None:
            stream.seek(0)
            note = _decode(stream.read(), header).note
    width, height = header.upright_size
    return ImageInfo(width, height, header.format, header.orientation, note)


def read_thumbnail(
    source: Source, size: int, *, frame: int | None = None, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Read an image small.

    Parameters
    ----------
    source
        A path, or the content of a file.
    size
        Longest side in pixels, at least 1. Smaller images are not enlarged.
    frame, max_pixels
        As for `read_image`.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        RGB, upright, C-contiguous.

    Raises
    ------
    ImageError
        As `read_image`.
    ValueError
        If `size` is less than 1.
    """
    if size < 1:
        raise ValueError(f"expected a thumbnail size of at least 1 pixel, but got {size}")
    data = content_of(source)
    header = read_header(io.BytesIO(data), frame=frame, max_pixels=max_pixels)
    pixels = _decode(data, header, at_least=size).pixels
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    if scale >= 1:
        return pixels
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = Image.fromarray(pixels).resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.array(small)


def _decode(data: bytes, header: Header, *, at_least: int = 0) -> Decoded:
    """Decode the frame that the header describes, and turn it upright.

    The one place that decides how a frame of a format is decoded. A JPEG is decoded no smaller
    than its longest side needs.
    """
    if header.format == "JPEG":
        landscape = header.width >= header.height
        min_side = (0, at_least) if landscape else (at_least, 0)
        decoded = Decoded(decode_jpeg(data, header.components, min_side=min_side))
    else:
        decoded = decode_with_pillow(data, header.format, header.frame, header.depth)
    if not decoded.upright:
        upright = apply_orientation(decoded.pixels, header.orientation)
        decoded = replace(decoded, pixels=upright, upright=True)
    height, width = decoded.pixels.shape[:2]
    if (width, height) != header.upright_size and not at_least:
        raise ImageError(f"the {header.format} file contradicts itself about its size")
    return decoded
