"""From a mesh to the 68 points that most labelled faces have: a versioned table of combinations.

Each point is a mean of few vertices with weights of its own; the jaw is put along the outline that
the mesh has in the image. The table is an asset of the layout: ``models/`` has it with its card and
the script that fits it, ``docs/guides.md`` what was measured.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import pairs, plane
from annotator.mesh.pose import head_pose
from annotator.mesh.sparse.points_68 import COUNT, JAW
from annotator.mesh.sparse.silhouette import jaw_along_silhouette
from annotator.system.assets import asset_path

Floats = NDArray[np.float64]

SURE_YAW = 15.0
"""Degrees: of heads turned further, what somebody would label as the jaw is a guess."""


@dataclass(frozen=True, eq=False)
class Combinations:
    """Where the 68 points lie on a layout's meshes. All arrays are read-only.

    Attributes
    ----------
    vertices : (68, k) intp
        Of the jaw, too: its points without an outline, and all that is said of their depth.
    weights : (68, k) float64
        Not negative; each row sums to 1. Where fewer vertices do, the rest weigh nothing.
    jaw_shares : (9,) float64
        How far along its half of the outline each of the jaw's points lies; see
        `annotator.mesh.sparse.silhouette`.
    """

    vertices: NDArray[np.intp]
    weights: Floats
    jaw_shares: Floats

    def of(self, points: NDArray[np.floating]) -> Floats:
        """Return the combinations of vertices' values (n, d), (68, d)."""
        return np.asarray(np.einsum("pk,pkd->pd", self.weights, points[self.vertices]))

    def matrix(self, count: int) -> Floats:
        """Return the combinations as one matrix, (68, n)."""
        matrix = np.zeros((len(self.vertices), count))
        np.add.at(matrix, (np.arange(len(self.vertices))[:, None], self.vertices), self.weights)
        return matrix


@cache
def combinations_on(layout: MeshLayout) -> Combinations:
    """Return the table of a layout; read once a process.

    Raises
    ------
    ValueError
        If the layout has no table.
    FileNotFoundError
        If the installation is incomplete.
    """
    if layout.points_68 is None:
        raise ValueError(f"no table says where the 68 points lie on meshes of {layout.name}")
    with np.load(asset_path("models", layout.points_68)) as arrays:
        vertices = arrays["vertices"].astype(np.intp)
        weights, shares = arrays["weights"].astype(np.float64), arrays["jaw_shares"]
    if vertices.shape != weights.shape or len(vertices) != COUNT or vertices.max() >= layout.count:
        raise ValueError(f"{layout.points_68} is no table for meshes of {layout.name}")
    for array in (vertices, weights, shares):
        array.flags.writeable = False
    return Combinations(vertices, weights, shares)


def to_68(landmarks: NDArray[np.floating], layout: MeshLayout) -> NDArray[np.float32]:
    """Return the 68 points of a mesh, in iBUG's order, (68, 3).

    Parameters
    ----------
    landmarks : (n, 3)
        In px of the image, at any angle.
    layout

    Raises
    ------
    ValueError
        If no table is known for the layout, or the mesh is of another one.

    Notes
    -----
    The mirror image of a mesh has the mirror image of its points. The jaw is where it is seen, and
    its depth that of the vertices that lie there when the face looks into the camera.
    """
    if landmarks.shape != (layout.count, 3):
        raise ValueError(f"expected a mesh of shape {(layout.count, 3)}, but got {landmarks.shape}")
    return points_68(combinations_on(layout), landmarks, layout)


def points_68(
    table: Combinations, landmarks: NDArray[np.floating], layout: MeshLayout
) -> NDArray[np.float32]:
    """Return the 68 points that a table gives, as `to_68` does."""
    points = table.of(landmarks)
    chin = complex(plane(points)[JAW][len(table.jaw_shares) - 1])
    jaw = jaw_along_silhouette(landmarks, layout, chin, table.jaw_shares)
    if jaw is not None:
        points[JAW, :2] = pairs(jaw)
    return points.astype(np.float32)


def is_jaw_sure(landmarks: NDArray[np.floating], layout: MeshLayout) -> bool:
    """Return whether a face is turned aside so little that its jaw is what people would label."""
    return abs(head_pose(landmarks, layout).yaw) <= SURE_YAW
