"""Metadata out of an image file, and not a bit of its coded pixels touched.

JPEG, PNG and WebP are taken apart, and what decoding and colour do not need is left out: where and
when a photograph was taken and with which camera, texts, previews, further images, whatever
follows the picture's end. ``docs/image-files.md`` lists what stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from annotator.imaging.errors import ImageError
from annotator.imaging.headers import read_header
from annotator.imaging.stripping.jpeg import jpeg_pieces
from annotator.imaging.stripping.pieces import Piece, are_whole, write_changed
from annotator.imaging.stripping.png import png_pieces
from annotator.imaging.stripping.webp import webp_pieces
from annotator.system.regular import open_regular

__all__ = ["STRIPPABLE", "has_metadata", "strip_metadata"]

_TAKEN_APART: dict[str, Callable[[BinaryIO, int], Iterator[Piece]]] = {
    "JPEG": jpeg_pieces,
    "PNG": png_pieces,
    "WebP": webp_pieces,
}

STRIPPABLE = frozenset(_TAKEN_APART)
"""The formats that can be taken apart; others are to be written anew from their pixels."""


def strip_metadata(source: Path, target: Path) -> bool:
    """Write a file without its metadata, where it has any.

    Orientation and colour profile stay, the former in its one common form. The source is read a
    megabyte at a time, whatever it says of its size.

    Parameters
    ----------
    source
    target
        Must not exist, and is not made where there is nothing to leave out.

    Returns
    -------
    bool
        Whether `target` was written.

    Raises
    ------
    ImageError
        If the file is of another format than `STRIPPABLE`, damaged or cut off, or of a kind that
        cannot be taken apart, as animations. Nothing is left of the target.
    OSError
        If a file cannot be read or written.
    """
    with _apart(source) as (stream, pieces):
        return write_changed(stream, pieces, target)


def has_metadata(path: Path) -> bool:
    """Whether `strip_metadata` would leave anything out of a file; true also where it cannot tell.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    try:
        with _apart(path) as (stream, pieces):
            return not are_whole(stream, pieces)
    except ImageError:
        return True


@contextmanager
def _apart(path: Path) -> Iterator[tuple[BinaryIO, Iterator[Piece]]]:
    with open_regular(path) as stream:
        header = read_header(stream)
        take_apart = _TAKEN_APART.get(header.format)
        if take_apart is None:
            raise ImageError(f"the metadata of {header.format} files cannot be taken out")
        yield stream, take_apart(stream, header.orientation)
