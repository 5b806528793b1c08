"""A slower look at photographs in which nothing was found: for small, tilted and grey faces.

The detector knows upright faces. Here the photograph is turned, a twelfth of a circle at a time,
and looked at in two sizes; every hint is looked at closely, the right way up, and what is left
must convince the mesh net: it looks where it sees the face itself, from slightly different crops,
and a face is where these give the same mesh. Only photographs without a certain face pay for it.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from annotator.inference.detection import DETECTOR_STEP, iou
from annotator.inference.detector import Detector
from annotator.inference.regions import Jitter, Region, jittered, region_around, regions_of
from annotator.inference.results import FacePrediction
from annotator.inference.sampling import Image, sample, square_positions
from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import nme

Look = Callable[[Image, Sequence[Region]], list[FacePrediction]]
"""The mesh net: what it sees in each region, whatever the presence."""

_ALL_ROUND = tuple(range(0, 360, 30))
# The photograph's diagonal in px of the detector, and by how many degrees it is turned: faces as
# small as a twenty-fifth of the diagonal are looked for where heads are tilted, larger ones all
# round, and those that fill the photograph in a look of their own. Larger looks find smaller faces,
# and take as much longer as they are larger.
_LOOKS = ((448, (-30, 0, 30)), (288, _ALL_ROUND), (112, _ALL_ROUND))
_HINT = 0.4
_CLOSE = 0.6
_TILE, _CLOSE_FACE = 64, 32  # side of a close look, and how wide the face is in it
_MOST = 12  # hints that are looked at closely, the strongest first
_SAME_IOU = 0.3
_PASSES = 3  # of the mesh net, each where the last one saw the face
_CROPS = 8
_JITTER = Jitter(0.04, 0.06, 0.09)
_PRESENT = 0.9
_SAME_MESH = 0.1  # mean distance of two meshes of one face, in outer IOD
_DOUBTFUL = 0.011  # spread as a share of the region's side, see docs/inference.md


@dataclass(frozen=True)
class _Hint:
    """A face may be here: the middle and width of its box in px, how it is turned, how likely."""

    x: float
    y: float
    width: float
    angle: float
    score: float


def find_turned_faces(
    detector: Detector, net: Look, layout: MeshLayout, image: Image
) -> list[FacePrediction]:
    """Return the faces of a photograph in which the upright looks found none, surest first.

    Parameters
    ----------
    detector
        The net.
    net
        The mesh net.
    layout
        Of its meshes.
    image
        Of any size.
    """
    faces: list[FacePrediction] = []
    hints = _distinct([hint for look in _LOOKS for hint in _hints(detector, image, *look)])
    for region, score in _seen_closely(detector, image, hints[:_MOST]):
        face = _confirmed(net, layout, image, region)
        if face is not None:
            faces.append(FacePrediction(face.landmarks, face.presence, score))
    return faces


def is_sure(net: Look, layout: MeshLayout, image: Image, face: FacePrediction) -> bool:
    """Return whether the mesh net, asked again where it saw a face, sees the same one."""
    seen = _confirmed(net, layout, image, region_around(face.landmarks, layout))
    return seen is not None and nme(seen.landmarks, face.landmarks, layout) < _SAME_MESH


def _hints(
    detector: Detector, image: Image, diagonal: int, turns: Iterable[int]
) -> Iterator[_Hint]:
    """Yield what may be a face in the photograph made so large and turned, in its own px."""
    height, width = image.shape[:2]
    scale = min(1.0, diagonal / math.hypot(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    for degrees in turns:
        turn = math.radians(degrees)
        turned = _turned(small, turn)
        (found,) = detector([turned], threshold=_HINT)
        for box, score in zip(found.boxes.tolist(), found.scores.tolist(), strict=True):
            left, top, right, bottom = box
            aside = (left + right - turned.shape[1]) / 2, (top + bottom - turned.shape[0]) / 2
            x, y = _turned_way(*aside, turn)
            x, y = (x + size[0] / 2) / scale, (y + size[1] / 2) / scale
            yield _Hint(x, y, max(right - left, bottom - top) / scale, turn, score)


def _turned(image: Image, turn: float) -> Image:
    """Return all of the image turned about its middle, black beyond it, sides multiples of 16."""
    high, wide = image.shape[:2]
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    across, down = (
        math.ceil(round(side, 3) / DETECTOR_STEP) * DETECTOR_STEP
        for side in (cos * wide + sin * high, sin * wide + cos * high)
    )
    columns, rows = np.arange(across) - across / 2, np.arange(down)[:, None] - down / 2
    x, y = _turned_way(columns, rows, turn)
    places = (x + wide / 2).astype(np.float32), (y + high / 2).astype(np.float32)
    return sample(image, places, "zero")


def _turned_way(dx: Any, dy: Any, turn: float) -> tuple[Any, Any]:
    """Return a way, or arrays of ways, in a turned image as one in the image itself."""
    cos, sin = math.cos(turn), math.sin(turn)
    return cos * dx - sin * dy, sin * dx + cos * dy


def _distinct(hints: list[_Hint]) -> list[_Hint]:
    """Return the strongest hint of each place, strongest first."""
    ranked = sorted(hints, key=lambda hint: -hint.score)
    boxes = np.array([_box(hint) for hint in ranked], np.float32).reshape(-1, 4)
    kept: list[int] = []
    for at in range(len(ranked)):
        if not (iou(boxes[kept], boxes[at]) > _SAME_IOU).any():
            kept.append(at)
    return [ranked[at] for at in kept]


def _box(hint: _Hint) -> tuple[float, float, float, float]:
    half = hint.width / 2
    return hint.x - half, hint.y - half, hint.x + half, hint.y + half


def _seen_closely(
    detector: Detector, image: Image, hints: Sequence[_Hint]
) -> Iterator[tuple[Region, float]]:
    """Yield the region of each hint that a close look, turned upright, takes for a face."""
    sides = [hint.width * _TILE / _CLOSE_FACE for hint in hints]
    tiles = [
        sample(image, square_positions((hint.x, hint.y), side, hint.angle, _TILE), "zero")
        for hint, side in zip(hints, sides, strict=True)
    ]
    looks = detector(tiles, threshold=_CLOSE)
    for hint, side, found in zip(hints, sides, looks, strict=True):
        if len(found):
            (region,) = regions_of(found[np.array([0])])
            yield _out_of_tile(region, hint, side / _TILE), float(found.scores[0])


def _out_of_tile(region: Region, hint: _Hint, scale: float) -> Region:
    """Return a region of a close look as one of the image."""
    x, y = _turned_way(region.x - _TILE / 2, region.y - _TILE / 2, hint.angle)
    x, y = hint.x + scale * x, hint.y + scale * y
    return Region(x, y, region.side * scale, region.angle + hint.angle)


def _confirmed(
    net: Look, layout: MeshLayout, image: Image, region: Region
) -> FacePrediction | None:
    """Return the face that the mesh net sees about a region, or None where it is not sure."""
    first = region
    for _ in range(_PASSES):
        (face,) = net(image, [region])
        if face.presence <= 0.5:
            return None
        region = region_around(face.landmarks, layout)
    if not _is_near(region, first):
        return None
    faces = net(image, jittered(region, _CROPS, _JITTER))
    points = np.array([each.landmarks[:, :2] for each in faces], np.float64)
    doubt = float(np.sqrt(points.var(axis=0, ddof=1).sum(axis=1)).mean() / region.side)
    presence = float(np.mean([each.presence for each in faces]))
    return face if presence > _PRESENT and doubt <= _DOUBTFUL else None


def _is_near(region: Region, first: Region) -> bool:
    """Return whether a region still shows what the detector saw."""
    apart = math.hypot(region.x - first.x, region.y - first.y)
    return apart < 0.35 * first.side and 0.5 < region.side / first.side < 2
