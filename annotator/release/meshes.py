"""What all formats hold of the meshes, as it is read back."""

from collections.abc import Sized
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.release.errors import DamagedRelease
from annotator.release.glances import Glance, Room, kept


class Meshes(NamedTuple):
    """The arrays of a release, one row a sample, n vertices of its layout.

    They are what a `Room` made, where the release is verified without being kept a `Glance` each.

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


def all_visible(rows: Sized, layout: MeshLayout, room: Room = kept) -> NDArray[np.uint8]:
    """Return the visibility that a release without any has: nobody could mark vertices then."""
    visibility: NDArray[np.uint8] = room((len(rows), layout.count), np.uint8)
    return visibility


def as_visibility(values: ArrayLike | Glance) -> Any:
    """Return visibility that was read as numbers of any kind, uint8; a `Glance` as it is.

    Raises
    ------
    DamagedRelease
        If one of them is no `Visibility`: to make it a small integer would make it another one.
    """
    if isinstance(values, Glance):
        if values.impossible is not None:
            raise _no_visibility(values.impossible)
        return values
    numbers = np.asarray(values)
    known = np.isin(numbers, list(Visibility))
    if not known.all():
        raise _no_visibility(numbers[~known].flat[0])
    return numbers.astype(np.uint8)


def _no_visibility(value: object) -> DamagedRelease:
    return DamagedRelease(f"expected visibility 0, 1 or 2 of every vertex, but got {value!s:.20}")
