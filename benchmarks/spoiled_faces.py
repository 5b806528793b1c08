"""Faces whose prediction was spoiled, to be refined back by simulated annotators.

The truth is what the model says of the photograph as it is; the start is what it says of the
same face blurred, noisy and partly covered. Everything is drawn from one seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.inference.spread import answers_around
from annotator.mesh.landmarks import bounding_box, outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.mesh.spread import deviations
from annotator.system.assets import asset_path

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]

MIN_IOD = 30.0  # px; smaller faces are hardly annotated, and blur leaves nothing of them
BLUR_IOD = (0.03, 0.10)  # sigma, in outer IOD
NOISE = (10.0, 40.0)  # sigma, in grey levels
COVERED = (0.35, 0.60)  # sides of the occluder, in sides of the face's box
NME_RANGE = (0.04, 0.12)  # worse than the goal, but still a mesh that one would refine
TRIALS = 40
# Who is who in the shipped pictures of two people, the largest face first.
PEOPLE_TOGETHER = {
    "gallery_wall.jpg": ("hopper", "hopper", "collins", "collins"),
    "print_on_the_table.jpg": ("hopper",),
    "two_portraits.jpg": ("hopper", "collins"),
}
_MARGIN = 0.6  # of the face's box, kept around it


@dataclass(frozen=True, eq=False)
class SpoiledFace:
    """One face to refine.

    Attributes
    ----------
    name
        File and number of the face.
    person
        Whose face it is. Of photographs that are not the shipped ones nobody knows: there it
        is the file, and people who are in several count as different ones.
    draw
        How many times the face was spoiled before.
    truth, start : (468, 3) float32
        The mesh to reach and the mesh to begin with, in px.
    differences : (k, 468) complex128
        The model's spread about the start on the spoiled photograph, as
        `annotator.mesh.spread.deviations` gives it.
    """

    name: str
    person: str
    draw: int
    truth: Floats
    start: Floats
    differences: NDArray[np.complex128]


def spoiled_faces(
    paths: Sequence[Path], seed: int, *, times: int = 1, faces_per_image: int | None = None
) -> list[SpoiledFace]:
    """Return every face of the photographs, spoiled ``times`` times with different draws."""
    face_mesh = FaceMesh.load(threads=1)
    every = []
    for number, path in enumerate(find_images(paths)):
        image = read_image(path)
        for at, face in enumerate(face_mesh.predict(image)[:faces_per_image]):
            if outer_iod(face.landmarks, FACE_468) < MIN_IOD:
                continue
            rng = np.random.default_rng([seed, number, at])
            part, truth = cutout(image, face.landmarks)
            starts = _starts(face_mesh, part, truth, rng)
            for draw, (start, photograph) in zip(range(times), starts, strict=False):
                answers = list(answers_around(face_mesh, photograph, start))
                differences = deviations(answers, start, FACE_468)
                name, person = f"{path.name}#{at}", _person(path, at)
                every.append(SpoiledFace(name, person, draw, truth, start, differences))
    return every


def _person(path: Path, at: int) -> str:
    """Return whose face it is, as far as one can know."""
    if path.parent.resolve() != asset_path("datasets", "sample").resolve():
        return path.name
    together = PEOPLE_TOGETHER.get(path.name)
    return together[at] if together else path.name.partition("_")[0].partition(".")[0]


def spoiled(image: Image, truth: Floats, rng: np.random.Generator, severity: float = 1.0) -> Image:
    """Return the photograph with a rectangle over part of the face, blurred and noisy.

    The sides of the rectangle (up to the face's own), blur and noise are in proportion to the
    severity.
    """
    left, top, width, height = bounding_box(truth)
    sides = np.minimum(rng.uniform(*COVERED, 2) * severity, 1) * (width, height)
    x, y = rng.uniform((left, top), (left + width, top + height) - sides).round().astype(int)
    w, h = sides.round().astype(int)
    values = image.astype(np.float64)
    values[max(y, 0) : y + h, max(x, 0) : x + w] = rng.uniform(0, 255, 3)
    values = gaussian_filter(
        values, (*(2 * [rng.uniform(*BLUR_IOD) * severity * outer_iod(truth, FACE_468)]), 0)
    )
    values += rng.normal(0, rng.uniform(*NOISE) * severity, values.shape)
    return np.asarray(values.clip(0, 255).round(), np.uint8)


def _starts(
    face_mesh: FaceMesh, image: Image, truth: Floats, rng: np.random.Generator
) -> Iterator[tuple[Floats, Image]]:
    """Yield what the model says of spoiled copies, and these, where it is neither good nor bad."""
    for _ in range(TRIALS):
        photograph = spoiled(image, truth, rng)
        for face in face_mesh.predict(photograph):
            if NME_RANGE[0] <= nme(face.landmarks, truth, FACE_468) <= NME_RANGE[1]:
                yield face.landmarks, photograph
                break


def cutout(image: Image, landmarks: Floats) -> tuple[Image, Floats]:
    """Return the surroundings of a face and its mesh in their pixels."""
    left, top, width, height = bounding_box(landmarks)
    x, y = (int(max(at, 0)) for at in (left - _MARGIN * width, top - _MARGIN * height))
    right, bottom = left + (1 + _MARGIN) * width, top + (1 + _MARGIN) * height
    part = image[y : int(bottom) + 1, x : int(right) + 1]
    return np.ascontiguousarray(part), landmarks - np.float32([x, y, 0])
