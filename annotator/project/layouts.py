"""Where meshes leave the store: which layout they have, and whether that is what is stored."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.marks import Marks, no_marks
from annotator.project.errors import RESTORE, DamagedProject, NewerProject


def stored_layout(name: str) -> MeshLayout:
    """Return the layout that a stored model has.

    Raises
    ------
    NewerProject
        If this program does not know it.
    """
    if name not in LAYOUTS:
        raise NewerProject(
            f"a model of this project predicts meshes of the layout {name!r}, which this version "
            "does not know: upgrade with `pip install --upgrade facemesh-annotator`"
        )
    return LAYOUTS[name]


def check_stored(layout: MeshLayout, *arrays: npt.NDArray[Any] | None) -> None:
    """Raise DamagedProject unless each array has a row for each vertex; None is no array."""
    for array in arrays:
        if array is not None and len(array) != layout.count:
            raise DamagedProject(
                f"the database is damaged: {len(array)} vertices where {layout.name} has "
                f"{layout.count}; {RESTORE}"
            )


def check_stored_vertices(layout: MeshLayout, *indices: npt.NDArray[np.uint16] | None) -> None:
    """Raise DamagedProject unless all are vertices of the layout; None is no array."""
    for each in indices:
        if each is not None and each.max(initial=0) >= layout.count:
            raise DamagedProject(f"the database is damaged: impossible vertex indices; {RESTORE}")


def lost_rows(sample_id: int) -> DamagedProject:
    """Return the error for a sample that is there without all that belongs to it."""
    return DamagedProject(
        f"the database is damaged: sample {sample_id} has lost its mesh, its model or its verdict; "
        + RESTORE
    )


@cache
def unmarked(layout: MeshLayout) -> Marks:
    """Return the marks of a sample that nobody marked, (n,), read-only."""
    marks = no_marks(layout.count)
    marks.setflags(write=False)
    return marks
