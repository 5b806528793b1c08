"""What the BlazeFace detector's raw output means: boxes, key points, one detection a face."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DETECTOR_SIZE = 128  # MediaPipe letterboxes photographs into a square of this side
DETECTOR_STEP = 16  # other inputs are multiples of this
THRESHOLD = 0.5
_SAME_FACE_IOU = 0.3
_TINY = np.float32(1e-9)
_CELLS = ((8, 2), (16, 6))  # strides of the net's two grids, and anchors per cell


@dataclass(frozen=True, eq=False)
class Detections:
    """Faces found in one image, best first.

    Attributes
    ----------
    boxes : (n, 4) float32
        left, top, right, bottom in pixels.
    keypoints : (n, 6, 2) float32
        x, y in pixels of the subject's right eye, left eye, nose tip, mouth, right and left ear.
    scores : (n,) float32
        Probabilities.
    """

    boxes: Floats
    keypoints: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, chosen: NDArray[np.intp]) -> "Detections":
        return Detections(self.boxes[chosen], self.keypoints[chosen], self.scores[chosen])

    def placed(self, left: float, top: float, scale: float) -> "Detections":
        """Return them in the coordinates of an image of which this one is a scaled part."""
        shift = np.array([left, top], np.float32)
        return Detections(
            self.boxes * np.float32(scale) + np.tile(shift, 2),
            self.keypoints * np.float32(scale) + shift,
            self.scores,
        )


NONE = Detections(
    np.empty((0, 4), np.float32), np.empty((0, 6, 2), np.float32), np.empty(0, np.float32)
)


@lru_cache(maxsize=32)
def anchors(height: int, width: int) -> Floats:
    """Return the (n, 2) anchor centres x, y in pixels of a detector input. Read-only."""
    grids = []
    for stride, per_cell in _CELLS:
        y, x = np.mgrid[: height // stride, : width // stride]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) * stride
        grids.append(np.repeat(centres, per_cell, axis=0))
    result = np.concatenate(grids).astype(np.float32)
    result.setflags(write=False)
    return result


def decode(
    raw_boxes: Floats, raw_scores: Floats, shape: tuple[int, int], threshold: float
) -> Detections:
    """Return what one detector input shows.

    Parameters
    ----------
    raw_boxes : (n_anchors, 16)
    raw_scores : (n_anchors, 1)
        Before the sigmoid.
    shape
        Height and width of the input.
    threshold
        Anchors of a lower probability are dropped.

    Returns
    -------
    Detections
        In pixels of the input; anchors of one face merged.
    """
    logits = raw_scores[:, 0]
    kept = np.flatnonzero(logits >= math.log(threshold / (1 - threshold)))
    if not len(kept):
        return NONE
    raw, centre = raw_boxes[kept], anchors(*shape)[kept]
    middle, half = raw[:, :2] + centre, raw[:, 2:4] / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    keypoints = raw[:, 4:].reshape(-1, 6, 2) + centre[:, None]
    scores = np.asarray(1 / (1 + np.exp(-logits[kept])), np.float32)
    return merged(Detections(boxes, keypoints, scores))


def merged(found: Detections) -> Detections:
    """Return one detection for each group of overlapping ones (weighted suppression).

    The best one's box gathers all that overlap it by an IoU above 0.3; the result is their
    mean, weighted by score, with the best one's score.
    """
    if len(found) < 2:
        return found
    ranked = found[np.argsort(-found.scores, kind="stable")]
    near = iou(ranked.boxes[:, None], ranked.boxes) > _SAME_FACE_IOU
    np.fill_diagonal(near, True)
    free = np.ones(len(ranked), bool)
    weights, best = [], []
    for at in range(len(ranked)):
        if free[at]:
            group = near[at] & free
            free &= ~group
            weights.append(group * ranked.scores)
            best.append(at)
    shares = np.array(weights, np.float32)
    shares /= shares.sum(axis=1, keepdims=True)
    keypoints = shares @ ranked.keypoints.reshape(-1, 12)
    return Detections(shares @ ranked.boxes, keypoints.reshape(-1, 6, 2), ranked.scores[best])


def joined(parts: Sequence[Detections]) -> Detections:
    """Return the detections of several lists as one."""
    if len(parts) == 1:
        return parts[0]
    return Detections(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.keypoints for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def areas(boxes: Floats) -> Floats:
    """Return the (...,) areas of (..., 4) boxes; 0 for a box turned inside out."""
    sides = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def intersections(boxes: Floats, others: Floats) -> Floats:
    """Return the areas that (..., 4) boxes share with others of a broadcastable shape."""
    # Column by column: numpy is slow along a last axis of two.
    wide, high = (
        np.minimum(boxes[..., at + 2], others[..., at + 2])
        - np.maximum(boxes[..., at], others[..., at])
        for at in (0, 1)
    )
    return np.asarray(np.maximum(wide, 0) * np.maximum(high, 0))


def iou(boxes: Floats, others: Floats) -> Floats:
    """Return the intersection over union of (..., 4) boxes with others."""
    shared = intersections(boxes, others)
    return np.asarray(shared / np.maximum(areas(boxes) + areas(others) - shared, _TINY))
