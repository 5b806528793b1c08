"""Find the small faces that the detector misses in a letterboxed image.

The net is fully convolutional: a coarse look runs it once over the whole image, at a size
where the small faces are about 17 pixels wide, and takes every weak hint. A close look then
enlarges the surroundings of those in doubt and asks again, this time strictly. Coarse costs
what the image's size allows; close costs only where there is something to see.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.inference.detection import (
    DETECTOR_STEP,
    Detections,
    Floats,
    areas,
    intersections,
    iou,
    joined,
    merged,
)
from annotator.inference.detector import Detector
from annotator.inference.sampling import Image, sample, shrunk, square_positions
from annotator.mesh.same_face import SAME_FACE_COVER, SAME_FACE_IOU

_COARSE_PIXELS = 240 * 180  # at least
_COARSE_SHARE = 1 / 64  # of the image's pixels, where that is more
_HINT = 0.25
_VISIBLE = 24 / 128  # of the long side: so large, MediaPipe's detector would see a face
_SURE = 0.8  # a hint this strong needs no close look
_CLOSE = 0.6
_TILE = 64  # side of a close look
_CLOSE_FACE = 32  # width of a hinted face in it
_READABLE = (24, 44)  # widths at which a close look at a neighbour will do
_MIDDLE = 0.5  # of a known face's sides


def find_small_faces(
    detector: Detector,
    images: Sequence[Image],
    known: Sequence[Floats],
    shrunk_by: Sequence[int] | None = None,
) -> list[Detections]:
    """Return the faces of each image that are not among the known ones.

    Parameters
    ----------
    detector
        The net.
    images
        Of any sizes.
    known
        The (n, 4) boxes of the meshes that are found already in each of them.
    shrunk_by
        How much smaller each of them is than its photograph, whose small faces are meant; None
        for not at all.
    """
    parts: list[list[Detections]] = []
    tiles: list[tuple[int, Floats]] = []
    factors = shrunk_by or [1] * len(images)
    for at, (image, boxes, factor) in enumerate(zip(images, known, factors, strict=True)):
        hints = unknown(_coarse_look(detector, image, factor), boxes)
        sure = hints.scores >= _SURE
        small = hints.boxes[:, 2] - hints.boxes[:, 0] < _VISIBLE * max(image.shape[:2])
        parts.append([hints[np.flatnonzero(sure)]])
        tiles += [(at, tile) for tile in _tiles(hints.boxes[small & ~sure])]
    close = detector([_enlarged(images[at], tile) for at, tile in tiles], threshold=_CLOSE)
    for (at, (left, top, side)), found in zip(tiles, close, strict=True):
        parts[at].append(_whole(found).placed(left, top, side / _TILE))
    return [unknown(merged(joined(some)), boxes) for some, boxes in zip(parts, known, strict=True)]


def coarse_size(width: int, height: int) -> tuple[int, int]:
    """Return the width and height of the coarse look at an image, multiples of 16."""
    share = min(max(_COARSE_PIXELS / (width * height), _COARSE_SHARE), 1)
    scale = math.sqrt(share) / DETECTOR_STEP
    sides = (max(1, round(side * scale)) for side in (width, height))
    wide, high = (side * DETECTOR_STEP for side in sides)
    return wide, high


def distinct(boxes: Floats, certain: int) -> list[int]:
    """Return which of (n, 4) mesh boxes, in order, show a face that none before it shows.

    Two boxes show one face if they overlap by an IoU above 0.4, or if 0.8 of the smaller lies
    within the other. The first ``certain`` ones are all kept.
    """
    kept = list(range(certain))
    for at in range(certain, len(boxes)):
        if not _overlaps(boxes[at], boxes[kept]).any():
            kept.append(at)
    return kept


def unknown(found: Detections, known: Floats) -> Detections:
    """Return the detections that are no known face, nor a part of one: centred in its middle.

    Parameters
    ----------
    found
    known : (n, 4)
        The boxes of the known faces' meshes.
    """
    if not len(found) or not len(known):
        return found
    sides, middles = known[:, 2:] - known[:, :2], (known[:, 2:] + known[:, :2]) / 2
    centres = (found.boxes[:, None, :2] + found.boxes[:, None, 2:]) / 2
    inside = np.all(np.abs(centres - middles) < sides * (_MIDDLE / 2), axis=2)
    same = iou(found.boxes[:, None], known) > SAME_FACE_IOU
    return found[np.flatnonzero(~np.any(inside | same, axis=1))]


def mesh_boxes(meshes: Sequence[NDArray[np.floating]]) -> Floats:
    """Return the (n, 4) boxes - left, top, right, bottom - of (n, 3) meshes."""
    # numpy is several times faster along an array's last axis.
    outlines = [mesh[:, :2].T.copy() for mesh in meshes]
    corners = [(*points.min(axis=1), *points.max(axis=1)) for points in outlines]
    return np.array(corners, np.float32).reshape(-1, 4)


def _overlaps(box: Floats, boxes: Floats) -> NDArray[np.bool_]:
    smaller = np.minimum(areas(box), areas(boxes))
    covered = intersections(box, boxes) > SAME_FACE_COVER * smaller
    return np.asarray(covered | (iou(box, boxes) > SAME_FACE_IOU))


def _coarse_look(detector: Detector, image: Image, shrunk_by: int) -> Detections:
    """Return every hint of a face, in pixels of the image."""
    height, width = image.shape[:2]
    wide, high = coarse_size(width * shrunk_by, height * shrunk_by)
    (hints,) = detector([shrunk(image, wide, high)], threshold=_HINT)
    scale = np.array([width / wide, height / high], np.float32)
    return Detections(hints.boxes * np.tile(scale, 2), hints.keypoints * scale, hints.scores)


def _tiles(boxes: Floats) -> list[Floats]:
    """Return squares (left, top, side) that show each box 32 of 64 pixels wide.

    Faces of a crowd share squares: a box that an earlier square shows whole, with room around
    and at a readable size, gets none of its own.
    """
    tiles: list[Floats] = []
    for box in boxes:
        width = max(box[2] - box[0], box[3] - box[1])
        if not any(_shows(tile, box, width) for tile in tiles):
            side = width * _TILE / _CLOSE_FACE
            corner = (box[:2] + box[2:] - side) / 2
            tiles.append(np.array([*corner, side], np.float32))
    return tiles


def _shows(tile: Floats, box: Floats, width: float) -> bool:
    corner, side = tile[:2], tile[2]
    room = width / 2
    within = (box[:2] - room >= corner).all() and (box[2:] + room <= corner + side).all()
    return bool(within and _READABLE[0] <= width / side * _TILE <= _READABLE[1])


def _enlarged(image: Image, tile: Floats) -> Image:
    left, top, side = tile.tolist()
    centre = (left + side / 2, top + side / 2)
    return sample(image, square_positions(centre, side, 0.0, _TILE), "zero")


def _whole(found: Detections) -> Detections:
    """Return the detections of a close look that its edge does not cut."""
    uncut = (found.boxes >= 0) & (found.boxes <= _TILE)
    return found[np.flatnonzero(np.all(uncut, axis=1))]
