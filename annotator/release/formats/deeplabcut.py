"""DeepLabCut: a project whose labels napari-deeplabcut and DeepLabCut open."""

import csv
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.release.blocks import Block, Row
from annotator.release.formats.deeplabcut_config import config_lines
from annotator.release.formats.deeplabcut_hdf import LabelFile
from annotator.release.formats.deeplabcut_reading import (
    FOLDER,
    HALF_A_PIXEL,
    SCORER,
    read_faces,
    recognises,
)
from annotator.release.formats.definition import Format
from annotator.release.per_image import ImageFaces, images_of
from annotator.release.spool import sorted_spool
from annotator.release.vertex_names import vertex_names

_RUN = 4096  # photographs sorted in memory at once: some kilobytes each
_FILE = f"CollectedData_{SCORER}"


@dataclass(slots=True)
class _Folder:
    """What has to be known of a folder of labels before its first row is written."""

    size: tuple[int, int]
    faces: int = 1
    longest: int = 1  # bytes of a file's name


def image_folder(row: Row) -> str:
    """Return where DeepLabCut wants a photograph: images of one size share a folder.

    It stacks the images of a folder, which have to be of one size for that. (Crops lie where their
    photographs would.)
    """
    return f"{FOLDER}/{row['image_width']}x{row['image_height']}"


def write(folder: Path, blocks: Iterable[Block], layout: MeshLayout) -> None:
    """Write ``config.yaml``, and CSV and HDF5 with the same labels into each folder of images.

    Raises
    ------
    ExportError
        If PyTables is not installed.
    """
    LabelFile.check_library()
    folders: dict[str, _Folder] = {}
    last = ""
    with sorted_spool(folder, run=_RUN) as waiting:
        for image in images_of(blocks):
            name, entry = _folder_of(image), _entry(image)
            known = folders.setdefault(name, _Folder(image.size))
            known.faces = max(known.faces, entry["faces"])
            known.longest = max(known.longest, len(entry["name"].encode()))
            last = max(last, *(face.row["accepted_at"] for face in image.faces))
            waiting.add(name, {**entry, "folder": name})
        most = max((known.faces for known in folders.values()), default=1)
        for name, entries in groupby(waiting, lambda entry: str(entry["folder"])):
            _write_folder(folder / FOLDER / name, entries, folders[name], layout, most > 1)
    sizes = {name: known.size for name, known in sorted(folders.items())}
    with (folder / "config.yaml").open("x", encoding="utf-8", newline="\n") as stream:
        stream.writelines(config_lines(sizes, most, layout, last[:10]))


def _entry(image: ImageFaces) -> dict[str, Any]:
    points = np.stack([face.landmarks[:, :2] for face in image.faces]).astype("<f4")
    return {
        "name": _file_name(image),
        "faces": len(image.faces),
        "points": b64encode(points.tobytes()).decode("ascii"),
    }


def _folder_of(image: ImageFaces) -> str:
    first, *rest = image.image.file.split("/")
    is_placed = first == FOLDER and len(rest) == 2
    return rest[0] if is_placed else image_folder(image.row).removeprefix(f"{FOLDER}/")


def _file_name(image: ImageFaces) -> str:
    if image.image.file.startswith(f"{FOLDER}/"):
        return image.name
    path = PurePath(image.name)  # it is elsewhere, and several may have this name
    return f"{path.stem}-{image.row['image_sha256'][:8]}{path.suffix}"


def _write_folder(
    folder: Path,
    entries: Iterator[dict[str, Any]],
    known: _Folder,
    layout: MeshLayout,
    is_multi: bool,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    levels = [("scorer", [SCORER])]
    if is_multi:
        levels.append(("individuals", [f"face{number}" for number in range(known.faces)]))
    levels += [("bodyparts", list(vertex_names(layout))), ("coords", ["x", "y"])]
    width = known.faces * layout.count * 2
    with ExitStack() as stack:
        text = stack.enter_context(
            (folder / f"{_FILE}.csv").open("x", encoding="utf-8", newline="")
        )
        table = csv.writer(text, lineterminator="\n")
        table.writerows(_header(levels))
        labels = stack.enter_context(LabelFile(folder / f"{_FILE}.h5", levels, known.longest))
        for entry in entries:
            points = np.frombuffer(b64decode(entry["points"]), "<f4").astype(np.float64)
            values = np.full(width, np.nan)
            values[: len(points)] = points - HALF_A_PIXEL
            labels.append((FOLDER, folder.name, entry["name"]), values)
            cells = [repr(value) if isfinite(value) else "" for value in values.tolist()]
            table.writerow([FOLDER, folder.name, entry["name"], *cells])


def _header(levels: list[tuple[str, list[str]]]) -> Iterator[list[str]]:
    """Yield the lines of a table's head: the first level changes slowest, the last fastest."""
    grid = np.indices([len(values) for _, values in levels]).reshape(len(levels), -1)
    for (name, values), codes in zip(levels, grid.tolist(), strict=True):
        yield [name, "", "", *(values[code] for code in codes)]


FORMAT = Format(
    "deeplabcut",
    "DeepLabCut (HDF5 and CSV)",
    write,
    keeps="x and y of every vertex, the faces of a photograph as individuals",
    loses="z, visibility, the prediction, people and verdicts",
    needs_upright=True,
    image_folder=image_folder,
    read_faces=read_faces,
    recognises=recognises,
)
