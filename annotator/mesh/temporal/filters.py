"""Which filters there are for a face that is shown: `FILTERS` is the one list of them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import as_landmarks
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.mediapipe_filter import MediaPipeFilter
from annotator.mesh.temporal.pose_shape import PoseShapeFilter


class MeshFilter(Protocol):
    """Makes one face calmer, frame by frame; it remembers what it was shown.

    What it gives is to be shown, never to be stored: every filter also takes from what is true, a
    blink for example.
    """

    def step(self, time: float, landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the mesh to show for the next frame, (n, 3) float32.

        Raises
        ------
        ValueError
            If the mesh is of another layout, or a number is not finite.
        """
        ...

    def reset(self) -> None:
        """Forget what was: the next frame passes unchanged."""
        ...


class NoFilter:
    """Shows what the model says."""

    def __init__(self, layout: MeshLayout) -> None:
        self._layout = layout

    def step(self, time: float, landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the mesh as it is, see `MeshFilter.step`."""
        return as_landmarks(landmarks, self._layout)

    def reset(self) -> None:
        """Forget nothing, for nothing is remembered."""


FILTERS: Mapping[str, Callable[[MeshLayout], MeshFilter]] = MappingProxyType(
    {"pose_shape": PoseShapeFilter, "mediapipe": MediaPipeFilter, "none": NoFilter}
)
"""Every filter by its name, made for a layout with what it does best; the first is the default."""
