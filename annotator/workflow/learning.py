"""Learning a project's covariance for Guided drag from what its annotators corrected."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from statistics import median

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Complex, Covariance, canonical_covariance
from annotator.mesh.layout import MeshLayout
from annotator.mesh.learned import (
    Corrections,
    correction,
    learned_covariance,
    prior_weight,
    region_errors,
    variance_shares,
)
from annotator.mesh.simulation import guarded, guided_tool, strokes_needed
from annotator.project import AcceptedSample, Project, ProjectError

Floats = NDArray[np.float32]

# Mean errors in outer IOD to which strokes are counted: as far as two people differ, and good.
GOALS = (0.0256, 0.01)
# Faces on which they are counted, at the most: a few seconds, a minute where all are hard.
SIMULATED_FACES = 100

_MOST_STROKES = 100
_BATCH = 256  # corrections in memory before they become sums
_SEED = 1


class NothingToLearnError(ProjectError):
    """No accepted sample was corrected; the message says what to do."""


@dataclass(frozen=True)
class Effort:
    """Strokes of a simulated annotator to one goal, face by face.

    Attributes
    ----------
    goal
        Mean error in outer IOD.
    prior, learned
        Strokes with the built-in covariance, and with what corrections in other photographs
        teach; only of faces that began above the goal.
    """

    goal: float
    prior: tuple[int, ...]
    learned: tuple[int, ...]

    @property
    def medians(self) -> tuple[float, float]:
        """The medians of both; of at least one face."""
        return median(self.prior), median(self.learned)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a project's corrections teach.

    Attributes
    ----------
    layout : MeshLayout
        That most corrections are of: a covariance is of one.
    covariance : Covariance
    corrections, as_predicted : int
        Accepted samples of this layout that were changed, and that were not.
    left_out : int
        Accepted samples of other layouts.
    prior_weight : float
        Share of the built-in covariance in the result.
    shares, regions
        As `variance_shares` and `region_errors` give them.
    efforts : tuple of Effort
        For each goal; empty if all corrections are in one photograph, so that none is left to
        try on what was learned.
    """

    layout: MeshLayout
    covariance: Covariance
    corrections: int
    as_predicted: int
    left_out: int
    prior_weight: float
    shares: dict[str, float]
    regions: dict[str, float]
    efforts: tuple[Effort, ...]

    @property
    def costs_strokes(self) -> bool:
        """Whether faces took more strokes with it, to the lowest goal and in all."""
        return any(sum(last.learned) > sum(last.prior) for last in self.efforts[-1:])


def learn(project: Project, *, on_progress: Callable[[int, int], None] | None = None) -> Lesson:
    """Learn from a project's accepted samples, in bounded memory; nothing is written.

    Parameters
    ----------
    project
    on_progress
        Called with the number of faces simulated and their total.

    Raises
    ------
    NothingToLearnError
        If no accepted sample was changed by anybody.
    """
    every = _collect(project)
    total = sum(found.samples for found in every)
    if not any(found.sums.count for found in every):
        raise NothingToLearnError(_why_nothing(total))
    found = min(every, key=lambda found: (-found.sums.count, found.layout.name))
    return Lesson(
        layout=found.layout,
        covariance=learned_covariance(found.sums),
        corrections=found.sums.count,
        as_predicted=found.as_predicted,
        left_out=total - found.samples,
        prior_weight=prior_weight(found.sums.count),
        shares=variance_shares(found.sums),
        regions=region_errors(found.sums),
        efforts=_efforts(found, on_progress),
    )


@dataclass(eq=False)
class _Photograph:
    """The faces of one layout in one photograph.

    Of those that were corrected: annotations, predictions and their difference.
    """

    layout: MeshLayout
    as_predicted: int = 0
    landmarks: list[Floats] = field(default_factory=list)
    predictions: list[Floats] = field(default_factory=list)
    corrections: list[Complex] = field(default_factory=list)

    def add(self, sample: AcceptedSample) -> None:
        """Take in one more face."""
        moves = correction(sample.landmarks, sample.prediction, self.layout)
        if moves is None:
            self.as_predicted += 1
            return
        self.landmarks.append(sample.landmarks)
        self.predictions.append(sample.prediction)
        self.corrections.append(moves)


class _Collection:
    """The sums over all corrections of one layout, and some photographs drawn with one seed."""

    def __init__(self, layout: MeshLayout) -> None:
        self.layout = layout
        self.sums = Corrections.none(layout)
        self.as_predicted = 0
        self.kept: list[_Photograph] = []
        self._waiting: list[Complex] = []  # to become sums together
        self._with_corrections = 0
        self._random = Random(_SEED)

    @property
    def samples(self) -> int:
        """How many there were, corrected or not."""
        return self.sums.count + self.as_predicted

    def add(self, photograph: _Photograph) -> None:
        """Take in the faces of one more photograph."""
        self.as_predicted += photograph.as_predicted
        if not photograph.corrections:
            return
        self._waiting += photograph.corrections
        if len(self._waiting) >= _BATCH:
            self.sum_up()
        # Vitter's algorithm R: in the end each photograph was as likely to be kept.
        self._with_corrections += 1
        if len(self.kept) < SIMULATED_FACES:
            self.kept.append(photograph)
        elif (place := self._random.randrange(self._with_corrections)) < SIMULATED_FACES:
            self.kept[place] = photograph

    def sum_up(self) -> None:
        """Make sums of what waits for that."""
        if self._waiting:
            self.sums += Corrections.of(self.layout, np.array(self._waiting))
            self._waiting = []


def _collect(project: Project) -> list[_Collection]:
    """Return what there is of each layout."""
    found: dict[MeshLayout, _Collection] = {}
    for photograph in _photographs(project):
        layout = photograph.layout
        if layout not in found:
            found[layout] = _Collection(layout)
        found[layout].add(photograph)
    for collection in found.values():
        collection.sum_up()
    return list(found.values())


def _photographs(project: Project) -> Iterator[_Photograph]:
    """Yield each photograph, once for each layout of its faces."""

    def content(sample: AcceptedSample) -> str:
        return sample.image.sha256

    for _, samples in groupby(project.samples.accepted(), key=content):
        photographs: dict[MeshLayout, _Photograph] = {}
        for sample in samples:
            layout = sample.layout
            photographs.setdefault(layout, _Photograph(layout)).add(sample)
        yield from photographs.values()


def _efforts(
    found: _Collection, on_progress: Callable[[int, int], None] | None
) -> tuple[Effort, ...]:
    """Return strokes with and without what the *other* photographs teach."""
    # First faces of all photographs, then second ones, until there are enough.
    faces = sorted(
        (face, at) for at, photo in enumerate(found.kept) for face in range(len(photo.landmarks))
    )[:SIMULATED_FACES]
    layout = found.layout
    strokes: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for done, (face, at) in enumerate(faces, start=1):
        photograph = found.kept[at]
        others = found.sums - Corrections.of(layout, np.array(photograph.corrections))
        if not others.count:
            return ()
        start, truth = photograph.predictions[face], photograph.landmarks[face]
        prior = _strokes(start, truth, layout, canonical_covariance(layout))
        strokes.append((prior, _strokes(start, truth, layout, learned_covariance(others))))
        if on_progress is not None:
            on_progress(done, len(faces))
    return tuple(
        _effort(goal, [(prior[at], learned[at]) for prior, learned in strokes])
        for at, goal in enumerate(GOALS)
    )


def _strokes(
    start: Floats, truth: Floats, layout: MeshLayout, covariance: Covariance
) -> tuple[int, ...]:
    tool = guarded(guided_tool(covariance), layout)
    return strokes_needed(start, truth, tool, layout, GOALS, most=_MOST_STROKES)


def _effort(goal: float, strokes: Sequence[tuple[int, int]]) -> Effort:
    began_above = [pair for pair in strokes if pair[0]]
    prior, learned = (tuple(pair[side] for pair in began_above) for side in (0, 1))
    return Effort(goal, prior, learned)


def _why_nothing(as_predicted: int) -> str:
    if not as_predicted:
        return "no sample is accepted yet: correct and accept some faces, then learn"
    faces = "the one accepted face was" if as_predicted == 1 else f"all {as_predicted} were"
    return f"nothing was corrected, {faces} accepted as predicted: correct some faces, then learn"
