"""Small pictures of faces: how one is made, and what it was made of. No widgets here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Picture
from annotator.project import SampleSummary
from annotator.system.hashing import FileStamp

THUMBNAIL_SIZE = 96
# The square around the face's box is this many times its longer side.
_MARGIN = 1.25
# A face that shrank to less than this share of its size deserves a picture of its own.
_LEAST_SHARE = 0.7

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Source:
    """What a thumbnail is made of; ``stamp`` is None where it could not be made."""

    picture: Picture
    box: Box
    stamp: FileStamp | None = None

    def shows(self, sample: SampleSummary) -> bool:
        """Return whether a sample's thumbnail may stay as it is, as far as its list knows.

        It may as long as the face lies within it: it would jump with every stroke otherwise.
        """
        left, top, width, height = sample.box
        x, y, old_width, old_height = self.box
        longest = max(old_width, old_height, 1.0)
        room = (_MARGIN * longest - old_width) / 2, (_MARGIN * longest - old_height) / 2
        lies_within = (
            left >= x - room[0]
            and top >= y - room[1]
            and left + width <= x + old_width + room[0]
            and top + height <= y + old_height + room[1]
        )
        is_as_large = max(width, height) >= _LEAST_SHARE * longest
        return self.picture == sample.picture and lies_within and is_as_large


@dataclass(frozen=True, eq=False)
class FaceCrop:
    """A square cut out around a face, at about the size that was asked for.

    Attributes
    ----------
    pixels : (n, n, 3) uint8
        RGB; black beyond the photograph's border.
    left, top : float
        Of the square, in pixels of its own from the upright image's corner.
    scale : float
        How many pixels of the square one of the upright image is.
    """

    pixels: NDArray[np.uint8]
    left: float
    top: float
    scale: float

    def places(self, landmarks: NDArray[np.floating], size: int) -> NDArray[np.float64]:
        """Return where landmarks are once the square is ``size`` pixels wide, (n, 2) x and y."""
        here = landmarks[:, :2].astype(np.float64) * self.scale - (self.left, self.top)
        return here * (size / max(len(self.pixels), 1))


def face_crop(picture: Picture, box: Box, size: int, margin: float = _MARGIN) -> FaceCrop:
    """Return a square of about ``size`` pixels around a face.

    Parameters
    ----------
    picture : Picture
    box : (left, top, width, height) in px of the upright image
    size : int
    margin : float
        The square's side, in longer sides of the box.

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    """
    left, top, width, height = box
    side = max(width, height, 1.0) * margin
    info = picture.info()
    longest = max(info.width, info.height)
    # Decoded no larger than needed: JPEG decodes to an eighth at little more than a header's cost.
    small = picture.thumbnail(max(1, min(longest, round(longest * size / side))))
    scale = max(small.shape[:2]) / longest
    cut = max(round(side * scale), 1)
    middle = ((left + width / 2) * scale, (top + height / 2) * scale)
    column, row = (round(c - cut / 2) for c in middle)
    return FaceCrop(_square(small, column, row, cut), column, row, scale)


def face_thumbnail(picture: Picture, box: Box, size: int = THUMBNAIL_SIZE) -> NDArray[np.uint8]:
    """Return a square of about ``size`` pixels around a face, (n, n, 3) uint8 RGB.

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    """
    return face_crop(picture, box, size).pixels


def _square(image: NDArray[np.uint8], column: int, row: int, side: int) -> NDArray[np.uint8]:
    """Cut a square out of an image; beyond its border it is black."""
    square = np.zeros((side, side, 3), np.uint8)
    part = image[max(row, 0) : max(row + side, 0), max(column, 0) : max(column + side, 0)]
    y, x = max(-row, 0), max(-column, 0)
    square[y : y + part.shape[0], x : x + part.shape[1]] = part
    return square
