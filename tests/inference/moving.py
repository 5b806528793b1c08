"""Frames of clips for tests: the shipped portraits, placed, turned and moved on a plain ground."""

import math
from collections.abc import Iterator

import cv2
import numpy as np

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.regions import region_around
from annotator.system.assets import asset_path

SIZE = (320, 240)


class Portrait:
    """A shipped portrait's head, to be put somewhere."""

    def __init__(self, model: FaceMesh, name: str) -> None:
        self.image = read_image(asset_path("datasets", "sample", name))
        face = model.predict(self.image)[0]
        self.region = region_around(face.landmarks, model.info.layout)

    def put(
        self, ground: np.ndarray, x: float, y: float, side: float, turn: float = 0.0
    ) -> np.ndarray:
        """Return the ground with the head's square of so many px over it, its middle at x, y."""
        scale = side / self.region.side
        cos, sin = scale * math.cos(turn), scale * math.sin(turn)
        shift = (
            x - cos * self.region.x + sin * self.region.y,
            y - sin * self.region.x - cos * self.region.y,
        )
        matrix = np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])
        wide, high = ground.shape[1], ground.shape[0]
        drawn = cv2.warpAffine(self.image, matrix, (wide, high), flags=cv2.INTER_AREA)
        rows, columns = np.mgrid[:high, :wide]
        inside = np.hypot((columns - x) / 0.42, (rows - y) / 0.5) < side
        shown = cv2.warpAffine(np.full(self.image.shape[:2], 255, np.uint8), matrix, (wide, high))
        inside &= shown > 0
        return np.where(inside[..., None], drawn, ground).astype(np.uint8)


def ground(shade: int = 120, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return an even ground with a slope of brightness."""
    wide, high = size
    slope = np.linspace(-30, 30, wide)[None, :, None] + np.zeros((high, 1, 3))
    return np.clip(shade + slope, 0, 255).astype(np.uint8)


def pan(
    portrait: Portrait, count: int, step: float = 2.0, side: float = 150.0
) -> Iterator[np.ndarray]:
    """Yield frames in which a head moves to the right."""
    for number in range(count):
        yield portrait.put(ground(), 130 + step * number, 120, side)
