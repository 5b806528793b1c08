"""What all filters share: frames come one after another, until they do not."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import as_landmarks
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.checked import Floats
from annotator.mesh.temporal.continuity import goes_on, has_extent

Landmarks = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Shown:
    """A frame that was filtered: its time in seconds, the mesh as it came, and the answer."""

    time: float
    raw: Landmarks
    answer: Landmarks


class FrameFilter(ABC):
    """Filters one face, frame by frame.

    The first frame passes unchanged, and so does the next one after the time went back, after a
    gap of more than half a second, and where a subclass sees that the face is another. A frame
    that is shown again gets the same answer again.

    Parameters
    ----------
    layout
        Of the meshes.
    """

    def __init__(self, layout: MeshLayout) -> None:
        self._layout = layout
        self._shown: _Shown | None = None

    def reset(self) -> None:
        """Forget what was: the next frame passes unchanged."""
        self._shown = None

    def step(self, time: float, landmarks: NDArray[np.floating]) -> Landmarks:
        """Return the filtered mesh of the next frame, (n, 3) float32, a fresh array.

        Parameters
        ----------
        time
            In seconds, from any beginning.
        landmarks : (n, 3)
            As the model says them, in px; n of the layout.

        Raises
        ------
        ValueError
            If the shape differs or a number is not finite. What was remembered stays.
        """
        mesh = as_landmarks(landmarks, self._layout)
        if not math.isfinite(time):
            raise ValueError(f"expected a time in seconds, but got {time}")
        last = self._shown
        if last is None or time != last.time or not np.array_equal(mesh, last.raw):
            last = self._shown = _Shown(time, mesh, self._answer(last, time, mesh))
        return last.answer.copy()

    def _answer(self, last: _Shown | None, time: float, mesh: Landmarks) -> Landmarks:
        exact = mesh.astype(np.float64)
        step = math.inf if last is None else time - last.time
        if last is None or not goes_on(step) or not self._continues(last.raw, mesh, step):
            self._begin(exact)
            return mesh
        return self._advance(step, exact).astype(np.float32)

    def _continues(self, before: Landmarks, after: Landmarks, step: float) -> bool:
        """Return whether a mesh, so many seconds after another one, may be of the same face."""
        return has_extent(before) and has_extent(after)

    @abstractmethod
    def _begin(self, mesh: Floats) -> None:
        """Remember a mesh, and nothing of what was before."""

    @abstractmethod
    def _advance(self, step: float, mesh: Floats) -> Floats:
        """Return the filtered mesh so many seconds after the last one, and remember it."""
