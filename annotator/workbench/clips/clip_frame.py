"""A frame of a clip on the screen that is no sample (yet): its pixels, and the mesh over them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.tools.base import MeshState
from annotator.mesh.tools.editor import blank_state

Landmarks = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ClipFrame:
    """What is shown of a frame.

    Attributes
    ----------
    clip_id : int
    name : str
        Of the clip, fit to be shown.
    frame : int
    pixels : (H, W, 3) uint8
        RGB, upright.
    track_id : int or None
        Whose mesh it is.
    prediction : (n, 3) float32 or None
        What the model said; None where the face has no mesh.
    landmarks : (n, 3) float32 or None
        The mesh that is shown: the prediction, or what corrections of key frames make of it.
    layout : MeshLayout
    """

    clip_id: int
    name: str
    frame: int
    pixels: NDArray[np.uint8]
    track_id: int | None = None
    prediction: Landmarks | None = None
    landmarks: Landmarks | None = None
    layout: MeshLayout = FACE_468

    @property
    def has_face(self) -> bool:
        """Whether there is a mesh over it."""
        return self.landmarks is not None

    @property
    def is_propagated(self) -> bool:
        """Whether the mesh is what corrections of other frames make of the prediction."""
        return self.landmarks is not None and self.landmarks is not self.prediction

    def state(self) -> MeshState:
        """Return what tools act on; without a face all of it is hidden."""
        if self.landmarks is None or self.prediction is None:
            height, width = self.pixels.shape[:2]
            return blank_state(width, height, self.layout)
        return MeshState.of(self.landmarks, self.prediction, self.layout)
