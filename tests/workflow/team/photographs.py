"""Forty photographs of one face each, of which it is known where every vertex belongs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.system.assets import asset_path

COUNT = 40
SIDE = 200  # px
FACES = ("collins.jpg", "hopper.jpg", "collins_close.webp")
MOST_TRIALS = 30

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]


def make_photographs(folder: Path) -> dict[str, Floats]:
    """Write faces of the shipped photographs, cropped, turned and spoiled; return their meshes.

    Those are what the model says of the shipped photograph, turned likewise: by the file's name,
    (468, 3) each.
    """
    face_mesh = FaceMesh.load(threads=1, small_faces=False)
    known = []
    for name in FACES:
        image = read_image(asset_path("datasets", "sample", name))
        known.append((image, face_mesh.predict(image)[0].landmarks))
    truths = {}
    for number in range(COUNT):
        image, mesh = known[number % len(known)]
        name = f"face{number + 1:02}.png"
        photograph, truths[name] = _photograph(face_mesh, image, mesh, number)
        cv2.imwrite(str(folder / name), photograph[..., ::-1])
    return truths


def _photograph(
    face_mesh: FaceMesh, image: Image, mesh: Floats, number: int
) -> tuple[Image, Floats]:
    """Return a photograph in which the model finds one face, with its true mesh."""
    rng = np.random.default_rng([11, number])
    for _ in range(MOST_TRIALS):
        turned, truth = _turned(image, mesh, rng)
        photograph = _spoiled(turned, rng, severity=(0.1, 0.4, 0.6, 0.8)[number % 4])
        if len(face_mesh.predict(photograph)) == 1:
            return photograph, truth
    raise AssertionError("the model finds no face in any copy: spoil them less")


def _turned(image: Image, mesh: Floats, rng: np.random.Generator) -> tuple[Image, Floats]:
    low, high = mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)
    scale = rng.uniform(0.42, 0.55) * SIDE / float((high - low).max())
    middle = tuple(((low + high) / 2).tolist())
    matrix = cv2.getRotationMatrix2D(middle, float(rng.uniform(-15, 15)), scale)
    matrix[:, 2] += SIDE / 2 - np.array(middle) + rng.uniform(-12, 12, 2)
    turned = cv2.warpAffine(image, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    truth = np.column_stack([mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2], mesh[:, 2] * scale])
    return np.asarray(turned, np.uint8), truth.astype(np.float32)


def _spoiled(image: Image, rng: np.random.Generator, severity: float) -> Image:
    """Return a picture with a rectangle over part of the face, blurred and noisy."""
    values = image.astype(np.float32)
    x, y = rng.integers(SIDE // 4, SIDE // 2, 2)
    width, height = (rng.uniform(20, 50, 2) * severity).astype(int)
    values[y : y + height, x : x + width] = rng.uniform(0, 255, 3)
    values = cv2.GaussianBlur(values, (0, 0), 0.3 + 2.2 * severity)
    values += rng.normal(0, 18 * severity, values.shape)
    return np.asarray(values.clip(0, 255).round(), np.uint8)
