"""Decoding through Pillow and libheif: every format but the common kinds of JPEG.

Pillow's format classes are used one by one and not through ``Image.open``, which tries every
format it knows on files from anywhere, and which warns about large images by a global setting
(this room has its own limit, checked before).
"""

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from annotator.imaging.deep_colours import brightened
from annotator.imaging.depth import Depth
from annotator.imaging.errors import ImageError
from annotator.imaging.exif import UPRIGHT
from annotator.imaging.heif import open_heif, to_pillow
from annotator.imaging.pixels import Decoded, to_rgb
from annotator.imaging.png import pixels_only
from annotator.imaging.quiet import silence_pillow

_FORMATS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "PNM": PpmImagePlugin.PpmImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}

BOXED = ("AVIF", "HEIC")
"""Formats of files made of boxes."""

# What Pillow's parsers let through on damaged files, each seen or written in their code. So
# that bugs of ours cannot hide behind it, only calls into Pillow are guarded, and `to_rgb`:
# half of it is Pillow's conversions, which look at the file's palette and transparency again.
_PILLOW_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    EOFError,
    RuntimeError,
    SystemError,
    struct.error,
    zlib.error,
)

_CHATTY = ("JPEG", "TIFF", "AVIF")  # their metadata parsers warn
_UNSUPPORTED = (
    "unknown pixel mode",
    "unknown data organization",
    "conversion from",
    "not supported",
    "not installed",
)

_REDUCED_RESOLUTION = 1  # bit 0 of NewSubfileType: a preview of another image in the file
_SUBFILE_TAG, _WIDTH_TAG, _HEIGHT_TAG, _ORIENTATION_TAG = 254, 256, 257, 274
_BITS_TAG, _PHOTOMETRIC_TAG, _FORMAT_TAG = 258, 262, 339
_MAX_TAG, _SMAX_TAG = 281, 341  # the largest sample, and what it is meant to be
_WHITE_IS_ZERO, _SIGNED = 0, 2
_TIFF_PARTS = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_PNM_DEPTH = Depth(16, white=2**16 - 1)
_WARNINGS_LOCK = threading.Lock()


@dataclass(frozen=True)
class Opened:
    """A file whose header Pillow has read.

    Attributes
    ----------
    image
        Pillow's image or libheif's, not yet decoded.
    width, height
        Of the stored image, before its orientation is applied.
    orientation
        What a TIFF or AVIF file states, 1 for the others (whose headers are walked).
    data_end
        Where the file must reach to hold all pixels, in bytes; None when it does not say.
    depth
        What a TIFF states of samples of more than 8 bits.
    """

    image: Any
    width: int
    height: int
    orientation: int = UPRIGHT
    data_end: int | None = None
    depth: Depth | None = None


def open_with_pillow(
    stream: BinaryIO, name: str, *, frame: int | None = None, quiet: bool = False
) -> Opened:
    """Read the header of a file in the format `name`, at one of its frames; raises ImageError.

    `quiet` keeps Pillow's warnings in, at the price explained at `_guarded`.
    """
    silence_pillow()
    with _guarded(name, quiet=quiet or name in _CHATTY):
        if name == "HEIC":
            heif = open_heif(stream, frame)
            return Opened(heif, *heif.size)
        stream.seek(0)
        image = _FORMATS[name](pixels_only(stream) if name == "PNG" else stream)
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            return _opened_tiff(image, frame or 0)
        _seek(image, name, frame or 0)
        if name == "AVIF":
            return Opened(image, *image.size, orientation=_orientation(image))
        if name == "PNM":  # it states its range, to which Pillow has stretched what is deep
            return Opened(image, *image.size, depth=_PNM_DEPTH if image.mode == "I" else None)
        end = None
        if name == "BMP":
            stream.seek(2)
            end = int.from_bytes(stream.read(4), "little") or None
        return Opened(image, *image.size, data_end=end)


def check_frame(stream: BinaryIO, name: str, frame: int) -> None:
    """Raise ImageError if a file in the format `name` has no such frame; decodes none."""
    with _guarded(name, quiet=True):
        stream.seek(0)
        image = _FORMATS[name](pixels_only(stream) if name == "PNG" else stream)
        if not 0 <= frame < getattr(image, "n_frames", 1):
            raise _no_frame(name, frame)


def decode_with_pillow(
    data: bytes, name: str, frame: int | None = None, depth: Depth | None = None
) -> Decoded:
    """Decode a frame of a file in the format `name`.

    Parameters
    ----------
    data
        The file.
    name
        Of the format.
    frame
        Counted from 0; None for the first.
    depth
        What is known of samples of more than 8 bits.

    Raises
    ------
    ImageError
        If the data is damaged, cut off, of an unsupported kind or has no such frame.
    """
    if name == "PNG":
        data = pixels_only(io.BytesIO(data)).read()
    quiet = name in _CHATTY or (name == "PNG" and b"acTL" in data)  # acTL: an animation
    opened = open_with_pillow(io.BytesIO(data), name, frame=frame, quiet=quiet)
    with _guarded(name, quiet=quiet):
        image = to_pillow(opened.image) if name == "HEIC" else opened.image
        image.load()
        depth = opened.depth or depth
        decoded = None
        if depth is not None:
            decoded = brightened(image, data, frame or 0, depth, opened.orientation)
        if decoded is None:
            decoded = to_rgb(image, depth)
    # Pillow has turned a TIFF by now, and libheif what it decodes.
    return replace(decoded, upright=name in ("TIFF", "HEIC"))


def _opened_tiff(image: TiffImagePlugin.TiffImageFile, frame: int) -> Opened:
    if int(image.tag_v2.get(_SUBFILE_TAG, 0)) & _REDUCED_RESOLUTION:
        # Cameras' raw formats are TIFF files that begin with a small preview.
        raise ImageError("a camera raw file is not supported: convert it to JPEG or PNG")
    _seek(image, "TIFF", frame)
    ends = [
        offset + count
        for offsets, counts in _TIFF_PARTS
        for offset, count in zip(
            image.tag_v2.get(offsets, ()), image.tag_v2.get(counts, ()), strict=False
        )
    ]
    return Opened(
        image,
        int(image.tag_v2[_WIDTH_TAG]),
        int(image.tag_v2[_HEIGHT_TAG]),
        _orientation(image),
        data_end=max(ends, default=None),
        depth=_tiff_depth(image),
    )


def _orientation(image: ImageFile.ImageFile) -> int:
    """Return what Pillow itself would turn an image by."""
    stated = image.getexif().get(_ORIENTATION_TAG, UPRIGHT)
    return int(stated) if stated in range(1, 9) else UPRIGHT


def _tiff_depth(image: TiffImagePlugin.TiffImageFile) -> Depth | None:
    """Return what the tags say of deep samples; each has a number for each colour."""
    tags = image.tag_v2
    bits = _largest(tags.get(_BITS_TAG)) or 1
    if bits <= 8:
        return None
    white, highest = _largest(tags.get(_SMAX_TAG)), _largest(tags.get(_MAX_TAG))
    # The tag of the highest sample is for statistics: it is a range only where it looks like one.
    if white is None and highest is not None and not (highest + 1) & highest:
        white = highest
    if white is None and bits not in (16, 32):
        white = 2**bits - 1
    return Depth(
        bits,
        white=white if white is None or white > 0 else None,
        inverted=tags.get(_PHOTOMETRIC_TAG) == _WHITE_IS_ZERO,
        signed=_largest(tags.get(_FORMAT_TAG)) == _SIGNED,
    )


def _largest(value: object) -> int | None:
    """Return the largest of a tag's whole numbers, or None if it holds none."""
    numbers = value if isinstance(value, tuple) else (value,)
    whole = [int(n) for n in numbers if isinstance(n, int | float) and n == int(n)]
    return max(whole, default=None)


def _seek(image: ImageFile.ImageFile, name: str, frame: int) -> None:
    """Go to a frame; Pillow's EOFError may mean that it is not there or that it is cut off."""
    if not frame:
        return  # where an image is opened
    try:
        image.seek(frame)
    except EOFError as error:
        # Pillow counts a TIFF's pages while it looks for this one, and then finds no more.
        if name == "TIFF" or not 0 <= frame < getattr(image, "n_frames", 1):
            raise _no_frame(name, frame) from error
        raise


def _no_frame(name: str, frame: int) -> ImageError:
    return ImageError(f"the {name} file has no frame {frame}, counted from 0")


@contextmanager
def _guarded(name: str, *, quiet: bool) -> Iterator[None]:
    """Turn Pillow's errors into ImageError and, if `quiet`, keep its warnings in.

    Python's list of warning filters is one for all threads, so it is changed by one thread at
    a time, and only for the files whose parsers warn about metadata that does not matter here.
    """
    try:
        if quiet:
            with _WARNINGS_LOCK, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        else:
            yield
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(f"the {name} image does not fit into memory") from error
    except Image.DecompressionBombError as error:  # TIFF and WebP check it in their own code
        raise ImageError(f"the {name} image has more pixels than Pillow allows") from error
    except _PILLOW_ERRORS as error:
        reason = _first_line(error)
        if any(text in reason for text in _UNSUPPORTED):
            raise ImageError(
                f"this kind of {name} is not supported ({reason}): convert it to 8 or 16 bits"
            ) from error
        raise ImageError(f"the {name} image is damaged or cut off ({reason})") from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
