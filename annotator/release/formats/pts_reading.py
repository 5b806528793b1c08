"""Reading ``.pts`` files of anybody's: 68 points, or 98, each file a face."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.release.foreign_files import Place, head_of, opened, own_copy
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.sparse_points import points_from_centres

POINTS = "points"
SUFFIX = ".pts"
SCHEMES = {68: "ibug_68", 98: "wflw_98"}

_LARGEST = 1 << 16  # bytes of a file; ours has 1600
_MOST_LINES = 1024
_LOOKS = 64  # entries of a folder before it is none of this format
_HEADER = re.compile(r"(version|n_points)\s*:\s*(\d{1,9})")
_FACE = re.compile(r"(.+\.\w{2,5})-\d{1,9}")
_IMAGES = (
    ".jpg",
    ".png",
    ".jpeg",
    ".bmp",
    ".tif",
    ".tiff",
    ".webp",
    ".gif",
    ".ppm",
    ".JPG",
    ".PNG",
)


def recognises(path: Path) -> bool:
    """Return whether a file, or one of the first in a folder, looks like points."""
    try:
        first = next(_files(path, at_most=_LOOKS), None)
    except OSError:
        return False
    return first is not None and head_of(first, 64).lstrip().startswith((b"version", b"n_points"))


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the face of each file, or of all in a folder and its folders, by name.

    The image is the one that lies beside it under the same name, or in ``images`` above.

    Raises
    ------
    AnnotationsError
        If a file is not of this format, or has neither 68 points nor 98.
    """
    for file in _files(path):
        place = Place(file)
        with opened(file, _LARGEST) as stream:
            text = stream.read(_LARGEST + 1).decode("utf-8", errors="replace")
        values = _parsed(text, place)
        points = place.points(points_from_centres(values, first=1))
        yield IncomingFace(_clue(file, path), SCHEMES[len(points)], points, where=str(place))


def _files(path: Path, at_most: int | None = None) -> Iterator[Path]:
    """Yield a file, or those of a folder and below in the order of their names, but for links.

    With `at_most` no more entries than so are looked at.
    """
    if not path.is_dir():
        if path.suffix.lower() == SUFFIX:
            yield path
        return
    looked = 0
    for parent, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            looked += 1
            if at_most is not None and looked > at_most:
                return
            file = Path(parent, name)
            if name.lower().endswith(SUFFIX) and file.is_file() and not file.is_symlink():
                yield file


def _parsed(text: str, place: Place) -> NDArray[np.float64]:
    """Return the points of a file, (k, 2)."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("//", "#"))]
    if len(lines) > _MOST_LINES or "{" not in lines or lines[-1] != "}":
        raise place.error("is no file of points: they stand between { and } on lines of their own")
    begin = lines.index("{")
    headers = [match for line in lines[:begin] if (match := _HEADER.fullmatch(line))]
    said = {match[1]: match[2] for match in headers}
    if said.get("version", "1") != "1":
        raise place.error("is of another version than 1")
    body = lines[begin + 1 : -1]
    if "n_points" in said and int(said["n_points"]) != len(body):
        raise place.error(f"says {said['n_points']} points and has {len(body)}")
    if len(body) not in SCHEMES:
        raise place.error(f"has {len(body)} points: 68 and 98 can be read")
    values = np.empty((len(body), 2))
    for number, line in enumerate(body):
        inside = place.at(f"point {number + 1}")
        parts = line.split()
        if len(parts) != 2:
            raise inside.error("is not two numbers")
        values[number] = [inside.number(part) for part in parts]
    return values


def _clue(file: Path, path: Path) -> ImageClue:
    """Return which image a file is about: ``walk.pts`` and ``walk.jpg-0.pts`` of ``walk.jpg``."""
    match = _FACE.fullmatch(file.stem)
    names = [match[1]] if match else [f"{file.stem}{suffix}" for suffix in _IMAGES]
    inside = [file.parent]
    if path.is_dir() and file.parent != path:  # no folder above what was given is looked into
        inside.append(path if file.parent.parent == path else file.parent.parent)
    for folder in inside:
        for name in names:
            if (copy := own_copy(folder, name)) is not None:
                return ImageClue(name, path=copy)
    return ImageClue(names[0] if match else file.stem)
