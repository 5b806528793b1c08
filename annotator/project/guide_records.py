"""Guides: sparse landmarks of another origin, shown over a mesh and never exported as it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

MOST_POINTS = 10_000
_MOST_VISIBILITY = 2


@dataclass(frozen=True, slots=True, eq=False)
class NewGuide:
    """A guide that is to be stored.

    Attributes
    ----------
    scheme
        Which points they are, ``"ibug_68"`` say.
    points
        (k, 3) x, y, z in pixels of the upright image; NaN where nobody labelled one.
    visibility
        (k,) 0 visible, 1 occluded, 2 out of frame; None where nobody said any.
    origin
        Where they are from: a file's name, a tool.
    """

    scheme: str
    points: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.uint8] | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        points = _checked_points(self.points)
        object.__setattr__(self, "points", points)
        if self.visibility is not None:
            object.__setattr__(self, "visibility", _checked_visibility(self.visibility, points))


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """A guide that is stored; as `NewGuide`, its arrays read-only."""

    id: int
    sample_id: int
    scheme: str
    points: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.uint8] | None
    origin: str
    added_at: datetime
    added_by: str


def _checked_points(points: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return (k, 3) points of which one is labelled, or raise ValueError."""
    checked = np.array(points, dtype=np.float32)  # a copy: frozen
    if checked.ndim != 2 or checked.shape[1] != 3 or not 0 < len(checked) <= MOST_POINTS:
        raise ValueError(
            f"expected 1 to {MOST_POINTS:,} points of shape (k, 3), but got {checked.shape}"
        )
    if np.isinf(checked).any():
        raise ValueError("expected points that are finite, or NaN where there is no label")
    if np.isnan(checked[:, :2]).any(axis=1).all():
        raise ValueError("expected a guide with a labelled point, but none has both x and y")
    checked.setflags(write=False)
    return checked


def _checked_visibility(
    visibility: npt.ArrayLike, points: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    given = np.asarray(visibility)
    if given.shape != (len(points),):
        raise ValueError(f"expected visibility of shape ({len(points)},), but got {given.shape}")
    if not np.isin(given, range(_MOST_VISIBILITY + 1)).all():
        raise ValueError("expected visibility of 0, 1 or 2 for each point")
    checked = given.astype(np.uint8)
    checked.setflags(write=False)
    return checked
