"""Samples of a release as formats get them: many at a time, as arrays and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from annotator.release.images import PlacedImage

Row = Mapping[str, Any]


class Face(NamedTuple):
    """One sample of a block; see there."""

    row: Row
    landmarks: NDArray[np.float32]
    prediction: NDArray[np.float32]
    visibility: NDArray[np.uint8]
    image: PlacedImage


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some consecutive samples of a release, b of them, of n vertices each.

    Attributes
    ----------
    rows
        Of each the values of `annotator.release.rows.COLUMNS`, times as ISO 8601 text.
    landmarks : (b, n, 3) float32
        x, y, z in pixels of the image that the release has, turned upright: of a crop its own.
    predictions : (b, n, 3) float32
        What the model had said, alike.
    visibility : (b, n) uint8
        See `annotator.mesh.marks.Visibility`.
    images
        Of each; samples of one image follow one another, and share it.
    """

    rows: Sequence[Row]
    landmarks: NDArray[np.float32]
    predictions: NDArray[np.float32]
    visibility: NDArray[np.uint8]
    images: Sequence[PlacedImage]

    def __len__(self) -> int:
        return len(self.rows)

    def faces(self) -> Iterator[Face]:
        """Yield the samples one by one; their arrays are views of the block's."""
        of_each = (self.rows, self.landmarks, self.predictions, self.visibility, self.images)
        return map(Face._make, zip(*of_each, strict=True))
