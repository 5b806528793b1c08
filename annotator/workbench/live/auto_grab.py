"""When to keep a frame without being asked: where the model doubts, and not too often."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import plane
from annotator.workbench.live.live_frame import SeenFace

# In shares of the outer IOD. Faces that are still or move stay below 0.015 and, even shaken,
# below 0.019; a pillar that passes in front of one brings 0.02 to 0.12.
_DOUBT = 0.02
_SHAPE_JITTER = 0.02
_EVERY = 3.0  # seconds

Mesh = NDArray[np.floating]


class AutoGrab:
    """Decides frame by frame whether one is kept.

    Parameters
    ----------
    layout : MeshLayout
    every : float
        Seconds between two that are kept, at least.
    doubt, shape_jitter : float
        From where on a face is doubtful, in shares of the outer IOD. Jitter counts where the model
        is not asked how far its answers spread.
    """

    def __init__(
        self,
        layout: MeshLayout,
        *,
        every: float = _EVERY,
        doubt: float = _DOUBT,
        shape_jitter: float = _SHAPE_JITTER,
    ) -> None:
        self._layout = layout
        self._every = every
        self._doubt = doubt
        self._shape_jitter = shape_jitter
        self._last: float | None = None
        self._meshes: dict[int, list[Mesh]] = {}

    def reason(self, time: float, faces: Sequence[SeenFace]) -> str:
        """Return why the next frame, at a time in seconds, is kept; empty if it is not."""
        lately = {face.identity: self._meshes.get(face.identity, [])[-2:] for face in faces}
        self._meshes = {face.identity: [*lately[face.identity], face.landmarks] for face in faces}
        if self._last is not None and 0 <= time - self._last < self._every:
            return ""
        why = next((why for why in map(self._why, faces) if why), "")
        if why:
            self._last = time
        return why

    def _why(self, face: SeenFace) -> str:
        if face.doubt is not None:
            return f"doubt {100 * face.doubt:.1f} %" if face.doubt >= self._doubt else ""
        meshes = self._meshes[face.identity]
        if len(meshes) < 3:
            return ""
        found = shape_jitter(meshes[-3], meshes[-2], meshes[-1], self._layout)
        return f"jitter {100 * found:.1f} %" if found >= self._shape_jitter else ""


def shape_jitter(before: Mesh, now: Mesh, after: Mesh, layout: MeshLayout) -> float:
    """Return how far a mesh's shape trembles over three frames, in shares of the outer IOD.

    It is the second difference in the image plane, root mean square over the vertices, of meshes
    that are laid onto the middle one by a similarity: how a head moves makes no difference.
    """
    middle = plane(now)
    off = _laid_onto(plane(before), middle) - 2 * middle + _laid_onto(plane(after), middle)
    return float(np.sqrt((np.abs(off) ** 2).mean()) / tool_scale(now, layout))


def _laid_onto(
    points: NDArray[np.complexfloating], goal: NDArray[np.complexfloating]
) -> NDArray[np.complexfloating]:
    centred, aim = points - points.mean(), goal - goal.mean()
    turn = np.vdot(centred, aim) / max(float(np.vdot(centred, centred).real), 1e-12)
    return np.asarray(centred * turn + goal.mean())
