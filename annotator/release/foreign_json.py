"""JSON of anybody's annotations, an entry at a time, refused in words."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from annotator.release.foreign_files import Place, opened
from annotator.release.json_objects import MalformedError, read_list, read_object

LONGEST_ENTRY = 1 << 25
"""Characters of an entry: an image with two hundred faces of 468 points, written at length."""


def entries_of_object(path: Path, lists: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the keys and values of the object in a file, and of `lists` the entries one by one.

    Raises
    ------
    AnnotationsError
        If the file holds no such object, or something in it is too long.
    """
    with opened(path) as stream:
        try:
            yield from read_object(stream, lists, longest=LONGEST_ENTRY)
        except MalformedError as error:
            raise Place(path).error(f"cannot be read: {error}") from error


def entries_of_list(path: Path) -> Iterator[Any]:
    """Yield the entries of the list in a file, and raise what `entries_of_object` raises."""
    with opened(path) as stream:
        try:
            yield from read_list(stream, longest=LONGEST_ENTRY)
        except MalformedError as error:
            raise Place(path).error(f"cannot be read: {error}") from error
