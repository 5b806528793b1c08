"""The outline of a face as it is seen, and the jaw's points along it.

A jaw that somebody labelled follows what is seen of the face against what is behind it: of a
turned head that is the cheek on one side and the edge of the mesh on the other. No vertex is always
there, so these points are put along the outline that the mesh has in the image at its pose.

The outline is seen from the mesh's middle: for every direction the outermost point of those edges
that can lie on it, which are the boundary's and those between a triangle that faces the camera and
one that faces away. Where the outline is overhung, as behind a nose in profile, it leaps.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.frame import face_axis
from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex, cross, doubled_areas, plane

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

# Directions: from the subject's right (0) down over the chin (90) to the left (180), and beyond.
_ANGLES = np.radians(np.arange(-75.0, 256.0))
_DIRECTIONS: Complex = -np.cos(_ANGLES) + 1j * np.sin(_ANGLES)
_CHIN = int(np.flatnonzero(np.isclose(_ANGLES, np.pi / 2))[0])


@dataclass(frozen=True, eq=False)
class Outline:
    """The outline of a mesh, one place in each direction, from the right of the face to the left.

    Attributes
    ----------
    points : (d,) complex128
        x + iy, as the mesh has them.
    edges : (d, 2) intp
        The vertices between which each place lies.
    shares : (d,) float64
        How far from the first to the second.
    """

    points: Complex
    edges: Indices
    shares: Floats


def jaw_along_silhouette(
    landmarks: NDArray[np.floating], layout: MeshLayout, chin: complex, shares: Floats
) -> Complex | None:
    """Return where the jaw's points lie, from the subject's right ear to the left, (2 k - 1,).

    Parameters
    ----------
    landmarks : (n, 3)
        In px of the image.
    layout
    chin
        Where the middle point belongs about, x + iy in px: it is put on the outline nearest to it.
    shares : (k,)
        How far along its half each point lies, from the outline at the height of the outer corners
        of the eyes (0) to the chin (1).

    Returns
    -------
    x + iy in px, or None where the mesh has no outline, as it is one point or one line.
    """
    outline = outline_of(plane(landmarks), layout)
    if outline is None:
        return None
    upright = face_axis(landmarks, layout).conjugate()
    line, eyes = outline.points * upright, layout.eye_corners
    corners = plane(landmarks[[eyes.right_outer, eyes.left_outer]]) * upright
    lengths = np.append(0.0, np.cumsum(np.abs(np.diff(line))))
    ends = _ends(line, lengths, float(corners.imag.mean()))
    at_chin = _nearest(line, lengths, chin * upright)
    right, left = (end + shares * (at_chin - end) for end in ends)
    places = np.append(right, left[-2::-1])
    return _at(outline.points, lengths, places)


def outline_of(points: Complex, layout: MeshLayout) -> Outline | None:
    """Return the outline of a mesh, (n,) x + iy, or None where it has none.

    Where a direction meets no edge, as the mesh lies aside of its middle, its neighbour counts.
    """
    ends, sides = _edges_and_sides(layout)
    eyes, middle = layout.eye_corners, complex(points.mean())
    across = complex(points[eyes.left_outer] - points[eyes.right_outer])
    directions = _DIRECTIONS * (across / abs(across) if across else 1)
    areas = np.append(doubled_areas(points, layout.topology.triangles), 0.0)[sides]
    edges = ends[areas[:, 0] * areas[:, 1] <= 0]
    first, ways = points[edges[:, 0]] - middle, np.subtract(*points[edges.T[::-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = cross(directions[:, None], ways[None])
        share = cross(first[None], directions[:, None]) / apart
        radius = cross(first, ways)[None] / apart
    radius[~((share >= 0) & (share <= 1) & (radius > 0) & np.isfinite(radius))] = 0
    outermost = radius.argmax(axis=1)
    every = np.arange(len(directions))
    hit = np.flatnonzero(radius[every, outermost])
    if not hit.size:
        return None
    nearest = hit[np.abs(hit[None] - every[:, None]).argmin(axis=1)]
    at = outermost[nearest]
    places = radius[nearest, at] * directions[nearest] + middle
    return Outline(places, edges[at], share[nearest, at])


@cache
def _edges_and_sides(layout: MeshLayout) -> tuple[Indices, Indices]:
    """Return all edges (e, 2), and the two triangles of each (e, 2); -1 where there is none."""
    triangles = layout.topology.triangles
    corners = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges, numbers = np.unique(corners, axis=0, return_inverse=True)
    sides = np.full((len(edges), 2), -1, np.intp)
    for at, edge in enumerate(numbers.ravel().tolist()):
        sides[edge, int(sides[edge, 0] >= 0)] = at // 3
    return edges.astype(np.intp), sides


def _ends(outline: Complex, lengths: Floats, level: float) -> tuple[float, float]:
    """Return how far along the outline it comes down to a height, and goes up to it again."""
    above = outline.imag <= level
    before, after = np.flatnonzero(above[:_CHIN]), np.flatnonzero(above[_CHIN:])
    at = int(before[-1]) if before.size else 0
    up = _CHIN + int(after[0]) - 1 if after.size else len(outline) - 2
    return _crossing(outline, lengths, at, level), _crossing(outline, lengths, up, level)


def _crossing(outline: Complex, lengths: Floats, at: int, level: float) -> float:
    start, stop = outline.imag[at : at + 2].tolist()
    share = (level - start) / (stop - start) if stop != start else 0.0
    return float(lengths[at] + min(max(share, 0.0), 1.0) * (lengths[at + 1] - lengths[at]))


def _nearest(outline: Complex, lengths: Floats, point: complex) -> float:
    """Return how far along the outline it passes nearest to a point."""
    steps = np.diff(outline)
    squared = np.maximum(np.abs(steps) ** 2, 1e-12)
    share = ((point - outline[:-1]) * steps.conj()).real / squared
    share = share.clip(0, 1)
    at = int(np.abs(outline[:-1] + share * steps - point).argmin())
    return float(lengths[at] + share[at] * (lengths[at + 1] - lengths[at]))


def _at(outline: Complex, lengths: Floats, places: Floats) -> Complex:
    x, y = (np.interp(places, lengths, part) for part in (outline.real, outline.imag))
    return np.asarray(x + 1j * y)
