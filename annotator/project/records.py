"""What the store hands out and takes in: frozen values, free of SQL.

Landmark arrays are float32 of shape (468, 3): x right, y down and z, in pixels of the upright
image. Arrays handed out are read-only; copy one before changing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.mesh.landmarks import LANDMARK_COUNT


class SampleState(StrEnum):
    """Where a sample stands on its way to ground truth."""

    PREDICTED = "predicted"
    IN_PROGRESS = "in_progress"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXCLUDED = "excluded"


class Verdict(StrEnum):
    """What a reviewer said."""

    ACCEPT = "accept"
    REJECT = "reject"
    EXCLUDE = "exclude"
    REOPEN = "reopen"


class RejectReason(StrEnum):
    """Why a reviewer turned a sample down."""

    NOT_A_FACE = "not_a_face"
    POOR_MESH = "poor_mesh"
    OCCLUDED = "occluded"
    BLURRED = "blurred"
    EXTREME_POSE = "extreme_pose"
    DUPLICATE = "duplicate"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to add.

    Attributes
    ----------
    width, height
        Of the upright image, in pixels.
    file_size, modified_ns
        Of the file, in bytes and in nanoseconds, from before it was hashed, so that a change
        in between is noticed later; None if they are to be looked up.
    """

    path: Path
    sha256: str
    width: int
    height: int
    file_size: int | None = None
    modified_ns: int | None = None


@dataclass(frozen=True, slots=True)
class FailedImage:
    """A file that could not be used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """How many entries of one call were added, were there already, or had failed."""

    added: int
    already_there: int
    failed: int


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image of the project.

    Attributes
    ----------
    path
        Absolute.
    name
        Of the file, fit for display.
    file_size, modified_ns
        Of the file when it was added, in bytes and in nanoseconds; None if they are not known.
    """

    id: int
    path: Path
    name: str
    sha256: str
    width: int
    height: int
    file_size: int | None = None
    modified_ns: int | None = None


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What a list shows of a sample.

    Attributes
    ----------
    stroke_count
        Strokes in effect (undone ones do not count).
    box
        Left, top, width and height of the current landmarks, in pixels of the upright image.
    annotator
        Who made the last stroke in effect, if there is one.
    reviewer
        Who gave the verdict in effect, if there is one.
    """

    id: int
    image_id: int
    image_name: str
    image_path: Path
    face_index: int
    state: SampleState
    presence: float
    stroke_count: int
    box: tuple[float, float, float, float]
    annotator: str | None
    reviewer: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """The current mesh of a sample beside the prediction it came from.

    `revision` grows with every change; hand it back with the next change, so that a change
    made elsewhere in the meantime is noticed instead of overwritten.
    """

    sample_id: int
    landmarks: npt.NDArray[np.float32]
    prediction: npt.NDArray[np.float32]
    revision: int
    can_undo: bool
    can_redo: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One undoable edit: the vertices it moved, and where they were before and after.

    The arrays are checked, converted and frozen copies of those given.

    Parameters
    ----------
    tool
        Name of the tool, for example ``"grab"``.
    vertex_indices
        (n,) integers, n >= 1, each at most once.
    before, after
        (n, 3) positions of these vertices, float32 once stored.

    Raises
    ------
    ValueError
        If a shape, an index or a position is impossible.
    """

    tool: str
    vertex_indices: npt.NDArray[np.integer]
    before: npt.NDArray[np.floating]
    after: npt.NDArray[np.floating]

    def __post_init__(self) -> None:
        if not self.tool:
            raise ValueError("a stroke needs the name of its tool")
        indices = _checked_indices(self.vertex_indices)
        object.__setattr__(self, "vertex_indices", indices)
        for name in ("before", "after"):
            positions = _checked_positions(getattr(self, name), name, len(indices))
            object.__setattr__(self, name, positions)


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


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict; `revision` is that of the annotation it was given on."""

    verdict: Verdict
    reviewer: str
    reasons: tuple[RejectReason, ...]
    comment: str
    created_at: datetime
    revision: int


@dataclass(frozen=True, slots=True, eq=False)
class AcceptedSample:
    """All that a release says about an accepted sample.

    Attributes
    ----------
    verdict
        ``"accepted_as_predicted"`` when no stroke is in effect, else ``"accepted"``.
    displacement_mean, displacement_max
        2-D distance between annotation and prediction over the vertices, in pixels.
    displacement_nme
        `displacement_mean` divided by the outer IOD of the annotation.
    """

    sample_id: int
    image: ImageRecord
    face_index: int
    landmarks: npt.NDArray[np.float32]
    prediction: npt.NDArray[np.float32]
    presence: float
    model_name: str
    model_sha256: str
    annotator: str | None
    reviewer: str
    verdict: str
    accepted_at: datetime
    stroke_count: int
    displacement_mean: float
    displacement_max: float
    displacement_nme: float


def _checked_indices(values: npt.ArrayLike) -> npt.NDArray[np.uint16]:
    indices = np.asarray(values)
    if indices.ndim != 1 or not len(indices) or not np.issubdtype(indices.dtype, np.integer):
        raise ValueError(
            f"expected vertex_indices to be (n,) integers with n >= 1, "
            f"but got {indices.dtype} of shape {indices.shape}"
        )
    if indices.min() < 0 or indices.max() >= LANDMARK_COUNT:
        raise ValueError(f"vertex_indices must lie between 0 and {LANDMARK_COUNT - 1}")
    if len(np.unique(indices)) != len(indices):
        raise ValueError("a stroke moves each vertex once, but vertex_indices repeats one")
    return _frozen(indices.astype(np.uint16))


def _checked_positions(values: npt.ArrayLike, name: str, count: int) -> npt.NDArray[np.float32]:
    positions = np.array(values, dtype=np.float32)
    if positions.shape != (count, 3):
        raise ValueError(f"expected {name} to have shape ({count}, 3), but got {positions.shape}")
    if not np.isfinite(positions).all():
        raise ValueError(f"{name} holds positions that are not finite numbers")
    return _frozen(positions)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array
