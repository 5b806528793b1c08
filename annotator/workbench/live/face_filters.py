"""The filters in time of all faces that are tracked, and how much either mesh jitters."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference.tracking import TrackedFace
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import FILTERS, MeshFilter, jitter
from annotator.workbench.live.live_frame import SeenFace

_REMEMBERED = 24  # frames that jitter is the mean of
_FEWEST = 3  # of which there is a second difference


class _Trembling:
    """How much a mesh trembled over the last frames, each counted once, as it comes."""

    def __init__(self, layout: MeshLayout) -> None:
        self._layout = layout
        self._moments: deque[tuple[float, NDArray[np.float32]]] = deque(maxlen=_FEWEST)
        self._values: deque[float] = deque(maxlen=_REMEMBERED)

    def step(self, time: float, mesh: NDArray[np.float32]) -> float | None:
        """Return the mean with another frame; None while there are too few."""
        self._moments.append((time, mesh))
        if len(self._moments) < _FEWEST:
            return None
        times, meshes = zip(*self._moments, strict=True)
        # One value for all three: that of the middle one.
        self._values.append(float(jitter(times, np.stack(meshes), self._layout)[1]))
        return sum(self._values) / len(self._values)


@dataclass(frozen=True, eq=False)
class _Followed:
    """One face: its filter, and how its meshes tremble."""

    filter: MeshFilter
    raw: _Trembling
    filtered: _Trembling


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
            followed = self._faces[face.identity] = _Followed(
                self._make(self._layout), _Trembling(self._layout), _Trembling(self._layout)
            )
        filtered = np.asarray(followed.filter.step(time, face.landmarks), np.float32)
        return SeenFace(
            face.identity,
            face.landmarks,
            filtered,
            face.presence,
            face.doubt,
            followed.raw.step(time, face.landmarks),
            followed.filtered.step(time, filtered),
        )
