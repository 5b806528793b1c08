"""The 68 points that most labelled faces have (iBUG's order, from 0), and their places on a mesh.

Few of them are a vertex: the corners of the eyes and of the mouth are. The others were put
somewhere along a line - the jaw, a brow, a lid, a lip -, evenly at best, so of them only the
distance from that line is known. The bridge and the base of the nose are neither: tables that are
widely copied do not agree on their vertices, and they are left out. Where all of the points lie on
the mean is in `annotator.mesh.sparse.combinations`, which was fitted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

Indices = NDArray[np.intp]

COUNT = 68
JAW = slice(0, 17)
"""From the subject's right ear over the chin to the left one."""
RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
"""The points around the subject's eyes."""

# Points along one half of a contour, or, where the half is None, along all of it.
_LINES: Mapping[str, tuple[tuple[int | None, tuple[int, ...]], ...]] = {
    "face_oval": ((None, tuple(range(17))),),
    "right_eyebrow": ((0, tuple(range(17, 22))),),
    "left_eyebrow": ((0, tuple(range(22, 27))),),
    "right_eye": ((0, (37, 38)), (1, (40, 41))),
    "left_eye": ((0, (43, 44)), (1, (46, 47))),
    "lips_outer": ((0, (49, 50, 51, 52, 53)), (1, (55, 56, 57, 58, 59))),
    "lips_inner": ((0, (61, 62, 63)), (1, (65, 66, 67))),
}


@dataclass(frozen=True, eq=False)
class Line:
    """Some of the points, and the line of vertices that they were put along.

    Attributes
    ----------
    name
        Of the contour.
    points : (p,) intp
        Of the 68.
    vertices : (k,) intp
        In order along the line; a closed one ends where it begins.
    """

    name: str
    points: Indices
    vertices: Indices


@dataclass(frozen=True, eq=False)
class Places:
    """Where the 68 points lie on a layout's meshes.

    Attributes
    ----------
    points, vertices : (c,) intp
        The points that are vertices, and which.
    lines
    """

    points: Indices
    vertices: Indices
    lines: tuple[Line, ...]


@cache
def places_on(layout: MeshLayout) -> Places:
    """Return where the points lie on a layout's meshes; left and right are the subject's."""
    eyes = layout.eye_corners
    right_mouth, left_mouth = (int(at) for at in layout.contours["lips_outer"].halves[0][[0, -1]])
    corners = {
        36: eyes.right_outer,
        39: eyes.right_inner,
        42: eyes.left_inner,
        45: eyes.left_outer,
        48: right_mouth,
        54: left_mouth,
    }
    lines = tuple(
        Line(name, np.array(points, np.intp), _vertices(layout, name, half))
        for name, parts in _LINES.items()
        for half, points in parts
    )
    return Places(
        np.array(list(corners), np.intp), np.array(list(corners.values()), np.intp), lines
    )


def _vertices(layout: MeshLayout, name: str, half: int | None) -> Indices:
    contour = layout.contours[name]
    if half is not None:
        return contour.halves[half]
    return np.append(contour.vertices, contour.vertices[0])


def mirrored_order() -> Indices:
    """Return which point of a face a point of its mirror image is, (68,)."""
    order = np.arange(COUNT)
    order[:17] = 16 - order[:17]
    order[17:27] = 43 - order[17:27]
    order[31:36] = 66 - order[31:36]
    order[36:48] = [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    order[48:60] = [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55]
    order[60:68] = [64, 63, 62, 61, 60, 67, 66, 65]
    return order
