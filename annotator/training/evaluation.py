"""How good a net is on a release: error by error, face by face. Needs no PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.perceptual import hashes_of
from annotator.inference.mesh_net import MeshNet
from annotator.inference.results import ModelInfo
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Visibility
from annotator.mesh.pose import HeadPose, head_pose
from annotator.mesh.units import error_unit, eye_centre_unit, is_turned_away
from annotator.training.crops import looked_at, mirrored_values, plain_view
from annotator.training.errors import TrainingError
from annotator.training.faces import Face, Faces
from annotator.training.judging import TestCrop, by_image, crops_of
from annotator.training.photographs import Cutouts
from annotator.training.splits import clusters

Floats = NDArray[np.float64]

_MEMORY = 500 * 10**6  # bytes of photographs: each face is looked at once
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class FaceFacts:
    """What a face is, whatever net looks at it.

    Attributes
    ----------
    name
    cluster
        Faces of one cluster are drawn together.
    corrected
        Whether people moved something of it.
    size
        The outer IOD, in px of the photograph.
    turned_away
        Whether that is too short to divide by, see `annotator.mesh.units`.
    eye_centre
        What errors over the eye-centre IOD are divided by, in what they are divided by here.
    pose
    """

    name: str
    cluster: str
    corrected: bool
    size: float
    turned_away: bool
    eye_centre: float
    pose: HeadPose


@dataclass(frozen=True, slots=True, eq=False)
class NetErrors:
    """What one net does on every face; f faces, r regions. All errors are 2-D, in outer IOD.

    Attributes
    ----------
    info
    clean, spoiled : (f,)
        Mean errors over the crops as photographed, and over the spoiled ones.
    visible, hidden : (f,)
        Of the clean crops, over vertices that can be seen, and over the others; NaN where there is
        none.
    regions : (f, r)
        Of the clean crops.
    clean_vertices : (n,)
        Mean over all faces' clean crops.
    missed_clean, missed_spoiled : (f,)
        Share of the crops of which the net says that there is no face.
    found_in_background
        Share of the crops without a face of which it says that there is one.
    backgrounds
        How many crops without a face there were.
    """

    info: ModelInfo
    clean: Floats
    spoiled: Floats
    visible: Floats
    hidden: Floats
    regions: Floats
    clean_vertices: Floats
    missed_clean: Floats
    missed_spoiled: Floats
    found_in_background: float
    backgrounds: int


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Nets on a release.

    Attributes
    ----------
    layout
    facts
        Of each face.
    region_names
    nets
    releases
        Folder and content hash.
    faces
        In the order of all arrays.
    """

    layout: MeshLayout
    facts: tuple[FaceFacts, ...]
    region_names: tuple[str, ...]
    nets: tuple[NetErrors, ...]
    releases: tuple[tuple[str, str], ...]
    faces: tuple[Face, ...]


def evaluated(
    nets: Sequence[MeshNet], faces: Faces, on_progress: Callable[[int, int], None]
) -> Evaluation:
    """Return how nets do on faces; all see the same crops.

    Parameters
    ----------
    nets
    faces
    on_progress
        Called with the number of faces done and their total.

    Raises
    ------
    TrainingError
        If a net is of another layout, or a photograph cannot be read.
    ModelError
        If a net gives numbers that are not finite.
    """
    for net in nets:
        if net.info.layout is not faces.layout:
            raise TrainingError(
                f"the release is of {faces.layout.name}, but {net.info.name} predicts "
                f"{net.info.layout.name}: choose another release or net"
            )
    layout, total = faces.layout, len(faces.faces)
    cutouts = Cutouts(layout, _MEMORY)
    tallies = [_Tally(net, layout) for net in nets]
    hashes, of_images = [], by_image(faces.faces)
    for done, face in enumerate(faces.faces, start=1):
        tests = list(crops_of([face], layout, cutouts, of_images=of_images))
        cutout = cutouts.of(face)
        hashes.append(
            hashes_of(looked_at(cutout.pixels, cutout.seen(plain_view(face.landmarks, layout))))
        )
        for tally in tallies:
            tally.add(face, tests)
        on_progress(done, total)
    names = clusters(faces.faces, hashes)
    facts = tuple(
        _facts(face, cluster, layout) for face, cluster in zip(faces.faces, names, strict=True)
    )
    regions = tuple(_parts(layout))
    errors = tuple(tally.errors() for tally in tallies)
    return Evaluation(layout, facts, regions, errors, faces.releases, faces.faces)


def loaded_nets(models: Sequence[str | Path]) -> list[MeshNet]:
    """Return nets by name or path.

    Raises
    ------
    ModelError
        If one cannot be used.
    """
    return [MeshNet.load(model, ("cpu",), None) for model in models]


def _facts(face: Face, cluster: str, layout: MeshLayout) -> FaceFacts:
    landmarks = face.landmarks
    return FaceFacts(
        face.name,
        cluster,
        face.corrected,
        outer_iod(landmarks, layout),
        is_turned_away(landmarks, layout),
        eye_centre_unit(landmarks, layout) / error_unit(landmarks, layout),
        head_pose(landmarks, layout),
    )


def _parts(layout: MeshLayout) -> Iterator[str]:
    yield from (name for name, region in layout.regions.items() if not region.is_whole)


class _Tally:
    """The errors of one net, face by face."""

    def __init__(self, net: MeshNet, layout: MeshLayout) -> None:
        self._net = net
        self._layout = layout
        self._rows: list[tuple[float, ...]] = []
        self._regions: list[list[float]] = []
        self._vertices = np.zeros(layout.count)
        self._background: list[bool] = []

    def add(self, face: Face, tests: Sequence[TestCrop]) -> None:
        points, presences = self._net([test.crop for test in tests])
        points = points.reshape(len(tests), -1, 3)
        found = presences > 0.5
        shown = np.array([test.points is not None for test in tests])
        clean = np.array([test.is_clean for test in tests])[shown]
        self._background.extend(found[~shown].tolist())
        errors = np.array(
            [
                _errors(mesh, test, self._layout)
                for mesh, test in zip(points, tests, strict=True)
                if test.points is not None
            ]
        )
        by_vertex = errors[clean].mean(axis=0)
        self._vertices += by_vertex
        seen = face.visibility == Visibility.VISIBLE
        missed = ~found[shown]
        self._rows.append(
            (
                float(by_vertex.mean()),
                float(errors[~clean].mean()),
                float(by_vertex[seen].mean()) if seen.any() else NAN,
                float(by_vertex[~seen].mean()) if not seen.all() else NAN,
                float(missed[clean].mean()),
                float(missed[~clean].mean()),
            )
        )
        regions = self._layout.regions
        self._regions.append(
            [float(by_vertex[regions[name].vertices].mean()) for name in _parts(self._layout)]
        )

    def errors(self) -> NetErrors:
        columns = np.array(self._rows, np.float64).T
        clean, spoiled, visible, hidden, missed_clean, missed_spoiled = columns
        return NetErrors(
            self._net.info,
            clean,
            spoiled,
            visible,
            hidden,
            np.array(self._regions, np.float64),
            self._vertices / len(self._rows),
            missed_clean,
            missed_spoiled,
            float(np.mean(self._background)) if self._background else NAN,
            len(self._background),
        )


def _errors(mesh: NDArray[np.float32], test: TestCrop, layout: MeshLayout) -> Floats:
    """Return the errors (n,) of a crop's vertices, in the order of the face's own."""
    assert test.points is not None
    apart = np.linalg.norm((mesh - test.points)[:, :2].astype(np.float64), axis=1) / test.iod
    return np.asarray(mirrored_values(apart, test.view, layout), np.float64)
