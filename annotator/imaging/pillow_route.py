"""Decoding through Pillow: every format but the common kinds of JPEG.

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
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from annotator.imaging.errors import ImageError
from annotator.imaging.exif import UPRIGHT
from annotator.imaging.pixels import to_rgb

_FORMATS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}

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

_CHATTY = ("JPEG", "TIFF")  # their metadata parsers warn
_UNSUPPORTED = ("unknown pixel mode", "unknown data organization")

_REDUCED_RESOLUTION = 1  # bit 0 of NewSubfileType: a preview of another image in the file
_SUBFILE_TAG, _WIDTH_TAG, _HEIGHT_TAG, _ORIENTATION_TAG = 254, 256, 257, 274
_TIFF_PARTS = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_WARNINGS_LOCK = threading.Lock()


@dataclass(frozen=True)
class Opened:
    """A file whose header Pillow has read.

    Attributes
    ----------
    image
        Pillow's image, not yet decoded.
    width, height
        Of the stored image, before its orientation is applied.
    orientation
        What a TIFF states, 1 for the others (whose EXIF is read in `containers`).
    data_end
        Where the file must reach to hold all pixels, in bytes; None when it does not say.
    """

    image: ImageFile.ImageFile
    width: int
    height: int
    orientation: int = UPRIGHT
    data_end: int | None = None


def open_with_pillow(stream: BinaryIO, name: str, *, frame: int = 0, quiet: bool = False) -> Opened:
    """Read the header of a file in the format `name`, at one of its frames; raises ImageError.

    `quiet` keeps Pillow's warnings in, at the price explained at `_guarded`.
    """
    with _guarded(name, quiet=quiet or name in _CHATTY):
        stream.seek(0)
        image = _FORMATS[name](stream)
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            return _opened_tiff(image, frame)
        _seek(image, name, frame)
        end = None
        if name == "BMP":
            stream.seek(2)
            end = int.from_bytes(stream.read(4), "little") or None
        return Opened(image, *image.size, data_end=end)


def check_frame(stream: BinaryIO, name: str, frame: int) -> None:
    """Raise ImageError if a file in the format `name` has no such frame; decodes none."""
    with _guarded(name, quiet=True):
        stream.seek(0)
        image = _FORMATS[name](stream)
        if not 0 <= frame < getattr(image, "n_frames", 1):
            raise _no_frame(name, frame)


def decode_with_pillow(data: bytes, name: str, frame: int = 0) -> tuple[NDArray[np.uint8], bool]:
    """Decode a frame of a file in the format `name`.

    Returns
    -------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    upright : bool
        Whether the orientation has been applied: Pillow does so for TIFF only.

    Raises
    ------
    ImageError
        If the data is damaged, cut off, of an unsupported kind or has no such frame.
    """
    quiet = name in _CHATTY or (name == "PNG" and b"acTL" in data)  # acTL: an animation
    opened = open_with_pillow(io.BytesIO(data), name, frame=frame, quiet=quiet)
    with _guarded(name, quiet=quiet):
        opened.image.load()
        pixels = to_rgb(opened.image)
    return pixels, name == "TIFF"


def _opened_tiff(image: TiffImagePlugin.TiffImageFile, frame: int) -> Opened:
    if int(image.tag_v2.get(_SUBFILE_TAG, 0)) & _REDUCED_RESOLUTION:
        # Cameras' raw formats are TIFF files that begin with a small preview.
        raise ImageError("a camera raw file is not supported: convert it to JPEG or PNG")
    _seek(image, "TIFF", frame)
    orientation = int(image.tag_v2.get(_ORIENTATION_TAG, UPRIGHT))
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
        orientation if 1 <= orientation <= 8 else UPRIGHT,
        data_end=max(ends, default=None),
    )


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
        if reason in _UNSUPPORTED:
            raise ImageError(
                f"this kind of {name} is not supported ({reason}): convert it to 8 or 16 bits"
            ) from error
        raise ImageError(f"the {name} image is damaged or cut off ({reason})") from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
