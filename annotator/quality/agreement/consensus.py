"""What several people's meshes of one face make together, however wild one of them is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.marks import Marks, Visibility, no_marks, visibility_of, with_visibility
from annotator.mesh.plane import plane

_STEPS = 200
_NEAR = 1e-6  # px: nearer than this counts as at the point
_SETTLED = 1e-5  # px: a step that moves no vertex farther is the last one


def consensus(meshes: Sequence[NDArray[np.floating]]) -> NDArray[np.float32]:
    """Return the mesh in the middle of several of one face, vertex by vertex.

    In the image plane it is the geometric median, the point with the smallest sum of distances to
    the opinions (Weiszfeld's iteration, begun in their mean: Tohoku Math. J. 43, 1937): of three
    opinions one may be anywhere, and of two it is the middle. It never leaves the opinions' convex
    hull, and does not depend on their order. z, which people rarely touch, is the median.

    Parameters
    ----------
    meshes
        At least one, each (n, 3), in px of the same image.

    Returns
    -------
    (n, 3) float32

    Raises
    ------
    ValueError
        If there is none, or their shapes differ.
    """
    if not meshes:
        raise ValueError("expected at least one mesh, but got none")
    if len({mesh.shape for mesh in meshes}) > 1:
        raise ValueError("expected meshes of the same shape")
    points = np.sort([plane(mesh) for mesh in meshes], axis=0)  # any order gives the same bits
    middle = points.mean(axis=0)
    for _ in range(_STEPS):
        before, weights = middle, 1 / np.maximum(np.abs(points - middle), _NEAR)
        middle = (weights * points).sum(axis=0) / weights.sum(axis=0)
        if np.abs(middle - before).max(initial=0.0) < _SETTLED:
            break
    depth = np.median([mesh[:, 2] for mesh in meshes], axis=0)
    return np.column_stack([middle.real, middle.imag, depth]).astype(np.float32)


def consensus_marks(marks: Sequence[Marks]) -> Marks:
    """Return what most people say of each vertex's visibility, (n,); pins are nobody's business.

    Where no answer has more than half of the voices nothing is said.

    Raises
    ------
    ValueError
        If there are none.
    """
    if not marks:
        raise ValueError("expected the marks of at least one mesh, but got none")
    said = np.array([visibility_of(each) for each in marks])
    agreed = no_marks(said.shape[1])
    for value in Visibility:
        most = np.flatnonzero((said == value).sum(axis=0) * 2 > len(said))
        agreed = with_visibility(agreed, most, value)
    return agreed
