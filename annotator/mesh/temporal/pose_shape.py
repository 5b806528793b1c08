"""The filter of what is shown: how the head moves, and the face on it, each by itself.

A head that moves fast has to be followed at once, all of it; the noise on its vertices need not.
"""

import math

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.checked import Floats
from annotator.mesh.temporal.continuity import jumps, mean_side
from annotator.mesh.temporal.frames_in_turn import FrameFilter, Landmarks
from annotator.mesh.temporal.one_euro import OneEuro, advanced_velocity, taken_of_new, together
from annotator.mesh.temporal.rigid import Placed, nearest_turn, placed, reference_of, turned_by

POSE, SHAPE = (0.05, 300.0), (0.05, 150.0)


class PoseShapeFilter(FrameFilter):
    """One-euro filters over the head's pose and over the shape of the face.

    The pose (place, size and turn in space) has one speed, that of the vertices that it moves, root
    mean square; each vertex of the shape has its own. Both are in sides of the mesh a second, as
    MediaPipe counts them. A cut begins anew: a mesh that lies farther from the last one than a
    head can go.

    Parameters
    ----------
    layout
    pose, shape
        The cut-off of what stands still, in Hz, and the gain of the speed, in Hz for a side a
        second.
    """

    def __init__(
        self,
        layout: MeshLayout,
        pose: tuple[float, float] = POSE,
        shape: tuple[float, float] = SHAPE,
    ) -> None:
        super().__init__(layout)
        self._pose, self._shape = OneEuro(*pose), OneEuro(*shape)
        self._reference = reference_of(layout)

    def _continues(self, before: Landmarks, after: Landmarks, step: float) -> bool:
        return super()._continues(before, after, step) and not jumps(before, after, step)

    def _begin(self, mesh: Floats) -> None:
        self._last = self._smooth = placed(mesh, self._reference)
        self._pose_velocity = np.zeros(7)
        self._shape_velocity = np.zeros_like(mesh)

    def _advance(self, step: float, mesh: Floats) -> Floats:
        new, last = placed(mesh, self._reference), self._last
        side = mean_side(mesh)
        size = math.exp(new.size) / side
        self._pose_velocity = advanced_velocity(
            self._pose_velocity, pose_moved(last, new, side, size), step, self._pose
        )
        self._shape_velocity = advanced_velocity(
            self._shape_velocity, (new.shape - last.shape) * size, step, self._shape
        )
        pose = float(taken_of_new(self._pose_velocity, step, self._pose, together)[0])
        shape = taken_of_new(self._shape_velocity, step, self._shape, together)
        self._last, self._smooth = new, _nearer(self._smooth, new, pose, shape)
        return self._smooth.mesh()


def pose_moved(last: Placed, new: Placed, side: float, size: float) -> Floats:
    """Return how far place, size and turn moved the vertices, (7,), in sides of the mesh.

    Parameters
    ----------
    last, new
    side
        In px.
    size
        The vertices' root mean square distance from their middle, in sides: so far a turn by 1
        moves them, or a size that is 1 larger.
    """
    place = (new.middle - last.middle) / side
    return np.concatenate(
        [place, [(new.size - last.size) * size], turned_by(last.turn, new.turn) * size]
    )


def _nearer(old: Placed, new: Placed, pose: float, shape: Floats) -> Placed:
    """Return what lies between, at a share of the way in pose and at one in each vertex."""
    return Placed(
        old.middle + pose * (new.middle - old.middle),
        old.size + pose * (new.size - old.size),
        nearest_turn(old.turn + pose * (new.turn - old.turn)),
        old.shape + shape * (new.shape - old.shape),
    )
