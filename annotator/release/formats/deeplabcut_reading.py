"""Reading DeepLabCut's labels, whoever made them: the CSV, as HDF5 files can hold what runs."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import LAYOUTS
from annotator.release.foreign_files import MOST_IMAGES, Place, Seen, head_of, opened, own_copy
from annotator.release.incoming import ImageClue, IncomingFace
from annotator.release.vertex_names import vertex_named

FOLDER = "labeled-data"
SCORER = "facemesh"
HALF_A_PIXEL = 0.5
"""DeepLabCut and napari count from the centre of the first pixel, releases from its corner."""

_PATTERN = "CollectedData_*.csv"
_HEAD = ("scorer", "individuals", "bodyparts", "coords")
_LONGEST_LINE = 1 << 25  # bytes: a hundred faces
_LAYOUT = max(LAYOUTS.values(), key=lambda layout: layout.count)
_MOST_FACES = 1 << 12


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """What the columns of a table are.

    Attributes
    ----------
    index
        How many of the first ones say which image it is.
    individuals
        The names of all faces that an image can have.
    face, vertex, axis : (c,) intp
        Of each other column.
    """

    index: int
    individuals: tuple[str, ...]
    face: NDArray[np.intp]
    vertex: NDArray[np.intp]
    axis: NDArray[np.intp]


def recognises(path: Path) -> bool:
    """Whether a file, or the first of a project, looks like a CSV of DeepLabCut's labels."""
    files = _files(path)
    return bool(files) and head_of(files[0]).startswith(b"scorer,")


def read_faces(path: Path) -> Iterator[IncomingFace]:
    """Yield the faces of a table, of all tables in a folder of labels, or of a whole project.

    Faces with all vertices of a layout are of its scheme, others of ``face_468_sparse``. z is NaN.

    Raises
    ------
    AnnotationsError
        If there is no such table, or its points are no vertices.
    """
    if path.suffix.lower() in (".h5", ".hdf5"):
        raise Place(path).error(
            "is HDF5, which can hold programs that run as it is read: take the CSV beside it"
        )
    files = _files(path)
    if not files:
        raise Place(path).error(f"has no {_PATTERN} in it")
    for file in files:
        with opened(file) as stream:
            yield from _faces_of(stream, file)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(path.glob(_PATTERN)) or sorted(path.glob(f"{FOLDER}/*/{_PATTERN}"))


def _faces_of(stream: BufferedReader, file: Path) -> Iterator[IncomingFace]:
    lines = _lines(stream, Place(file))
    head: dict[str, list[str]] = {}
    columns, images = None, Seen("image")
    for number, cells in lines:
        place = Place(file, f"line {number}")
        if columns is None and cells and cells[0] in _HEAD:
            head[cells[0]] = cells
            continue
        if columns is None:
            columns = _columns(head, place)
        if not any(cells):
            continue
        name = place.at("the image").text("/".join(cells[: columns.index]))
        images.add(name, place)
        yield from _faces(cells, columns, _clue(name, file), place)
    if columns is None:
        raise Place(file).error("is no table of DeepLabCut's: it has no rows")


def _lines(stream: BufferedReader, place: Place) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a table with their numbers; a cell cannot hold a line break."""
    number = 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        there = place.at(f"line {number}")
        if number > MOST_IMAGES or (len(line) == _LONGEST_LINE and not line.endswith(b"\n")):
            raise there.error("is too long, or one line too many")
        try:
            (cells,) = csv.reader([line.decode("utf-8").rstrip("\r\n")], strict=True)
        except (UnicodeDecodeError, csv.Error, ValueError) as error:
            raise there.error("is no line of a table, in UTF-8") from error
        yield number, cells


def _columns(head: dict[str, list[str]], place: Place) -> _Columns:
    if not {"scorer", "bodyparts", "coords"} <= set(head):
        raise place.error("comes before scorer, bodyparts and coords: it is no DeepLabCut table")
    parts, coords = head["bodyparts"], head["coords"]
    index = 3 if len(parts) > 3 and parts[1:3] == ["", ""] else 1
    owners = head.get("individuals", [""] * len(parts))
    if not len(parts) == len(coords) == len(owners) or len(parts) == index:
        raise place.error("comes after lines of a head that are not equally long, or empty")
    individuals = tuple(dict.fromkeys(owners[index:]))
    if len(individuals) > _MOST_FACES:
        raise place.error(f"is of more than {_MOST_FACES} faces")
    numbers = {name: number for number, name in enumerate(individuals)}
    axes = {"x": 0, "y": 1}
    found, seen = [], set()
    for owner, part, coord in zip(owners[index:], parts[index:], coords[index:], strict=True):
        vertex = vertex_named(part)
        if vertex is None or vertex >= _LAYOUT.count or coord not in axes:
            raise place.error(
                f"is of {part!a:.40}, {coord!a:.40}, which is no vertex's x or y: call them v000,"
                " v001 and so on"
            )
        column = (numbers[owner], vertex, axes[coord])
        if column in seen:
            raise place.error(f"is of a table that has {part!a:.40} twice")
        seen.add(column)
        found.append(column)
    face, vertices, axis = np.array(found, np.intp).T
    return _Columns(index, individuals, face, vertices, axis)


def _faces(
    cells: list[str], columns: _Columns, image: ImageClue, place: Place
) -> Iterator[IncomingFace]:
    values = cells[columns.index :]
    if len(values) != len(columns.face):
        raise place.error(f"has {len(values)} numbers, and its head {len(columns.face)}")
    points = np.full((len(columns.individuals), _LAYOUT.count, 3), np.nan)
    numbers = [place.number(cell) if cell not in ("", "nan", "NaN") else np.nan for cell in values]
    points[columns.face, columns.vertex, columns.axis] = np.array(numbers) + HALF_A_PIXEL
    for name, face in zip(columns.individuals, points, strict=True):
        there = place.at(name) if name else place
        labelled = np.isfinite(face[:, :2])
        if (labelled[:, 0] != labelled[:, 1]).any():
            raise there.error("has an x without a y, or a y without an x")
        if labelled.any():
            scheme = _LAYOUT.name if labelled.all() else f"{_LAYOUT.name}_sparse"
            yield IncomingFace(image, scheme, there.points(face), where=str(there))


def _clue(name: str, file: Path) -> ImageClue:
    return ImageClue(name=name, path=own_copy(file.parent, name))
