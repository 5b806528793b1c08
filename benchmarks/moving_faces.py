"""Photographs that move as a camera would see them, and the meshes tracked through them.

A face is cut out of a photograph and drawn into frames by similarities of the image plane that
change as a hand's or a camera's motion does, with a sensor's noise. What is true is then known up
to the prediction on the photograph itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from spoiled_faces import MIN_IOD, cutout

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.inference.tracking import Tracker
from annotator.mesh.landmarks import bounding_box, outer_iod
from annotator.mesh.layout import FACE_468

Floats = NDArray[np.float64]
Mesh = NDArray[np.float32]
Image = NDArray[np.uint8]
Motion = Literal["still", "slow", "fast"]

RATE = 30.0
SIZE = 360  # px, of the frames
FACE = 0.45  # of a frame's side, the face's box
SENSOR = 3.0  # grey levels, standard deviation
# How far and how often: in shares of a frame, and in radians a second.
REACH = {"still": 0.0, "slow": 0.06, "fast": 0.14}
PACE = {"still": 0.0, "slow": 1.0, "fast": 5.0}


@dataclass(frozen=True, eq=False)
class Portrait:
    """A face in the pixels around it.

    Attributes
    ----------
    name
    image : (height, width, 3) uint8
    landmarks : (468, 3) float32
        What the model says of the photograph.
    """

    name: str
    image: Image
    landmarks: Mesh


def portraits_of(model: FaceMesh, paths: Sequence[Path], most: int | None = None) -> list[Portrait]:
    """Return the largest face of each photograph in which it is large enough."""
    found: list[Portrait] = []
    for path in find_images(paths):
        image = read_image(path)
        faces = model.predict(image)
        if faces and outer_iod(faces[0].landmarks, FACE_468) >= MIN_IOD:
            found.append(Portrait(path.name, *cutout(image, faces[0].landmarks)))
        if len(found) == most:
            break
    return found


def similarities(portrait: Portrait, motion: Motion, count: int, seed: int) -> Floats:
    """Return the maps from a portrait's pixels to those of each frame, (count, 2, 3)."""
    rng = np.random.default_rng(seed)
    phase, pace = rng.uniform(0, 2 * np.pi, 4), PACE[motion] * rng.uniform(0.8, 1.2, 4)
    swing = np.sin(np.arange(count)[:, None] / RATE * pace + phase) * (REACH[motion] > 0)
    left, top, width, height = bounding_box(portrait.landmarks)
    scale = FACE * SIZE / max(width, height) * np.exp(0.1 * swing[:, 2])
    turn = scale * np.exp(0.15j * swing[:, 3])
    middle = SIZE / 2 * (1 + 1j) + REACH[motion] * SIZE * (swing[:, 0] + 1j * swing[:, 1])
    shift = middle - turn * complex(left + width / 2, top + height / 2)
    rows = [[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]]
    return np.moveaxis(np.array(rows), 2, 0)


def drawn(image: Image, similarity: Floats) -> Image:
    """Return a frame, (SIZE, SIZE, 3), without noise; edge pixels go on."""
    frame = cv2.warpAffine(
        image, similarity, (SIZE, SIZE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(frame, np.uint8)


def grained(frame: Image, rng: np.random.Generator, sigma: float = SENSOR) -> Image:
    """Return a frame with a sensor's noise."""
    values = frame + sigma * rng.standard_normal(frame.shape, np.float32)
    return np.asarray(values.clip(0, 255).round(), np.uint8)


def frames_of(portrait: Portrait, motion: Motion, count: int, seed: int) -> Iterator[Image]:
    """Yield the frames of a clip."""
    rng = np.random.default_rng([seed, 1])
    for similarity in similarities(portrait, motion, count, seed):
        yield grained(drawn(portrait.image, similarity), rng)


def tracked(model: FaceMesh, portrait: Portrait, motion: Motion, count: int, seed: int) -> Mesh:
    """Return the meshes of a clip as they are tracked, (k, 468, 3), up to where one is lost."""
    tracker, meshes = Tracker(model, max_faces=1), []
    for frame in frames_of(portrait, motion, count, seed):
        faces = tracker.step(frame)
        if not faces or faces[0].identity != 0:
            break
        meshes.append(faces[0].landmarks)
    return np.array(meshes, np.float32).reshape(-1, FACE_468.count, 3)
