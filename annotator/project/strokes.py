"""Strokes and the mesh they lead to: frozen values, free of SQL.

Landmark arrays are float32 of shape (n, 3), n of the layout: x right, y down and z, in pixels of
the upright image. Arrays handed out are read-only; copy one before changing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks, as_marks

_HIGHEST_INDEX = 2**16 - 1  # that can be stored; which layout a stroke is of, its sample says


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array


class StrokeMade(NamedTuple):
    """Which stroke it is, who made it and when (UTC)."""

    id: int
    annotator: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """The current mesh of a sample beside the prediction it came from.

    `revision` grows with every change; hand it back with the next change, so that a change
    made elsewhere in the meantime is noticed instead of overwritten.

    Attributes
    ----------
    layout
        That of the model which made the prediction.
    marks
        (n,) uint8, visibility and pins, see `annotator.mesh.marks`; read-only.
    anchors
        Vertices that somebody placed and Guided drag holds on to, in the order of placing.
    last_stroke, next_redo
        What an undo would take back, and a redo bring back.
    """

    sample_id: int
    landmarks: npt.NDArray[np.float32]
    prediction: npt.NDArray[np.float32]
    layout: MeshLayout
    marks: Marks
    revision: int
    can_undo: bool
    can_redo: bool
    anchors: tuple[int, ...] = ()
    last_stroke: StrokeMade | None = None
    next_redo: StrokeMade | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One undoable edit: what it made of the vertices, of their marks, and of the anchors.

    The arrays are checked, converted and frozen copies of those given. A stroke may leave the
    positions, the marks or the anchors as they are, but not all three.

    Parameters
    ----------
    tool
        Name of the tool, for example ``"grab"``.
    vertex_indices
        (n,) integers, each at most once; n is 0 where only anchors change.
    before, after
        (n, 3) positions of these vertices, float32 once stored.
    marks_before, marks_after
        (n,) marks of these vertices, see `annotator.mesh.marks`; None if they stay as they are.
        Where both are given and equal, they become None.
    anchors_added, anchors_removed
        Vertices that are anchors from now on, and that are none any more; each at most once.
    brought_back
        The revision that it makes the mesh to be again, for the audit log; None of other strokes.

    Raises
    ------
    ValueError
        If a shape, an index, a position or a mark is impossible, or nothing changes.
    """

    tool: str
    vertex_indices: npt.NDArray[np.integer]
    before: npt.NDArray[np.floating]
    after: npt.NDArray[np.floating]
    marks_before: Marks | None = None
    marks_after: Marks | None = None
    anchors_added: tuple[int, ...] = ()
    anchors_removed: tuple[int, ...] = ()
    brought_back: int | None = None

    def __post_init__(self) -> None:
        if not self.tool:
            raise ValueError("a stroke needs the name of its tool")
        indices = _checked_indices(self.vertex_indices, "vertex_indices")
        object.__setattr__(self, "vertex_indices", indices)
        for name in ("before", "after"):
            positions = _checked_positions(getattr(self, name), name, len(indices))
            object.__setattr__(self, name, positions)
        before, after = _checked_marks(self.marks_before, self.marks_after, len(indices))
        object.__setattr__(self, "marks_before", before)
        object.__setattr__(self, "marks_after", after)
        for name in ("anchors_added", "anchors_removed"):
            anchors = _checked_indices(getattr(self, name), name)
            object.__setattr__(self, name, tuple(anchors.tolist()))
        if not self._changes_something:
            raise ValueError("a stroke has to change a position, a mark or an anchor")

    @property
    def _changes_something(self) -> bool:
        if self.marks_after is not None or self.anchors_added or self.anchors_removed:
            return True
        return not np.array_equal(self.before, self.after)


@dataclass(frozen=True, slots=True, eq=False)
class StrokeRecord:
    """A stored stroke; `sequence` counts from 1 within its sample, `created_at` is in UTC."""

    id: int
    sequence: int
    tool: str
    vertex_indices: npt.NDArray[np.uint16]
    before: npt.NDArray[np.float32]
    after: npt.NDArray[np.float32]
    annotator: str | None
    created_at: datetime
    undone: bool
    marks_before: Marks | None = None
    marks_after: Marks | None = None
    anchors_added: tuple[int, ...] = ()
    anchors_removed: tuple[int, ...] = ()


def with_anchors(
    anchors: Sequence[int], *, added: Sequence[int], removed: Sequence[int]
) -> tuple[int, ...]:
    """Return the anchors after a stroke: without the removed, then with the added at the end.

    A vertex that is placed again moves to the end, so that the order stays that of placing.
    """
    kept = (vertex for vertex in anchors if vertex not in removed and vertex not in added)
    return (*kept, *added)


def _checked_indices(values: npt.ArrayLike, name: str) -> npt.NDArray[np.uint16]:
    indices = np.asarray(values)
    if indices.shape == (0,):
        return _frozen(np.zeros(0, np.uint16))  # of an empty list numpy makes floats
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise ValueError(
            f"expected {name} to be (n,) integers, but got {indices.dtype} of shape {indices.shape}"
        )
    if indices.min() < 0 or indices.max() > _HIGHEST_INDEX:
        raise ValueError(f"{name} must lie between 0 and {_HIGHEST_INDEX}")
    if len(np.unique(indices)) != len(indices):
        raise ValueError(f"a stroke changes each vertex once, but {name} repeats one")
    return _frozen(indices.astype(np.uint16))


def _checked_positions(values: npt.ArrayLike, name: str, count: int) -> npt.NDArray[np.float32]:
    positions = np.array(values, dtype=np.float32)
    if positions.shape != (count, 3):
        raise ValueError(f"expected {name} to have shape ({count}, 3), but got {positions.shape}")
    if not np.isfinite(positions).all():
        raise ValueError(f"{name} holds positions that are not finite numbers")
    return _frozen(positions)


def _checked_marks(
    before: npt.ArrayLike | None, after: npt.ArrayLike | None, count: int
) -> tuple[Marks | None, Marks | None]:
    if before is None and after is None:
        return None, None
    if before is None or after is None:
        raise ValueError("expected marks_before and marks_after, but got only one of them")
    checked = as_marks(before), as_marks(after)
    for name, marks in zip(("marks_before", "marks_after"), checked, strict=True):
        if len(marks) != count:
            raise ValueError(f"expected {name} to have shape ({count},), but got {marks.shape}")
    if np.array_equal(*checked):
        return None, None
    return _frozen(checked[0]), _frozen(checked[1])
