"""What an image file of any supported format says of itself, and of each of its frames."""

from dataclasses import replace
from typing import BinaryIO

from annotator.imaging.boxes import is_complete
from annotator.imaging.containers import Header, read_jpeg, read_webp, size_of
from annotator.imaging.errors import ImageError
from annotator.imaging.pillow_route import BOXED, check_frame, open_with_pillow
from annotator.imaging.png import read_png
from annotator.imaging.signatures import HEAD, format_of

MAX_PIXELS = 200_000_000
"""Larger images are refused unless the caller allows more: 600 MB as RGB."""

MAX_BYTES = 1 << 32
"""Larger files are refused: neither TIFF nor WebP can be larger, and no other holds so much."""

_WALKERS = {"JPEG": read_jpeg, "PNG": read_png, "WebP": read_webp}


def read_header(
    stream: BinaryIO, *, frame: int | None = None, max_pixels: int = MAX_PIXELS
) -> Header:
    """Read the header of an image file.

    Parameters
    ----------
    stream
        The file, seekable.
    frame
        Which frame it is to speak of, counted from 0; None for the first.
    max_pixels
        Images with more pixels are refused.

    Raises
    ------
    ImageError
        If the file is empty, not an image of a supported format, has a damaged header, states
        more than `max_pixels` or has no such frame.
    """
    name = format_of(stream.read(HEAD))
    stream.seek(0)
    walk = _WALKERS.get(name)
    header = walk(stream) if walk else _read_with_pillow(stream, name, frame)
    if header.width <= 0 or header.height <= 0:
        raise ImageError(f"the {name} header states an image without pixels")
    if header.width * header.height > max_pixels:
        raise ImageError(
            f"{header.width} x {header.height} pixels is more than the"
            f" {max_pixels / 1e6:g} megapixels allowed"
        )
    if walk and frame is not None:
        # All frames of these formats share the size and the orientation that the walk found.
        check_frame(stream, name, frame)
        return replace(header, frame=frame)
    return header


def _read_with_pillow(stream: BinaryIO, name: str, frame: int | None) -> Header:
    opened = open_with_pillow(stream, name, frame=frame)
    if name in BOXED:
        complete = is_complete(stream)
    else:
        complete = opened.data_end is not None and opened.data_end <= size_of(stream)
    return Header(
        name,
        opened.width,
        opened.height,
        opened.orientation,
        complete=complete,
        frame=frame,
        depth=opened.depth,
    )
