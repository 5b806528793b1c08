"""Looking at a mesh from the side: a rotation between the image and what is seen.

What is seen has the axes of landmarks again: x to the right and y down in the plane of the
view, z away from the viewer. The projection is parallel, as the landmarks' own is.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# As far up or down as the view goes: beyond, left and right would trade places.
_MAX_PITCH = 89.0


@dataclass(frozen=True)
class Turn:
    """A view from the side, around a centre that stays where it is.

    Attributes
    ----------
    yaw : float
        Degrees around the vertical; positive turns what is near to the right.
    pitch : float
        Degrees around the horizontal, after the yaw; positive turns what is near down.
    centre : (x, y, z)
        In px of the image.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The rotation, (3, 3); a column vector times it from the left is what is seen."""
        yaw, pitch = np.radians([self.yaw, self.pitch])
        around_vertical = np.array(
            [[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]]
        )
        around_horizontal = np.array(
            [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        )
        return np.asarray(around_horizontal @ around_vertical)

    def seen(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return points of the image (n, 3) as they are seen."""
        return self._rotated(points, self.matrix)

    def unseen(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return points as they are seen (n, 3) in the image, the inverse of `seen`."""
        return self._rotated(points, self.matrix.T)

    def by(self, yaw: float, pitch: float) -> "Turn":
        """Return the view so many degrees further, never over the top."""
        further = min(max(self.pitch + pitch, -_MAX_PITCH), _MAX_PITCH)
        return Turn((self.yaw + yaw + 180) % 360 - 180, further, self.centre)

    def around(self, centre: tuple[float, float, float]) -> "Turn":
        """Return the same turn around another centre."""
        return Turn(self.yaw, self.pitch, centre)

    def _rotated(
        self, points: NDArray[np.floating], matrix: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        centre = np.array(self.centre)
        return np.asarray((points - centre) @ matrix.T + centre, np.float32)
