"""The 98 points of WFLW (from 0), and their places on a mesh.

WFLW (W. Wu et al., "Look at Boundary: A Boundary-Aware Face Alignment Algorithm", CVPR 2018) labels
what iBUG's 68 points label, more densely: 33 points of the jaw, brows all round, eight points an
eye, and the pupils. Where it labels what the 68 do, the table of these says where the point lies;
the others lie between two of them or along the mesh's own contour. No table of 98 points was
fitted or published. Only a layout with irises has pupils.
"""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import pairs, plane
from annotator.mesh.sparse.combinations import combinations_on
from annotator.mesh.sparse.silhouette import jaw_along_silhouette

Floats = NDArray[np.float64]

COUNT = 98
JAW = slice(0, 33)
"""From the subject's right ear over the chin to the left one."""
PUPILS = (96, 97)
"""Of the subject's right eye and of the left one."""
_IRISES = ("right_iris", "left_iris")

# Points that the 68 have, too.
_OF_68 = {
    **{2 * point: point for point in range(17)},
    **{51 + step: 27 + step for step in range(9)},
    60: 36, 61: 37, 63: 38, 64: 39, 65: 40, 67: 41,
    68: 42, 69: 43, 71: 44, 72: 45, 73: 46, 75: 47,
    **{76 + step: 48 + step for step in range(20)},
}  # fmt: skip
# Between two of the 68: the middles of the lids.
_BETWEEN = {62: (37, 38), 66: (40, 41), 70: (43, 44), 74: (46, 47)}
# Along the two rows of the mesh's brows, the upper one from the outer end, the lower one from the
# inner end, without its last vertex: both rows of the scheme share one outer end.
_BROWS = {
    "right_eyebrow": ((33, 34, 35, 36, 37), (38, 39, 40, 41)),
    "left_eyebrow": ((46, 45, 44, 43, 42), (50, 49, 48, 47)),
}


def to_98(landmarks: NDArray[np.floating], layout: MeshLayout) -> NDArray[np.float32]:
    """Return the 98 points of a mesh, in WFLW's order, (98, 3).

    Parameters
    ----------
    landmarks : (n, 3)
        In px of the image, at any angle.
    layout
        With irises.

    Raises
    ------
    ValueError
        If the layout has no irises or no table of 68 points, or the mesh is of another one.
    """
    if landmarks.shape != (layout.count, 3):
        raise ValueError(f"expected a mesh of shape {(layout.count, 3)}, but got {landmarks.shape}")
    if not has_pupils(layout):
        raise ValueError(f"meshes of {layout.name} have no irises, and the 98 points need pupils")
    points = matrix_on(layout) @ landmarks
    shares = combinations_on(layout).jaw_shares
    every = np.arange(2 * len(shares) - 1) / 2
    finer = np.interp(every, np.arange(len(shares)), shares)
    jaw = jaw_along_silhouette(landmarks, layout, complex(plane(points)[len(finer) - 1]), finer)
    if jaw is not None:
        points[JAW, :2] = pairs(jaw)
    return points.astype(np.float32)


def has_pupils(layout: MeshLayout) -> bool:
    """Return whether the middles of the eyes are known of a layout's meshes."""
    return all(layout.rigid_groups.get(iris) for iris in _IRISES)


def matrix_on(layout: MeshLayout) -> Floats:
    """Return which mean of vertices each point is, (98, n); zeros for pupils without irises.

    Raises
    ------
    ValueError
        If no table says where the 68 points lie on the layout.
    """
    of_68 = combinations_on(layout).matrix(layout.count)
    matrix = np.zeros((COUNT, layout.count))
    for point, known in _OF_68.items():
        matrix[point] = of_68[known]
    for point, both in _BETWEEN.items():
        matrix[point] = of_68[list(both)].mean(axis=0)
    for point in range(1, JAW.stop, 2):
        matrix[point] = (matrix[point - 1] + matrix[point + 1]) / 2
    for name, rows in _BROWS.items():
        for points, half in zip(rows, layout.contours[name].halves, strict=True):
            matrix[list(points), half[: len(points)]] = 1
    for point, iris in zip(PUPILS, _IRISES, strict=True):
        vertices = list(layout.rigid_groups.get(iris, ()))
        matrix[point, vertices] = 1 / max(len(vertices), 1)
    return matrix


def mirrored_order() -> NDArray[np.intp]:
    """Return which point of a face a point of its mirror image is, (98,)."""
    order = np.arange(COUNT)
    order[:33] = 32 - order[:33]
    order[33:51] = [46, 45, 44, 43, 42, 50, 49, 48, 47, 37, 36, 35, 34, 33, 41, 40, 39, 38]
    order[55:60] = [59, 58, 57, 56, 55]
    order[60:76] = [72, 71, 70, 69, 68, 75, 74, 73, 64, 63, 62, 61, 60, 67, 66, 65]
    order[76:88] = [82, 81, 80, 79, 78, 77, 76, 87, 86, 85, 84, 83]
    order[88:96] = [92, 91, 90, 89, 88, 95, 94, 93]
    order[list(PUPILS)] = PUPILS[::-1]
    return order
