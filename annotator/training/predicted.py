"""What the parent and the trained net say of the faces, face by face, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from annotator.inference.regions import to_image
from annotator.mesh.units import error_unit
from annotator.system.csv_text import csv_line
from annotator.system.placing import placed
from annotator.training.crops import looked_at, plain_view
from annotator.training.data import RunData
from annotator.training.faces import Face
from annotator.training.judging import Floats, Predict
from annotator.training.pace import Deadline
from annotator.training.splits import Split

MOST = 2000
"""Faces in the table; those for validation first."""

_AT_ONCE = 32


def write_predictions(
    path: Path, data: RunData, nets: tuple[Predict, Predict], deadline: Deadline
) -> None:
    """Write a row a face: its split, both nets' errors on it, and where the net sees its vertices.

    Errors are 2-D, in outer IOD, of the crop that prediction looks at once it knows the mesh;
    places in pixels of the upright photograph.

    Parameters
    ----------
    path
    data
    nets
        The parent and the net.
    deadline
        After which no face is looked at any more.
    """
    vertices = data.layout.count
    axes = [f"{axis}{vertex}" for vertex in range(vertices) for axis in "xyz"]
    with placed(path) as stream:
        header: list[object] = ["face", "name", "split", "corrected", "nme_parent", "nme", *axes]
        for row in chain([header], _rows(data, nets, deadline)):
            stream.write(csv_line(row).encode())


def _rows(
    data: RunData, nets: tuple[Predict, Predict], deadline: Deadline
) -> Iterator[list[object]]:
    split = dict(zip((face.key for face in data.faces), data.splits, strict=True))
    ordered = sorted(data.faces, key=lambda face: split[face.key] is not Split.VALIDATION)[:MOST]
    for at in range(0, len(ordered), _AT_ONCE):
        if at and not deadline.leaves(0):
            return
        some = ordered[at : at + _AT_ONCE]
        said = (_predicted(some, data, net) for net in nets)
        for face, before, after in zip(some, *said, strict=True):
            errors = [f"{_nme(mesh, face, data):.6f}" for mesh in (before, after)]
            places = chain.from_iterable(after.round(3).tolist())
            yield [face.key, face.name, split[face.key], int(face.corrected), *errors, *places]


def _predicted(faces: Sequence[Face], data: RunData, predict: Predict) -> list[Floats]:
    views = [plain_view(face.landmarks, data.layout) for face in faces]
    cutouts = [data.cutouts.of(face) for face in faces]
    crops = [
        looked_at(cutout.pixels, cutout.seen(view))
        for cutout, view in zip(cutouts, views, strict=True)
    ]
    points, _ = predict(np.stack(crops))
    return [
        to_image(mesh.reshape(-1), view.region) for mesh, view in zip(points, views, strict=True)
    ]


def _nme(mesh: Floats, face: Face, data: RunData) -> float:
    apart = np.linalg.norm((mesh - face.landmarks)[:, :2], axis=1).mean()
    return float(apart / error_unit(face.landmarks, data.layout))
