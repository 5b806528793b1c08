"""Whether a clip went on from one frame to the next, or was cut: what frames and faces look like.

A mesh that is carried over a cut finds the next person's face, if one is near, and the net is sure
of it. So it is compared what the mesh lies on, before and after: the same face looks the same in
its own square however it moves. And so is the picture: by its parts, which a flash of light leaves
alike, and by its colours, which a fast pan does.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import Region
from annotator.inference.sampling import Image, sample, square_positions

Floats = NDArray[np.float32]

_GRID = 18, 32  # rows and columns of the points at which a picture is looked at
_LEVELS = 4  # of each colour
_SAMPLED, _BLOCK, _FACE = 32, 2, 16  # sides of a face as it is cut out, and as it is compared
_LEAST_SEEN = 64  # of its parts: of a face that is hardly in the picture nothing can be said
_GREY = np.array([0.299, 0.587, 0.114], np.float32)

# Chosen on clips and portraits that the figures in docs/inference.md are not of: on those, a face
# that went on was alike to 0.86 even at ten frames a second, one that a hand passed to 0.50, and
# another one in its place to 0.75 at most; a jerk left 0.89 of the colours, a cut 0.83 at most.
_ANOTHER_FACE = 0.45  # by itself, in whatever picture
_DOUBTFUL_FACE = 0.75  # where the picture's parts changed
_OTHER_PARTS = 0.55
_OTHER_COLOURS = 0.85
_EVEN = 1.0  # variance of what is all of one brightness


@dataclass(frozen=True, eq=False)
class Scene:
    """What a picture looks like, small.

    Attributes
    ----------
    parts : (18, 32) float32
        Brightness over the picture.
    colours : (64,) float32
        Shares of colours, four levels of each of red, green and blue.
    """

    parts: Floats
    colours: Floats


def scene_of(image: Image) -> Scene:
    """Return what a picture looks like: (height, width, 3) uint8, of any size."""
    (height, width), (rows, columns) = image.shape[:2], _GRID
    y = (np.arange(rows) * 2 + 1) * height // (2 * rows)
    x = (np.arange(columns) * 2 + 1) * width // (2 * columns)
    points = image[y[:, None], x]
    levels = (points // (256 // _LEVELS)).astype(np.intp) @ (_LEVELS**2, _LEVELS, 1)
    counts = np.bincount(levels.ravel(), minlength=_LEVELS**3)
    return Scene(points @ _GREY, (counts / levels.size).astype(np.float32))


def face_look(image: Image, region: Region) -> Floats:
    """Return the brightness of what lies in a face's square, (16, 16); NaN beyond the image."""
    x, y = square_positions((region.x, region.y), region.side, region.angle, _SAMPLED)
    square = sample(image, (x, y), "replicate")
    look = cv2.resize(square, (_FACE, _FACE), interpolation=cv2.INTER_AREA) @ _GREY
    middles = np.s_[_BLOCK // 2 :: _BLOCK, _BLOCK // 2 :: _BLOCK]
    (height, width), x, y = image.shape[:2], x[middles], y[middles]
    look[(x < 0) | (x > width - 1) | (y < 0) | (y > height - 1)] = np.nan
    return np.asarray(look)


def has_other_parts(before: Scene, now: Scene) -> bool:
    """Return whether a picture shows things in other places: after a cut, or in a fast pan."""
    return likeness(before.parts, now.parts) < _OTHER_PARTS


def is_cut(before: Scene, now: Scene) -> bool:
    """Return whether a picture shows something else than the one before."""
    shared = float(np.minimum(before.colours, now.colours).sum())
    return shared < _OTHER_COLOURS and has_other_parts(before, now)


def is_another(face_before: Floats, face_now: Floats, *, other_parts: bool) -> bool:
    """Return whether a mesh lies on another face than in the frame before.

    Parameters
    ----------
    face_before, face_now : (16, 16)
        Each of `face_look`, in the square of that frame's mesh.
    other_parts
        Whether the picture around it changed, see `has_other_parts`.
    """
    seen = np.isfinite(face_before) & np.isfinite(face_now)
    if np.count_nonzero(seen) < _LEAST_SEEN:
        return False
    least = _DOUBTFUL_FACE if other_parts else _ANOTHER_FACE
    return likeness(face_before[seen], face_now[seen]) < least


def likeness(one: Floats, other: Floats) -> float:
    """Return the correlation of two pictures of one shape; of even ones, 1 if both are even."""
    first, second = one - one.mean(), other - other.mean()
    energies = float((first * first).sum()), float((second * second).sum())
    least = _EVEN * one.size
    if min(energies) < least:
        return float(max(energies) < least)
    return float((first * second).sum()) / math.sqrt(energies[0] * energies[1])
