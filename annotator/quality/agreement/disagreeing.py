"""Whether several opinions of one face are one: what is agreed, and what somebody has to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.quality.agreement.measures import (
    Iod,
    farthest_apart,
    nme_of_regions,
)

IN_A_REGION = 2.0
"""How many times as far apart opinions may be in one region of the face."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far the opinions of a face lie apart, where they do most.

    Attributes
    ----------
    nme
        Of the two that lie farthest apart, as a share of the eye-centre IOD; 0 of one alone.
    region, region_nme
        The region in which any two lie farthest apart, and how far.
    """

    nme: float
    region: str
    region_nme: float

    def is_agreed(self, threshold: float) -> bool:
        """Return whether that is near enough: over the face, and in no region more than twice."""
        return self.nme <= threshold and self.region_nme <= IN_A_REGION * threshold


def how_far_apart(meshes: Sequence[NDArray[np.floating]], layout: MeshLayout) -> Apart:
    """Return how far several meshes of one face, each (n, 3), lie apart."""
    worst = farthest_apart(meshes, layout, iod=Iod.EYE_CENTRE)
    regions: dict[str, float] = {}
    for first, second in combinations(meshes, 2):
        for name, apart in nme_of_regions(first, second, layout).items():
            regions[name] = max(regions.get(name, 0.0), apart)
    name = max(regions, key=lambda one: regions[one], default="")
    return Apart(worst, name, regions.get(name, 0.0))
