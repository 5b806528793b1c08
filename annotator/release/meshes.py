"""What all formats hold of the meshes, as it is read back."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.errors import DamagedRelease


class Meshes(NamedTuple):
    """The arrays of a release, one row a sample, n vertices of its layout.

    Attributes
    ----------
    landmarks : (s, n, 3) float32
    predictions : (s, n, 3) float32, or None where the format has no place for them
    visibility : (s, n) uint8
        See `annotator.mesh.marks.Visibility`.
    """

    landmarks: NDArray[np.float32]
    predictions: NDArray[np.float32] | None
    visibility: NDArray[np.uint8]


def all_visible(count: int, layout: MeshLayout) -> NDArray[np.uint8]:
    """Return the visibility that a release without any has: nobody could mark vertices then."""
    return np.zeros((count, layout.count), np.uint8)


def as_visibility(values: ArrayLike) -> NDArray[np.uint8]:
    """Return visibility that was read as numbers of any kind, uint8.

    Raises
    ------
    DamagedRelease
        If one of them is no `Visibility`: to make it a small integer would make it another one.
    """
    numbers = np.asarray(values)
    known = np.isin(numbers, list(Visibility))
    if not known.all():
        wrong = numbers[~known].flat[0]
        raise DamagedRelease(
            f"expected visibility 0, 1 or 2 of every vertex, but got {wrong!s:.20}"
        )
    return numbers.astype(np.uint8)
