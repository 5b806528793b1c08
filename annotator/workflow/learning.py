"""Learning a project's covariance for Guided drag from what its annotators corrected."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from statistics import median

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Complex, Covariance, canonical_covariance
from annotator.mesh.layout import FACE_468
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
    covariance : Covariance
    corrections, as_predicted : int
        Accepted samples that were changed, and that were not.
    prior_weight : float
        Share of the built-in covariance in the result.
    shares, regions
        As `variance_shares` and `region_errors` give them.
    efforts : tuple of Effort
        For each goal; empty if all corrections are in one photograph, so that none is left to
        try on what was learned.
    """

    covariance: Covariance
    corrections: int
    as_predicted: int
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
    found = _collect(project)
    if not found.sums.count:
        raise NothingToLearnError(_why_nothing(found.as_predicted))
    return Lesson(
        covariance=learned_covariance(found.sums),
        corrections=found.sums.count,
        as_predicted=found.as_predicted,
        prior_weight=prior_weight(found.sums.count),
        shares=variance_shares(found.sums),
        regions=region_errors(found.sums),
        efforts=_efforts(found, on_progress),
    )


@dataclass(frozen=True, eq=False)
class _Photograph:
    """The corrected faces of one photograph: annotations, predictions and their difference."""

    landmarks: list[Floats]
    predictions: list[Floats]
    corrections: list[Complex]


@dataclass(eq=False)
class _Collection:
    sums: Corrections = field(default_factory=lambda: Corrections.none(FACE_468))
    as_predicted: int = 0
    kept: list[_Photograph] = field(default_factory=list)


def _collect(project: Project) -> _Collection:
    """Return the sums over all corrections, and some photographs drawn with one seed."""
    found, waiting, random = _Collection(), list[Complex](), Random(_SEED)
    with_corrections = 0
    for photograph, unchanged in _photographs(project):
        found.as_predicted += unchanged
        if not photograph.corrections:
            continue
        waiting += photograph.corrections
        if len(waiting) >= _BATCH:
            found.sums, waiting = found.sums + Corrections.of(FACE_468, np.array(waiting)), []
        # Vitter's algorithm R: in the end each photograph was as likely to be kept.
        with_corrections += 1
        if len(found.kept) < SIMULATED_FACES:
            found.kept.append(photograph)
        elif (place := random.randrange(with_corrections)) < SIMULATED_FACES:
            found.kept[place] = photograph
    if waiting:
        found.sums += Corrections.of(FACE_468, np.array(waiting))
    return found


def _photographs(project: Project) -> Iterator[tuple[_Photograph, int]]:
    """Yield each photograph with its number of faces that nobody changed."""

    def content(sample: AcceptedSample) -> str:
        return sample.image.sha256

    for _, samples in groupby(project.samples.accepted(), key=content):
        photograph, unchanged = _Photograph([], [], []), 0
        for sample in samples:
            moves = correction(sample.landmarks, sample.prediction, FACE_468)
            if moves is None:
                unchanged += 1
                continue
            photograph.landmarks.append(sample.landmarks)
            photograph.predictions.append(sample.prediction)
            photograph.corrections.append(moves)
        yield photograph, unchanged


def _efforts(
    found: _Collection, on_progress: Callable[[int, int], None] | None
) -> tuple[Effort, ...]:
    """Return strokes with and without what the *other* photographs teach."""
    # First faces of all photographs, then second ones, until there are enough.
    faces = sorted(
        (face, at) for at, photo in enumerate(found.kept) for face in range(len(photo.landmarks))
    )[:SIMULATED_FACES]
    strokes: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for done, (face, at) in enumerate(faces, start=1):
        photograph = found.kept[at]
        others = found.sums - Corrections.of(FACE_468, np.array(photograph.corrections))
        if not others.count:
            return ()
        start, truth = photograph.predictions[face], photograph.landmarks[face]
        prior = _strokes(start, truth, canonical_covariance(FACE_468))
        strokes.append((prior, _strokes(start, truth, learned_covariance(others))))
        if on_progress is not None:
            on_progress(done, len(faces))
    return tuple(
        _effort(goal, [(prior[at], learned[at]) for prior, learned in strokes])
        for at, goal in enumerate(GOALS)
    )


def _strokes(start: Floats, truth: Floats, covariance: Covariance) -> tuple[int, ...]:
    tool = guarded(guided_tool(covariance), FACE_468)
    return strokes_needed(start, truth, tool, FACE_468, GOALS, most=_MOST_STROKES)


def _effort(goal: float, strokes: Sequence[tuple[int, int]]) -> Effort:
    began_above = [pair for pair in strokes if pair[0]]
    prior, learned = (tuple(pair[side] for pair in began_above) for side in (0, 1))
    return Effort(goal, prior, learned)


def _why_nothing(as_predicted: int) -> str:
    if not as_predicted:
        return "no sample is accepted yet: correct and accept some faces, then learn"
    faces = "the one accepted face was" if as_predicted == 1 else f"all {as_predicted} were"
    return f"nothing was corrected, {faces} accepted as predicted: correct some faces, then learn"
