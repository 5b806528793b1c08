"""The crops of each step: drawn from the seed and the step alone, made ahead on threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotator.inference.mesh_net import MeshNet
from annotator.inference.regions import CROP_SIZE, Jitter
from annotator.mesh.marks import Visibility
from annotator.mesh.sparse.points_68 import COUNT
from annotator.training.crops import (
    background_view,
    crop_iod,
    drawn_around,
    drawn_view,
    in_crop,
    looked_at,
    mirrored_values,
    points_in_crop,
)
from annotator.training.data import RunData
from annotator.training.faces import Face
from annotator.training.photographs import Cutout
from annotator.training.settings import Settings
from annotator.training.sparse import SparseFace
from annotator.training.spoiling import Spoiling, spoiled

Floats = NDArray[np.float32]

_ORDER, _DRAW, _KIND = 1, 2, 3  # what a number is drawn for
_OUTER = (36, 45)  # the outer corners of the eyes among the 68 points
_USUAL_IOD = 0.4  # of a region's side
_LEAST_IOD = 0.1  # of a crop's side, that errors are divided by
_AHEAD = 3  # batches


def no_labels() -> Floats:
    """Return the 68 points of a face that nobody labelled."""
    return np.full((COUNT, 2), np.nan, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One crop, and what the net should say of it.

    Attributes
    ----------
    crop : (192, 192, 3) uint8
    points : (n, 3) float32
        Where the vertices are, in pixels of the crop.
    weights : (n,) float32
        What their errors count; all 0 where there is no face.
    iod
        The outer IOD in the crop, in px.
    presence
        Whether there is a face: 1, or what the parent says of a crop that shows none.
    taught : (n, 3) float32
        Where the parent sees the vertices.
    taught_weight
        What the distance from them counts.
    labels : (68, 2) float32
        Where people put the 68 points, in pixels of the crop; NaN where nobody did.
    """

    crop: NDArray[np.uint8]
    points: Floats
    weights: Floats
    iod: float
    presence: float
    taught: Floats
    taught_weight: float
    labels: Floats = field(default_factory=no_labels)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Examples, stacked: b of each array of `Example`."""

    crops: NDArray[np.uint8]
    points: Floats
    weights: Floats
    iods: Floats
    presences: Floats
    taught: Floats
    taught_weights: Floats
    labels: Floats

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Batch:
        """Stack examples."""
        return cls(
            np.stack([one.crop for one in examples]),
            np.stack([one.points for one in examples]),
            np.stack([one.weights for one in examples]),
            np.array([one.iod for one in examples], np.float32),
            np.array([one.presence for one in examples], np.float32),
            np.stack([one.taught for one in examples]),
            np.array([one.taught_weight for one in examples], np.float32),
            np.stack([one.labels for one in examples]),
        )


class Examples:
    """What there is to learn from, as a function of a place in an endless row of crops.

    Parameters
    ----------
    data
        With one face at least to train on.
    parent
        The net that training began with.
    settings
    seed
    """

    def __init__(self, data: RunData, parent: MeshNet, settings: Settings, seed: int) -> None:
        self._data = data
        self._parent = parent
        self._settings = settings
        self._seed = seed
        self._jitter = Jitter(settings.shift, settings.scale, settings.turn)

    def __getitem__(self, place: int) -> Example:
        """Return the example at a place: always the same one. Any thread may ask."""
        face = self.face_at(place)
        rng = np.random.default_rng([self._seed, _DRAW, place])
        if isinstance(face, SparseFace):
            return self._labelled(face, rng)
        kind = rng.random()
        cutout = self._data.cutouts.of(face)
        if kind < self._settings.background:
            return self._background(cutout, rng)
        is_clean = rng.random() < self._settings.clean
        return self._seen(face, cutout, rng, is_clean=is_clean)

    def face_at(self, place: int) -> Face | SparseFace:
        """Return the face of a place: each once in every round, in another order each time."""
        share = self._settings.sparse_share
        sparse = np.random.default_rng([self._seed, _KIND, place]).random() < share
        faces: Sequence[Face] | Sequence[SparseFace] = self._data.train
        if sparse and self._data.sparse:
            faces = self._data.sparse
        turn, at = divmod(place, len(faces))
        order = np.random.default_rng([self._seed, _ORDER, turn]).permutation(len(faces))
        return faces[int(order[at])]

    def _labelled(self, face: SparseFace, rng: np.random.Generator) -> Example:
        cutout = self._data.cutouts.around(
            face.key, face.name, face.photograph, face.region, face.image_sha256
        )
        view = drawn_around(rng, face.region, self._jitter)
        crop = looked_at(cutout.pixels, cutout.seen(view))
        if rng.random() > self._settings.clean:
            crop = spoiled(crop, rng, Spoiling())
        nowhere = np.zeros((self._data.layout.count, 3), np.float32)
        labels = points_in_crop(face.points, view)
        apart = float(np.linalg.norm(labels[_OUTER[1]] - labels[_OUTER[0]]))
        iod = max(apart, _LEAST_IOD * CROP_SIZE)
        if not np.isfinite(iod):  # a corner has no label: two fifths of a region are as far apart
            iod = _USUAL_IOD * CROP_SIZE
        return Example(crop, nowhere, nowhere[:, 0], iod, 1.0, nowhere, 0.0, labels)

    def _seen(
        self, face: Face, cutout: Cutout, rng: np.random.Generator, *, is_clean: bool
    ) -> Example:
        layout = self._data.layout
        view = drawn_view(rng, face.landmarks, layout, self._jitter)
        crop = looked_at(cutout.pixels, cutout.seen(view))
        points = in_crop(face.landmarks, view, layout)
        weight = self._settings.corrected if face.corrected else 1.0
        by_vertex = np.asarray(
            mirrored_values(self._vertex_weights(face), view, layout), np.float32
        )
        weights = by_vertex * np.float32(weight)
        taught, taught_weight = points, 0.0
        if not is_clean:
            crop = spoiled(crop, rng, Spoiling())
        elif not face.corrected and self._settings.distil > 0:
            answers, _ = self._parent([crop])
            taught, taught_weight = answers[0].reshape(-1, 3), 1.0
        # Of a profile one eye hides the other: it must not count as much as a hundred faces.
        iod = max(crop_iod(points, layout), _LEAST_IOD * CROP_SIZE)
        return Example(crop, points, weights, iod, 1.0, taught, taught_weight)

    def _background(self, cutout: Cutout, rng: np.random.Generator) -> Example:
        """Return a crop that most likely shows no face, and what the parent says of it.

        A release need not hold every face of a photograph: the parent tells.
        """
        height, width = cutout.scene.shape[:2]
        crop = looked_at(cutout.scene, background_view(rng, width, height))
        _, presences = self._parent([crop])
        if rng.random() > self._settings.clean:
            crop = spoiled(crop, rng, Spoiling())
        nowhere = np.zeros((self._data.layout.count, 3), np.float32)
        unweighted = nowhere[:, 0]
        return Example(
            crop, nowhere, unweighted, float(CROP_SIZE), float(presences[0]), nowhere, 0.0
        )

    def _vertex_weights(self, face: Face) -> Floats:
        by_visibility = np.ones(len(Visibility), np.float32)
        by_visibility[Visibility.OCCLUDED] = self._settings.occluded
        by_visibility[Visibility.OUT_OF_FRAME] = self._settings.out_of_frame
        return by_visibility[face.visibility]


def batches(examples: Examples, size: int, start: int, stop: int, threads: int) -> Iterator[Batch]:
    """Yield the batches of the steps from ``start`` to ``stop``, made ahead on threads."""
    with ThreadPoolExecutor(threads, "crops") as pool:
        waiting: deque[list[Future[Example]]] = deque()
        for step in range(start, stop):
            places = range(step * size, (step + 1) * size)
            waiting.append([pool.submit(examples.__getitem__, place) for place in places])
            if len(waiting) > _AHEAD:
                yield Batch.of([one.result() for one in waiting.popleft()])
        while waiting:
            yield Batch.of([one.result() for one in waiting.popleft()])
