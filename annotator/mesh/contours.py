"""The contours of a face mesh: the oval, the lips, the lids and the brows.

Each is a closed ring of vertices. Some of a ring's vertices are features that can be seen in a
photograph: the corners of the eyes and the mouth, the ends of the brows.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.plane import plane
from annotator.mesh.topology import load_topology

Indices = NDArray[np.intp]

# Where contours begin and end. These vertices are features (corners of the eyes and the mouth,
# ends of the brows) or keep the oval from turning (forehead and chin).
_ENDS = {
    "face_oval": (10, 152),
    "lips_outer": (61, 291),
    "lips_inner": (78, 308),
    "left_eye": (263, 362),
    "right_eye": (33, 133),
    "left_eyebrow": (300, 285),
    "right_eyebrow": (70, 55),
}
# The ends of the brows are blunt: two vertices each.
_CORNERS = {
    "lips_outer": (61, 291),
    "lips_inner": (78, 308),
    "left_eye": (263, 362),
    "right_eye": (33, 133),
    "left_eyebrow": (300, 336, 285, 276),
    "right_eyebrow": (70, 107, 55, 46),
}
CONTOUR_NAMES = tuple(_ENDS)
CONTOUR_TITLES = {
    "face_oval": "Face oval",
    "lips_outer": "Lips, outer",
    "lips_inner": "Lips, inner",
    "left_eye": "Left eye",
    "right_eye": "Right eye",
    "left_eyebrow": "Left eyebrow",
    "right_eyebrow": "Right eyebrow",
}


@dataclass(frozen=True, eq=False)
class Contour:
    """One closed ring of vertices.

    Attributes
    ----------
    name
        As in `CONTOUR_NAMES`; left is the subject's left.
    vertices : (n,) intp
        In order round the ring.
    corners : (c,) intp
        Places in ``vertices`` where the ring turns sharply.
    """

    name: str
    vertices: Indices
    corners: Indices


@cache
def contour(name: str) -> Contour:
    """Return a contour by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in _ENDS:
        raise ValueError(f"expected one of {', '.join(CONTOUR_NAMES)}, but got {name!r}")
    ring = load_topology().regions[name].astype(np.intp)
    corners = np.flatnonzero(np.isin(ring, _CORNERS.get(name, ())))
    ring.flags.writeable = corners.flags.writeable = False
    return Contour(name, ring, corners)


@cache
def contour_chains() -> tuple[Indices, ...]:
    """Return the contours, each from one fixed end to the other, in order along the face.

    Oval, lips and lids come in two halves that share their ends; each brow in two rows.
    """
    chains = []
    for name, ends in _ENDS.items():
        ring = contour(name).vertices
        first, second = (int(np.flatnonzero(ring == end)[0]) for end in ends)
        ring, cut = np.roll(ring, -first), (second - first) % len(ring)
        if name.endswith("brow"):
            chains += [ring[:cut], ring[cut:]]
        else:
            chains += [ring[: cut + 1], np.append(ring[cut:], ring[0])]
    for chain in chains:
        chain.flags.writeable = False
    return tuple(chains)


def nearest_contour(
    landmarks: NDArray[np.floating], position: tuple[float, float]
) -> tuple[str, float]:
    """Return the contour whose line passes nearest to (x, y), and its distance in px."""
    distances = [_distance(landmarks[contour(name).vertices, :2], position) for name in _ENDS]
    nearest = int(np.argmin(distances))
    return CONTOUR_NAMES[nearest], distances[nearest]


def _distance(ring: NDArray[np.floating], position: tuple[float, float]) -> float:
    """Return how far a point lies from a closed line (n, 2), in px."""
    corners = plane(ring) - complex(*position)
    edges = np.roll(corners, -1) - corners
    squared = np.maximum(np.abs(edges) ** 2, 1e-12)
    share = (-(corners * edges.conj()).real / squared).clip(0, 1)
    return float(np.abs(corners + share * edges).min())
