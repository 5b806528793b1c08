"""Annotations that anybody may have made: opened within bounds, checked, and refused in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BufferedReader
from os import fstat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.release.incoming import AnnotationsError
from annotator.system.foreign_text import escaped, path_text
from annotator.system.regular import open_inside, open_regular

LARGEST_FILE = 1 << 33
"""Bytes; larger ones are refused before anything of them is read."""

LARGEST_SIDE = 1 << 20
"""Pixels of an image's side."""

FARTHEST = 1e8
"""Pixels: no vertex lies farther out, and float32 still tells them apart."""

MOST_IMAGES = 1 << 21
"""In one file."""

_LONGEST_TEXT = 4096
_HEAD = 1 << 14
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in somebody's annotations something stands; what stands there is checked by asking it.

    Every method that checks raises `AnnotationsError`, which names the file and the place.

    Attributes
    ----------
    path
        The file.
    inside
        Where in it, for people.
    """

    path: Path
    inside: str = ""

    def __str__(self) -> str:
        text = path_text(self.path)
        return escaped(f"{text}, {self.inside}" if self.inside else text)

    def at(self, more: str) -> Place:
        """Return a place inside of this one."""
        return replace(
            self, inside=f"{self.inside}, {more:.200}" if self.inside else f"{more:.200}"
        )

    def error(self, what: str) -> AnnotationsError:
        """Return the error that says what is wrong here."""
        return AnnotationsError(f"{self} {escaped(what)}")

    def an_object(self, value: object) -> dict[str, Any]:
        """Return what has to be a JSON object."""
        if not isinstance(value, dict):
            raise self.error("is no JSON object")
        return value

    def a_list(self, value: object, *, at_most: int) -> list[Any]:
        """Return what has to be a list of not too many entries."""
        if not isinstance(value, list):
            raise self.error("is no list")
        if len(value) > at_most:
            raise self.error(f"has {len(value)} entries, and can have {at_most} at most")
        return value

    def text(self, value: object) -> str:
        """Return what has to be text of a sensible length, not empty, and possible in a file."""
        if not isinstance(value, str) or not value or len(value) > _LONGEST_TEXT:
            raise self.error("is no text, empty, or too long")
        if "\0" in value:
            raise self.error("holds a character that no text has")
        return value

    def sha256(self, value: object) -> str:
        """Return what has to be a SHA-256 in hexadecimal digits."""
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            raise self.error("is no SHA-256")
        return value

    def whole(self, value: object, low: int, high: int) -> int:
        """Return what has to be a whole number in [`low`, `high`], as JSON or as text."""
        if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            raise self.error(f"is no whole number from {low} to {high}")
        return value

    def side(self, value: object) -> int:
        """Return what has to be the width or height of an image, in pixels."""
        return self.whole(value, 1, LARGEST_SIDE)

    def number(self, value: object) -> float:
        """Return what has to be a finite number, as JSON or as text."""
        if isinstance(value, str) and len(value) <= 64 and value.isascii() and "_" not in value:
            try:
                value = float(value)
            except ValueError as error:
                raise self.error("is no number") from error
        if type(value) not in {int, float}:
            raise self.error("is no number")
        try:
            number = float(value)  # type: ignore[arg-type] # checked above
        except OverflowError as error:
            raise self.error("is too large a number") from error
        if not math.isfinite(number):
            raise self.error("is NaN or infinite")
        return number

    def points(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return coordinates in pixels as float32; NaN, for what is not labelled, stays."""
        if (np.abs(values) > FARTHEST).any():
            raise self.error(f"has coordinates beyond {FARTHEST:.0f} px")
        return values.astype(np.float32)


class Seen:
    """Keys of which a file has each once, and not more than memory holds."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._keys: set[object] = set()

    def add(self, key: object, place: Place) -> None:
        """Take one more; raises `AnnotationsError` if it was there before, or they are too many."""
        if key in self._keys:
            raise place.error(f"has {self._what} {key!a:.80} twice")
        if len(self._keys) == MOST_IMAGES:
            raise place.error(f"has more than {MOST_IMAGES} of {self._what}")
        self._keys.add(key)


@contextmanager
def opened(path: Path, at_most: int = LARGEST_FILE) -> Iterator[BufferedReader]:
    """Open a file of annotations, which has to be a regular one of at most so many bytes.

    Raises
    ------
    AnnotationsError
        If it is not, or cannot be read.
    """
    place = Place(path)
    try:
        stream = open_regular(path)
    except (OSError, ValueError) as error:  # a name can hold what no name can
        raise _unreadable(place, error) from error
    with stream:
        size = fstat(stream.fileno()).st_size
        if size > at_most:
            raise place.error(f"has {size} bytes, and can have {at_most} at most")
        try:
            yield stream
        except OSError as error:
            raise _unreadable(place, error) from error


def _unreadable(place: Place, error: OSError | ValueError) -> AnnotationsError:
    return place.error(f"cannot be read ({getattr(error, 'strerror', None) or error})")


def head_of(path: Path, size: int = _HEAD) -> bytes:
    """Return how a file begins; nothing of what is no file, or cannot be read."""
    try:
        with open_regular(path) as stream:
            return stream.read(size)
    except (OSError, ValueError):
        return b""


def files_of(path: Path, suffix: str, recognised: Callable[[Path], bool]) -> tuple[Path, ...]:
    """Return a file, or those of a folder that end so and are recognised, by name; no links.

    Raises
    ------
    AnnotationsError
        If the folder holds none of them.
    """
    if not path.is_dir():
        return (path,)
    named = sorted(each for each in path.iterdir() if each.suffix.lower() == suffix)
    found = tuple(each for each in named if not each.is_symlink() and recognised(each))
    if not found:
        raise Place(path).error(f"holds no {suffix} file of this format")
    return found


def own_copy(folder: Path, name: str) -> Path | None:
    """Return where an image that annotations name lies beside them, if it lies inside the folder.

    `name` is anybody's: what is absolute, climbs, is a URL or leads out through a link is none.
    """
    bare = re.split(r"[/\\]", name)[-1]
    for candidate in dict.fromkeys((name, f"images/{name}", f"images/{bare}", bare)):
        try:
            open_inside(folder, candidate).close()
        except OSError:
            continue
        return folder / candidate
    return None
