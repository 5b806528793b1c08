"""How far the meshes that several people made of one face lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.units import error_unit, eye_centre_unit

HUMAN_NME = 0.0256
"""How far trained annotators lay apart, as a share of the eye-centre IOD.

As recalled from the FaceMesh paper (arXiv 1907.06724); nobody has checked it against the paper,
nor whether its distance is this one: say so wherever it is shown.
"""

HUMAN_FIGURE = (
    f"people in the FaceMesh paper: {HUMAN_NME:.2%} of the eye-centre IOD, as recalled; unverified"
)
"""The same, in words."""


class Iod(StrEnum):
    """Which distance between the eyes errors are divided by."""

    EYE_CENTRE = "eye_centre"
    OUTER = "outer"

    def of(self, landmarks: NDArray[np.floating], layout: MeshLayout) -> float:
        """Return what a mesh's errors are divided by, in px; see `annotator.mesh.units`."""
        measure = eye_centre_unit if self is Iod.EYE_CENTRE else error_unit
        return measure(landmarks, layout)


def nme_between(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    layout: MeshLayout,
    *,
    iod: Iod = Iod.EYE_CENTRE,
    vertices: NDArray[np.intp] | None = None,
) -> float:
    """Return how far two people's meshes of one face lie apart, as a share of an IOD.

    The mean 2-D distance of the vertices divided by the mean of both meshes' IODs, so that neither
    of the two is the reference; NaN over no vertices.

    Parameters
    ----------
    first, second : (n, 3)
        In px of the same image.
    layout
        Of both.
    iod
        Which distance between the eyes.
    vertices : (k,)
        Only those; None for all.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    errors = vertex_errors(first, second)
    scale = (iod.of(first, layout) + iod.of(second, layout)) / 2
    some = errors if vertices is None else errors[vertices]
    return float(some.mean() / scale) if some.size else float("nan")


def nme_of_regions(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    layout: MeshLayout,
    *,
    iod: Iod = Iod.EYE_CENTRE,
) -> dict[str, float]:
    """Return `nme_between` over each part of the face, by the name of its region."""
    parts = [region for region in layout.regions.values() if not region.is_whole]
    return {
        part.name: nme_between(first, second, layout, iod=iod, vertices=part.vertices)
        for part in parts
    }


def farthest_apart(
    meshes: Sequence[NDArray[np.floating]], layout: MeshLayout, *, iod: Iod = Iod.EYE_CENTRE
) -> float:
    """Return the greatest `nme_between` of any two meshes of one face; 0 if there is only one."""
    apart = [nme_between(a, b, layout, iod=iod) for a, b in combinations(meshes, 2)]
    return max(apart, default=0.0)
