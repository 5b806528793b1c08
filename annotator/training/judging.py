"""How well a net does on crops that stay the same: clean ones and spoiled ones of known faces.

It needs no PyTorch: whatever turns crops into meshes can be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import CROP_SIZE, SLIGHT_JITTER, Jitter, Region
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.mesh.units import error_unit
from annotator.training.crops import (
    View,
    background_view,
    drawn_view,
    in_crop,
    looked_at,
)
from annotator.training.faces import Face
from annotator.training.photographs import Cutout, Cutouts
from annotator.training.spoiling import Spoiling, spoiled

Floats = NDArray[np.float32]
Crops = NDArray[np.uint8]

Predict = Callable[[Crops], tuple[Floats, Floats]]
"""Turns crops (k, 192, 192, 3) into landmarks (k, n, 3), in their pixels, and presences (k,)."""

CLEAN, SPOILED = 4, 6
"""Crops of each face."""

_BACKGROUNDS = 2  # of each face's photograph
_SEED = 20_240_213  # what faces are judged by never changes
_AT_ONCE = 32
_TRIES = 10
_DIAGONAL = 1.36  # of a square that is turned by half a radian, in sides


@dataclass(frozen=True, slots=True, eq=False)
class TestCrop:
    """One crop that is judged by.

    Attributes
    ----------
    face
        Which of the faces, counted from 0.
    is_clean
        Whether it is as photographed.
    view
        Where it was cut.
    crop : (192, 192, 3) uint8
    points : (n, 3) float32, or None where it shows no face
    iod
        What its errors are divided by, in px of the crop: the outer IOD, as
        `annotator.mesh.units` has it.
    """

    face: int
    is_clean: bool
    view: View
    crop: Crops
    points: Floats | None
    iod: float


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What came of it, an entry a crop with a face.

    Attributes
    ----------
    face : (k,) intp
        Which face the crop is of.
    is_clean : (k,) bool
    errors : (k, n) float32
        Distances from the truth in the image plane, in outer IOD.
    presences : (k,) float32
    background : (m,) float32
        Presences of the crops that show no face.
    """

    face: NDArray[np.intp]
    is_clean: NDArray[np.bool_]
    errors: Floats
    presences: Floats
    background: Floats

    def nme(self, *, clean: bool) -> float:
        """Return the mean over the faces of the mean error of their crops; NaN without faces."""
        by_face = self.by_face(clean=clean)
        return float(np.nanmean(by_face)) if np.isfinite(by_face).any() else float("nan")

    def found(self) -> dict[str, float]:
        """Return of which shares of the crops, with a face and without, a face is said to be."""
        background = float((self.background > 0.5).mean()) if len(self.background) else 0.0
        return {"found": float((self.presences > 0.5).mean()), "found_in_background": background}

    def by_face(self, *, clean: bool) -> NDArray[np.float64]:
        """Return each face's mean error over its crops; NaN where it has none."""
        chosen = self.is_clean == clean
        count = int(self.face.max(initial=-1)) + 1
        if not chosen.any():
            return np.full(count, np.nan)
        means = self.errors[chosen].mean(axis=1, dtype=np.float64)
        sums = np.bincount(self.face[chosen], means, count)
        numbers = np.bincount(self.face[chosen], minlength=count)
        return np.asarray(np.divide(sums, numbers, where=numbers > 0, out=np.full(count, np.nan)))


def crops_of(
    faces: Sequence[Face],
    layout: MeshLayout,
    cutouts: Cutouts,
    *,
    clean: int = CLEAN,
    spoilt: int = SPOILED,
    backgrounds: int = _BACKGROUNDS,
    of_images: Mapping[str, Sequence[Face]] | None = None,
) -> Iterator[TestCrop]:
    """Yield the crops that faces are judged by: the same ones for the same face, always.

    Parameters
    ----------
    faces
    layout
    cutouts
    clean, spoilt, backgrounds
        How many crops of each kind a face has.
    of_images
        All known faces of each image, as `by_image` gives them: crops without a face show none
        of these. By default those of the faces given.
    """
    known = by_image(faces) if of_images is None else of_images
    for number, face in enumerate(faces):
        seed = [_SEED, *face.key.encode()]
        rng = np.random.default_rng(seed)
        cutout, unit = cutouts.of(face), error_unit(face.landmarks, layout)
        for at in range(clean + spoilt):
            is_clean = at < clean
            jitter = SLIGHT_JITTER if is_clean else Jitter(0.05, 0.08, 0.12)
            view = drawn_view(rng, face.landmarks, layout, jitter)
            crop = looked_at(cutout.pixels, cutout.seen(view))
            if not is_clean:
                crop = spoiled(crop, rng, Spoiling())
            points = in_crop(face.landmarks, view, layout)
            iod = unit * CROP_SIZE / view.region.side
            yield TestCrop(number, is_clean, view, crop, points, iod)
        shown = known[face.image_sha256]
        yield from _backgrounds(number, shown, cutout, rng, backgrounds)


def by_image(faces: Iterable[Face]) -> dict[str, list[Face]]:
    """Return the faces of each image, by its hash."""
    found: dict[str, list[Face]] = {}
    for face in faces:
        found.setdefault(face.image_sha256, []).append(face)
    return found


def _backgrounds(
    number: int, faces: Sequence[Face], cutout: Cutout, rng: np.random.Generator, count: int
) -> Iterator[TestCrop]:
    """Yield crops of the photograph beside its faces, as many as a few tries find."""
    height, width = cutout.scene.shape[:2]
    boxes = [np.multiply(cutout.scale, bounding_box(face.landmarks)).tolist() for face in faces]
    for _ in range(_TRIES * count):
        view = background_view(rng, width, height)
        if not any(_may_overlap(view.region, box) for box in boxes):
            yield TestCrop(number, True, view, looked_at(cutout.scene, view), None, 1.0)
            count -= 1
        if not count:
            return


def _may_overlap(region: Region, box: tuple[float, float, float, float]) -> bool:
    """Return whether a turned square may reach into a box (left, top, width, height)."""
    left, top, width, height = box
    reach = region.side * _DIAGONAL / 2
    across = abs(region.x - left - width / 2) < reach + width / 2
    return across and abs(region.y - top - height / 2) < reach + height / 2


def scores_of(tests: Sequence[TestCrop], predict: Predict) -> Scores:
    """Return how well crops are predicted."""
    errors, presences = [], []
    for at in range(0, len(tests), _AT_ONCE):
        some = tests[at : at + _AT_ONCE]
        points, found = predict(np.stack([test.crop for test in some]))
        presences.append(found)
        for test, mesh in zip(some, points, strict=True):
            if test.points is not None:
                apart = (mesh - test.points)[:, :2]
                errors.append(np.linalg.norm(apart, axis=1) / np.float32(test.iod))
    shown = np.array([test.points is not None for test in tests], bool)
    all_presences = np.concatenate(presences) if presences else np.empty(0, np.float32)
    faced = [test for test in tests if test.points is not None]
    return Scores(
        np.array([test.face for test in faced], np.intp),
        np.array([test.is_clean for test in faced], bool),
        np.stack(errors) if errors else np.empty((0, 0), np.float32),
        all_presences[shown],
        all_presences[~shown],
    )
