"""Whether one net is better than another: a paired bootstrap over people and pictures.

Both nets see the same crops. What is compared are the logarithms of the ratios of their mean errors
on clean and on spoiled crops, so that exchanging the nets exchanges the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from annotator.quality.bootstrap import group_sums, resampled
from annotator.training.evaluation import Evaluation, NetErrors

Floats = NDArray[np.float64]

DRAWS = 4000
_CONFIDENCE = 0.95
_FEWEST = 4  # groups; fewer tell nothing about others
_HARM = 0.02  # more than this on either kind of crops decides, whatever both together say


class Answer(StrEnum):
    """What came of a comparison."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Change:
    """By how much an error is another one, as a share of the first net's: -0.1 is a tenth less.

    Attributes
    ----------
    mean
    low, high
        Ends of the interval of 95 %.
    """

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second net against the first.

    Attributes
    ----------
    answer
        Whether the second is better.
    clean, spoiled, both
        Changes of the mean errors; of both kinds, the geometric mean of the two ratios.
    groups, faces, turned_away
        How many there were, and how many of the faces are seen from the side: see
        `annotator.mesh.units`.
    reason
        Why it cannot be told, in words; empty if it can.
    """

    answer: Answer
    clean: Change
    spoiled: Change
    both: Change
    groups: int
    faces: int
    turned_away: int
    reason: str


def compared(evaluation: Evaluation) -> Comparison:
    """Return how the second of an evaluation's two nets compares with the first."""
    first, second = evaluation.nets
    clusters = [facts.cluster for facts in evaluation.facts]
    drawn, groups = _drawn_ratios(first, second, clusters)
    clean, spoiled = (_change(column) for column in drawn)
    both = _change(drawn.mean(axis=0))
    answer, reason = _answer(clean, spoiled, both, groups)
    turned = sum(facts.turned_away for facts in evaluation.facts)
    return Comparison(answer, clean, spoiled, both, groups, len(clusters), turned, reason)


def _drawn_ratios(
    first: NetErrors, second: NetErrors, clusters: Sequence[str]
) -> tuple[Floats, int]:
    """Return logarithms of ratios, (2, draws + 1): clean, spoiled; first those of all faces."""
    errors = [first.clean, first.spoiled, second.clean, second.spoiled]
    sums = group_sums(errors, clusters)
    drawn = np.hstack([sums.sum(axis=1, keepdims=True), resampled(sums, DRAWS)])
    before, after = np.split(np.maximum(drawn, np.finfo(np.float64).tiny), 2)
    return np.log(after / before), sums.shape[1]


def _change(logarithms: Floats) -> Change:
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.quantile(logarithms[1:], (tail, 1 - tail))
    mean, low, high = np.expm1([logarithms[0], low, high]).tolist()
    return Change(mean, low, high)


def _answer(clean: Change, spoiled: Change, both: Change, groups: int) -> tuple[Answer, str]:
    if groups < _FEWEST:
        return Answer.CANNOT_TELL, (
            f"too few people or pictures: {groups}, and {_FEWEST} that differ are needed at least"
        )
    kinds = {"clean": clean, "spoiled": spoiled}
    harmed = [name for name, change in kinds.items() if change.low > _HARM]
    helped = [name for name, change in kinds.items() if change.high < 1 / (1 + _HARM) - 1]
    # A net that was taught other faces' shapes may do better on crops that show little: what it
    # lost on clean ones makes it worse, unless the gain is as certain.
    is_better, is_worse = both.high < 0 or bool(helped), both.low > 0 or bool(harmed)
    if is_better and not is_worse:
        return Answer.BETTER, ""
    if is_worse and not is_better:
        return Answer.WORSE, ""
    if is_better:
        return Answer.CANNOT_TELL, "clean and spoiled crops say the contrary of one another"
    return Answer.CANNOT_TELL, "the interval of the change holds 0"
