"""What a run learns from and is judged by, out of its releases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from annotator.imaging.perceptual import alike_to, hashes_of
from annotator.mesh.layout import MeshLayout
from annotator.system.words import count
from annotator.training.crops import View, looked_at, plain_view
from annotator.training.errors import TrainingError
from annotator.training.faces import Face, Faces
from annotator.training.judging import TestCrop, by_image, crops_of
from annotator.training.mixing import Jury
from annotator.training.photographs import Cutouts
from annotator.training.portraits import CROPS
from annotator.training.sparse import SparseFace
from annotator.training.splits import Split, SplitPlan, clusters, settled

FEWEST, FEW = 2, 20
_MOST_JUDGED = 200  # faces


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """What people labelled.

    Attributes
    ----------
    faces
        Of releases.
    sparse
        Faces with 68 points.
    portraits
        Faces of which the parent's answers are to stay; those that are in the releases are left
        out.
    """

    faces: Faces
    sparse: tuple[SparseFace, ...] = ()
    portraits: tuple[Face, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """Faces and where they belong.

    Attributes
    ----------
    layout
    faces, clusters, splits
        All faces of the releases, in order. A face that was put on the side of training once, and
        is tied to one of the validation by now, is left out here, and stays in the file of splits.
    train, validation
        Those of each side.
    sparse
        Faces with sparse labels that belong to nobody of the validation.
    cutouts
    tests
        The crops that validation looks at; none if there is no face for it.
    portraits
        Crops of what the parent does well already, see `annotator.training.portraits`.
    """

    layout: MeshLayout
    faces: tuple[Face, ...]
    clusters: tuple[str, ...]
    splits: tuple[Split, ...]
    train: tuple[Face, ...]
    validation: tuple[Face, ...]
    sparse: tuple[SparseFace, ...]
    cutouts: Cutouts
    tests: tuple[TestCrop, ...]
    portraits: tuple[TestCrop, ...] = ()

    @property
    def jury(self) -> Jury:
        """What is known of the faces that validation looks at."""
        known = {face.key: name for face, name in zip(self.faces, self.clusters, strict=True)}
        return Jury(
            [known[face.key] for face in self.validation],
            np.array([not face.corrected for face in self.validation], bool),
        )


def prepared(labelled: Labelled, plan: SplitPlan, *, memory: int, threads: int) -> RunData:
    """Look at all faces, decide what they are for and write that down.

    Parameters
    ----------
    labelled
    plan
        How they are put on sides.
    memory
        Megabytes of photographs kept.
    threads
        That read photographs.

    Raises
    ------
    TrainingError
        If there are too few faces, or a photograph cannot be read.
    """
    known, faces = labelled.faces, labelled.faces.faces
    _check_enough(faces, plan)
    cutouts = Cutouts(known.layout, memory * 10**6)
    hashes, looks = _hashed(labelled, cutouts, threads)
    names = clusters(faces, hashes)
    splits = settled(plan, faces, names)
    train, validation = (_of(side, faces, splits) for side in (Split.TRAIN, Split.VALIDATION))
    if not train:
        raise TrainingError(
            "all faces are for validation, or belong to faces that are: lower `validation`, or add "
            "releases"
        )
    judged = validation[:_MOST_JUDGED]
    tests = crops_of(judged, known.layout, cutouts, of_images=by_image(faces))
    others = [
        hashed for hashed, split in zip(hashes, splits, strict=True) if split is not Split.TRAIN
    ]
    return RunData(
        known.layout,
        faces,
        tuple(names),
        tuple(splits),
        train,
        judged,
        _apart(labelled.sparse, looks, judged, others),
        cutouts,
        tuple(tests),
        tuple(_portrait_crops(labelled, hashes, cutouts)),
    )


def _portrait_crops(
    labelled: Labelled, hashes: Sequence[tuple[int, int]], cutouts: Cutouts
) -> Iterator[TestCrop]:
    """Yield the crops of portraits that are not among the faces of the releases."""
    layout = labelled.faces.layout
    looks = [_hashes(face, cutouts, layout) for face in labelled.portraits]
    alike = alike_to(looks, hashes)
    kept = [face for at, face in enumerate(labelled.portraits) if at not in alike]
    return crops_of(kept, layout, cutouts, clean=CROPS, spoilt=0, backgrounds=0)


def _check_enough(faces: Sequence[Face], plan: SplitPlan) -> None:
    if len(faces) < FEWEST:
        raise TrainingError(
            f"{count(len(faces), 'face')} is too few to train on: accept at least {FEWEST}, or "
            f"{FEW}"
        )
    if plan.earlier is not None and not plan.earlier.exists():
        raise TrainingError(f"there is no {plan.earlier}: name the splits.csv of an earlier run")


def _apart(
    sparse: Sequence[SparseFace],
    looks: Sequence[tuple[int, int]],
    validation: Sequence[Face],
    kept: Sequence[tuple[int, int]],
) -> tuple[SparseFace, ...]:
    """Return the labelled faces that are neither in photographs of the validation nor like them."""
    images = {face.image_sha256 for face in validation}
    alike = alike_to(looks, kept)
    return tuple(
        face
        for at, face in enumerate(sparse)
        if at not in alike and face.image_sha256 not in images
    )


def _hashed(
    labelled: Labelled, cutouts: Cutouts, threads: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the hashes of all faces, and of those with sparse labels."""
    faces = labelled.faces
    with ThreadPoolExecutor(threads, "photographs") as pool:
        hashes = pool.map(lambda face: _hashes(face, cutouts, faces.layout), faces.faces)
        looks = pool.map(lambda face: _sparse_hashes(face, cutouts), labelled.sparse)
        return list(hashes), list(looks)


def _sparse_hashes(face: SparseFace, cutouts: Cutouts) -> tuple[int, int]:
    cutout = cutouts.around(face.key, face.name, face.photograph, face.region, face.image_sha256)
    view = cutout.seen(View(face.region, mirrored=False))
    return hashes_of(looked_at(cutout.pixels, view))


def _hashes(face: Face, cutouts: Cutouts, layout: MeshLayout) -> tuple[int, int]:
    cutout = cutouts.of(face)
    view = cutout.seen(plain_view(face.landmarks, layout))
    return hashes_of(looked_at(cutout.pixels, view))


def _of(split: Split, faces: Sequence[Face], splits: Sequence[Split]) -> tuple[Face, ...]:
    return tuple(face for face, own in zip(faces, splits, strict=True) if own is split)
