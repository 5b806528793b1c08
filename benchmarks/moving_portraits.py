"""Clips of photographs that move: the truth of every frame follows from the first one's."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh
from annotator.inference.regions import region_around

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]
RATE = 30
_SLOW, _FAST = 4.0, 0.8  # seconds of a sway


@dataclass(frozen=True, eq=False)
class Portrait:
    """A photograph and the mesh of one face on it, as the model sees it there."""

    image: Image
    mesh: NDArray[np.float32]

    def in_frame(self, to_frame: Matrix) -> NDArray[np.float64]:
        """Return the mesh where a similarity (2, 3) takes it; z is scaled along."""
        flat = self.mesh[:, :2].astype(np.float64) @ to_frame[:, :2].T + to_frame[:, 2]
        scale = math.hypot(to_frame[0, 0], to_frame[1, 0])
        return np.column_stack([flat, scale * self.mesh[:, 2]])


def portraits(model: FaceMesh, images: Iterable[Image], *, least: float = 150) -> list[Portrait]:
    """Return the largest face of each image, if its square has so many pixels."""
    return [
        Portrait(image, face.landmarks)
        for image in images
        for face in model.predict(image)[:1]
        if region_around(face.landmarks, model.info.layout).side >= least
    ]


def similarity(
    portrait: Portrait, model: FaceMesh, time: float, size: tuple[int, int], motion: str
) -> Matrix:
    """Return the (2, 3) map from the photograph to the frame at some time, in seconds.

    The face's square takes seven tenths of the frame's height and stays near its middle.
    """
    width, height = size
    region = region_around(portrait.mesh, model.info.layout)
    period = {"still": math.inf, "pan": _SLOW, "fast": _FAST}[motion]
    phase = math.tau * time / period if math.isfinite(period) else 0.0
    scale = 0.7 * height / region.side * (1 + 0.05 * math.sin(0.5 * phase))
    angle = 0.1 * math.sin(0.7 * phase)
    turn = scale * np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    middle = width * (0.5 + 0.08 * math.sin(phase)), height * (0.5 + 0.06 * math.sin(0.8 * phase))
    return np.column_stack([turn, np.array(middle) - turn @ (region.x, region.y)])


def drawn(portrait: Portrait, to_frame: Matrix, size: tuple[int, int]) -> Image:
    """Return the frame that a similarity makes of the photograph."""
    scale = math.hypot(to_frame[0, 0], to_frame[1, 0])
    image = portrait.image
    if scale < 1:  # what is thinned is smoothed before
        image = cv2.GaussianBlur(image, (0, 0), 0.5 / scale)
    frame = cv2.warpAffine(image, to_frame, size, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(frame, np.uint8)


def moving(
    portrait: Portrait,
    model: FaceMesh,
    count: int,
    size: tuple[int, int],
    motion: str,
    *,
    noise: float = 0.0,
    seed: int = 0,
) -> Iterator[tuple[Image, Matrix]]:
    """Yield frames, (height, width, 3) uint8 RGB, with the map that made each."""
    dice = np.random.default_rng(seed)
    for number in range(count):
        to_frame = similarity(portrait, model, number / RATE, size, motion)
        frame = drawn(portrait, to_frame, size)
        yield (grainy(frame, noise, dice) if noise else frame), to_frame


def grainy(frame: Image, sigma: float, dice: np.random.Generator) -> Image:
    """Return a frame with noise of so many levels."""
    grain = dice.standard_normal(frame.shape, np.float32) * np.float32(sigma)
    return np.clip(np.rint(frame + grain), 0, 255).astype(np.uint8)


def encode(path: Path, frames: Iterable[Image]) -> Path:
    """Write frames as H.264 with the encoder's usual settings."""
    import av  # noqa: PLC0415 - an extra

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.pix_fmt = "yuv420p"
        for number, image in enumerate(frames):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    return path
