"""Large JPEG files decoded at half their size, where that loses nothing that a net looks at.

The mesh net sees a face 192 pixels wide, whatever the photograph. libjpeg decodes at half the size
for less than at full size, and predicting from fewer pixels costs less too. So a large photograph
is looked at small first, and once more as it is where a face would not have 192 pixels in it, or
where there seems to be none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Encoded
from annotator.inference.regions import CROP_SIZE, region_around
from annotator.inference.results import FacePrediction
from annotator.mesh.layout import MeshLayout

Decode = Literal["exact", "fast"]
"""Whether photographs are decoded as they are, or large ones smaller where that will do."""

_SHRUNK_BY = 2
# Smaller photographs are decoded in no time, and at half their size few faces would do.
_LEAST_PIXELS = 4_000_000

Pixels = NDArray[np.uint8]
PredictShrunk = Callable[[Sequence[Pixels], Sequence[int]], list[list[FacePrediction]]]


@dataclass(frozen=True, eq=False)
class Seen:
    """A photograph as it is looked at first.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
        RGB, upright.
    shrunk_by
        How many pixels of the photograph are one of these, along each side.
    source
        To be decoded as it is.
    """

    pixels: Pixels
    shrunk_by: int
    source: Encoded

    @property
    def shape(self) -> tuple[int, ...]:
        """Height and width of the photograph as it is, and 3."""
        height, width, colours = self.pixels.shape
        return height * self.shrunk_by, width * self.shrunk_by, colours


def decode_fast(source: Encoded) -> Seen:
    """Decode a photograph as small as it may be looked at first; raises ImageError."""
    half = source.halved() if source.pixels >= _LEAST_PIXELS else None
    return Seen(source.decode(), 1, source) if half is None else Seen(half, _SHRUNK_BY, source)


def predict_seen(
    predict: PredictShrunk, seen: Sequence[Seen], layout: MeshLayout
) -> list[list[FacePrediction]]:
    """Return the faces of photographs, in pixels of the photographs as they are.

    Parameters
    ----------
    predict
        Predicts images, told for each by how much it is shrunk.
    seen
        The photographs.
    layout
        Of the meshes.

    Raises
    ------
    ImageError
        If one that must be looked at once more cannot be decoded.
    """
    found = predict([one.pixels for one in seen], [one.shrunk_by for one in seen])
    results = []
    for one, faces in zip(seen, found, strict=True):
        if one.shrunk_by == 1:
            results.append(faces)
        elif faces and all(_is_large(face, layout) for face in faces):
            results.append([_enlarged(face, one.shrunk_by) for face in faces])
        else:
            results += predict([one.source.decode()], [1])
    return results


def _is_large(face: FacePrediction, layout: MeshLayout) -> bool:
    return region_around(face.landmarks, layout).side >= CROP_SIZE


def _enlarged(face: FacePrediction, factor: int) -> FacePrediction:
    """Return a face in pixels so many times smaller, which count from the first one's centre."""
    points = face.landmarks * np.float32(factor)
    points[:, :2] += np.float32((factor - 1) / 2)
    points.setflags(write=False)
    return replace(face, landmarks=points)
