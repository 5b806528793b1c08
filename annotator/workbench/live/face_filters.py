"""The filters in time of all faces that are tracked, and how much either mesh jitters."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotator.inference.tracking import TrackedFace
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import FILTERS, MeshFilter, jitter
from annotator.workbench.live.live_frame import SeenFace

_REMEMBERED = 24  # frames that jitter is the mean of
_FEWEST = 3  # of which there is a second difference
Moment = tuple[float, NDArray[np.float32]]


def _moments() -> "deque[Moment]":
    return deque(maxlen=_REMEMBERED)


@dataclass(frozen=True, eq=False)
class _Followed:
    """One face: its filter, and what its meshes were lately."""

    filter: MeshFilter
    raw: "deque[Moment]" = field(default_factory=_moments)
    filtered: "deque[Moment]" = field(default_factory=_moments)


class FaceFilters:
    """Filters each face by itself, for as long as it is tracked.

    Parameters
    ----------
    layout : MeshLayout
    name : str
        Of `annotator.mesh.temporal.FILTERS`.
    """

    def __init__(self, layout: MeshLayout, name: str) -> None:
        self._layout = layout
        self._make: Callable[[MeshLayout], MeshFilter] = FILTERS[name]
        self._faces: dict[int, _Followed] = {}
        self.name = name

    def step(self, time: float, faces: Sequence[TrackedFace]) -> tuple[SeenFace, ...]:
        """Return the faces of a frame with what the filter makes of them; time grows."""
        there = {face.identity for face in faces}
        for gone in self._faces.keys() - there:
            del self._faces[gone]
        return tuple(self._seen(time, face) for face in faces)

    def _seen(self, time: float, face: TrackedFace) -> SeenFace:
        followed = self._faces.get(face.identity)
        if followed is None:
            followed = self._faces[face.identity] = _Followed(self._make(self._layout))
        filtered = np.asarray(followed.filter.step(time, face.landmarks), np.float32)
        followed.raw.append((time, face.landmarks))
        followed.filtered.append((time, filtered))
        return SeenFace(
            face.identity,
            face.landmarks,
            filtered,
            face.presence,
            face.doubt,
            self._jitter(followed.raw),
            self._jitter(followed.filtered),
        )

    def _jitter(self, moments: "deque[Moment]") -> float | None:
        """Return the mean over the last frames, or None while there are too few."""
        if len(moments) < _FEWEST:
            return None
        times = np.array([time for time, _ in moments])
        found = jitter(times, np.stack([mesh for _, mesh in moments]), self._layout)
        known = found[np.isfinite(found)]
        return float(known.mean()) if len(known) else None
