"""A mesh taken apart: how the head lies in the image, and what shape the face has there."""

from dataclasses import dataclass

import numpy as np

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.checked import Floats

# The canonical face has y up and z towards the camera, the image y down and z away.
_UPRIGHT = np.array([1.0, -1.0, -1.0])
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Placed:
    """A face in space: middle + scale * shape @ turn.T.

    Attributes
    ----------
    middle : (3,)
        In px.
    size : float
        The natural logarithm of the scale, in px for each unit of the shape.
    turn : (3, 3)
        A rotation.
    shape : (n, 3)
        The face as it would be in front of the camera, in units of the reference's size.
    """

    middle: Floats
    size: float
    turn: Floats
    shape: Floats

    def mesh(self) -> Floats:
        """Return the mesh that this is, (n, 3) in px."""
        return np.asarray(self.middle + np.exp(self.size) * (self.shape @ self.turn.T))


def reference_of(layout: MeshLayout) -> Floats:
    """Return the canonical face around its middle, with the image's axes and a size of 1.

    The size is the root mean square distance from the middle.
    """
    points = layout.topology.vertices.astype(np.float64) * _UPRIGHT
    points -= points.mean(axis=0)
    return np.asarray(points / np.sqrt((points**2).sum(axis=1).mean()))


def placed(mesh: Floats, reference: Floats) -> Placed:
    """Take a mesh apart by the similarity of space that brings a reference nearest to it.

    Least squares, after S. Umeyama, "Least-squares estimation of transformation parameters
    between two point patterns", PAMI 1991.

    Parameters
    ----------
    mesh : (n, 3)
        In px.
    reference : (n, 3)
        As `reference_of` gives it.
    """
    middle = mesh.mean(axis=0)
    around = mesh - middle
    turn, strength = _nearest_rotation(around.T @ reference)
    scale = max(strength / len(reference), _LEAST)
    return Placed(middle, float(np.log(scale)), turn, around @ turn / scale)


def nearest_turn(matrix: Floats) -> Floats:
    """Return the rotation nearest to a matrix (3, 3), as a weighted mean of rotations is none.

    Of rotations that lie near each other, as those of two frames do, it is hardly another than the
    one so far on the way round.
    """
    return _nearest_rotation(matrix)[0]


def turned_by(first: Floats, second: Floats) -> Floats:
    """Return the axis of the rotation from one to another, as long as the sine of its angle."""
    way = first.T @ second
    skew = (way - way.T) / 2
    return np.array([skew[2, 1], skew[0, 2], skew[1, 0]])


def _nearest_rotation(matrix: Floats) -> tuple[Floats, float]:
    """Return the rotation that goes best with a matrix, and how well: the trace of their product.

    W. Kabsch, "A solution for the best rotation to relate two sets of vectors", 1976.
    """
    left, strengths, right = np.linalg.svd(matrix)
    signs = np.array([1.0, 1.0, -1.0 if np.linalg.det(left @ right) < 0 else 1.0])
    return np.asarray((left * signs) @ right), float((strengths * signs).sum())
