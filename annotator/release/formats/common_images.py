"""Images as every reader of pictures takes them: JPEG or PNG."""

from pathlib import Path
from typing import NamedTuple

from annotator.imaging import read_image
from annotator.release.upright import png_of
from annotator.system.regular import open_regular

_BEGINNINGS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


class CommonImage(NamedTuple):
    """The bytes of an image, and what a name of such a file ends in: ``jpg`` or ``png``."""

    content: bytes
    suffix: str


def common_suffix(path: Path) -> str | None:
    """Return ``jpg`` or ``png`` for a file that is one, whatever it is called; None for others."""
    with open_regular(path) as stream:
        beginning = stream.read(8)
    return next(
        (suffix for known, suffix in _BEGINNINGS.items() if beginning.startswith(known)), None
    )


def common_image(path: Path) -> CommonImage:
    """Return the bytes of a JPEG or PNG as they are, and any other image as an upright PNG.

    Raises
    ------
    ImageError
        If the image cannot be decoded.
    """
    suffix = common_suffix(path)
    if suffix is None:
        return CommonImage(png_of(read_image(path)), "png")
    with open_regular(path) as stream:
        return CommonImage(stream.read(), suffix)
