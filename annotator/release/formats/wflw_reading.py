"""Reading lists in WFLW's form, of anybody's."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from annotator.mesh.sparse.points_98 import COUNT
from annotator.release.foreign_files import Place, files_of, head_of, opened, own_copy
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.sparse_points import points_from_centres

ATTRIBUTES = ("pose", "expression", "illumination", "make-up", "occlusion", "blur")

SUFFIX = ".txt"

_LOOKS = 16  # files of a folder before it is none of this format
_NUMBERS = 2 * COUNT
_BOX = 4
_BEFORE_NAME = _NUMBERS + _BOX + len(ATTRIBUTES)
_LONGEST = 1 << 14  # bytes of a line; WFLW's have 2000


def recognises(path: Path) -> bool:
    """Return whether the first line of a file, or of one in a folder, looks like WFLW's."""
    if path.is_dir():
        return any(map(_is_ours, sorted(path.glob(f"*{SUFFIX}"))[:_LOOKS]))
    return _is_ours(path)


def _is_ours(path: Path) -> bool:
    first = head_of(path).split(b"\n", 1)[0].split(maxsplit=_BEFORE_NAME)
    return len(first) == _BEFORE_NAME + 1 and all(map(_is_number, first[:_BEFORE_NAME]))


def _is_number(text: bytes) -> bool:
    return text.translate(None, b"0123456789+-.eE") == b"" and text != b""


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the face of each line, of a folder's lists one after the other.

    Raises
    ------
    AnnotationsError
        If a line is not of this form.
    """
    for file in files_of(path, SUFFIX, _is_ours):
        yield from _faces_of(file)


def _faces_of(path: Path) -> Iterator[IncomingFace]:
    place = Place(path)
    with opened(path) as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            here = place.at(f"line {number}")
            if len(line) == _LONGEST:
                raise here.error("is too long")
            if line.strip():
                yield _face(line, here)


def _face(line: bytes, place: Place) -> IncomingFace:
    try:
        parts = line.decode("utf-8").split(maxsplit=_BEFORE_NAME)
    except UnicodeDecodeError as error:
        raise place.error("is no UTF-8") from error
    if len(parts) != _BEFORE_NAME + 1:
        raise place.error(
            f"has {len(parts)} entries: {_NUMBERS} coordinates, {_BOX} of a box, "
            f"{len(ATTRIBUTES)} attributes and a name belong there"
        )
    for part in parts[_NUMBERS:_BEFORE_NAME]:
        place.number(part)
    values = np.array([place.number(part) for part in parts[:_NUMBERS]]).reshape(COUNT, 2)
    points = place.points(points_from_centres(values, first=0))
    name = place.text(parts[-1].strip())
    clue = ImageClue(name, path=own_copy(place.path.parent, name))
    return IncomingFace(clue, "wflw_98", points, where=str(place))
