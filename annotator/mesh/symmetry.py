"""The face's symmetry: what a drag of one half means for the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mirror:
    """How the other half of the face takes part in a drag.

    Attributes
    ----------
    weights : (n,)
        The share that each vertex takes of the reflected displacement.
    direction : (2,) or None
        The midline's direction in the image, a unit vector; None if nothing is mirrored.
    """

    weights: NDArray[np.float64]
    direction: Vector | None

    @classmethod
    def none(cls, count: int) -> "Mirror":
        """Return a mirror in which none of so many vertices shows."""
        return cls(np.zeros(count), None)


def fitted_midline(landmarks: NDArray[np.floating], layout: MeshLayout) -> Vector:
    """Return the direction of the face's midline in the image, (2,), a unit vector.

    It is that of the line that fits the vertices of the midline best (total least squares):
    the first right singular vector of their centred positions.
    """
    on_midline = layout.mirror == np.arange(layout.count)
    midline = landmarks[on_midline, :2].astype(np.float64)
    _, _, directions = np.linalg.svd(midline - midline.mean(axis=0))
    return np.asarray(directions[0])


def reflected(displacement: Vector, mirror: Mirror) -> Vector:
    """Return a displacement (2,) as the other half of the face sees it."""
    if mirror.direction is None:
        return displacement
    along = float(displacement @ mirror.direction) * mirror.direction
    return np.asarray(2 * along - displacement)
