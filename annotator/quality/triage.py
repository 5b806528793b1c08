"""From signals to an expected error, from that to three piles, and why.

The expected error is a product: what is usual, times one factor a signal. A factor only grows as
its signal gets worse, so that each can be told in words. ``docs/quality.md`` has the mathematics
and what was measured.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from annotator.quality.badness import BADNESS, in_words
from annotator.quality.cut import learned_cut


class Pile(StrEnum):
    """What is to be done with a sample."""

    ACCEPT = "fit to accept after a look"
    CORRECT = "worth correcting"
    HOPELESS = "hopeless"


@dataclass(frozen=True)
class Term:
    """What one signal says of the error.

    Attributes
    ----------
    signal
        Its name.
    weight
        How much the logarithm of the expected error grows with the signal's badness; not negative.
    usual
        The signal that says nothing, in its own unit; it counts where the signal is not known.
    """

    signal: str
    weight: float
    usual: float


@dataclass(frozen=True)
class TriageModel:
    """How signals become an expected error.

    Attributes
    ----------
    usual_error
        What is expected where every signal is as usual or unknown: a mean 2-D error in outer IOD.
    terms
        One for each signal that counts.
    """

    usual_error: float
    terms: tuple[Term, ...]


# Fitted by `benchmarks/triage.py --fit` (seeds 1 and 2) to spoiled copies of 56 faces in 18
# photographs that the published figures are not of. The fit gives ``spread``, ``mirror_spread`` and
# ``presence`` no weight beside these; of ``jitter`` and ``round_change`` those photographs say
# nothing.
DEFAULT_MODEL = TriageModel(
    usual_error=0.0184,
    terms=(
        Term("drift", 0.78, 0.0223),
        Term("grey_spread", 0.28, 0.0111),
        Term("crop_presence", 0.035, 1.0),
        Term("shape", 0.185, 0.348),
    ),
)


@dataclass(frozen=True)
class Contribution:
    """How one signal changed the expected error.

    Attributes
    ----------
    signal
        Its name.
    factor
        By which it multiplied the expected error: above 1 speaks against the mesh.
    sentence
        That in words.
    """

    signal: str
    factor: float
    sentence: str


@dataclass(frozen=True)
class Thresholds:
    """Where the piles end, in outer IOD of the expected error.

    Attributes
    ----------
    accept
        Up to here a mesh is fit to accept after a look.
    hopeless
        Above it, it is hopeless.

    Raises
    ------
    ValueError
        If they are not positive and in that order.
    """

    accept: float
    hopeless: float

    def __post_init__(self) -> None:
        if not 0 < self.accept <= self.hopeless < math.inf:
            raise ValueError(
                f"expected 0 < accept <= hopeless, but got {self.accept} and {self.hopeless}"
            )


GOAL = 0.01
"""The error that work on a mesh is expected to lead to, in outer IOD."""
# To lower the error e-fold, as simulated annotators with Guided need them: from 6.3 % three to
# 2.56 % and eight to 1 % (docs/measurements.md).
_STROKES = 4.0

LEAST_VERDICTS = 30
"""Of fewer verdicts no threshold is learned."""

DEFAULT_THRESHOLDS = Thresholds(accept=0.02, hopeless=0.15)


def doubt_of(values: Mapping[str, float], weights: TriageModel = DEFAULT_MODEL) -> float:
    """Return the error that is expected of a mesh: the mean in the image plane, in outer IOD.

    Parameters
    ----------
    values
        Signals by name; those that are missing or NaN count as usual.
    weights

    Returns
    -------
    float
        NaN if no signal that counts is known.
    """
    factors = [_factor(term, values) for term in weights.terms]
    known = [factor for factor in factors if factor is not None]
    return weights.usual_error * math.prod(known) if known else math.nan


def pile_of(doubt: float, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Pile:
    """Return the pile of a sample; of one of which nothing is known (NaN), that to be worked on."""
    if doubt <= thresholds.accept:
        return Pile.ACCEPT
    return Pile.HOPELESS if doubt > thresholds.hopeless else Pile.CORRECT


def learned_thresholds(
    doubts: Sequence[float],
    verdicts: Sequence[Pile],
    before: Thresholds = DEFAULT_THRESHOLDS,
) -> Thresholds | None:
    """Return where people's own verdicts put the ends of the piles.

    Parameters
    ----------
    doubts
        The expected error of each sample that has a verdict.
    verdicts
        Where it turned out to belong: `Pile.ACCEPT` if it was accepted as predicted,
        `Pile.CORRECT` if somebody corrected it, `Pile.HOPELESS` if it was excluded.
    before
        What counts where the verdicts say nothing.

    Returns
    -------
    Thresholds or None
        None if there are too few verdicts, or they say nothing of either threshold: all alike, or
        given as if at random.

    Raises
    ------
    ValueError
        If there is not a verdict a doubt.
    """
    if len(doubts) != len(verdicts):
        raise ValueError(f"expected a verdict a doubt, but got {len(verdicts)} for {len(doubts)}")
    pairs = zip(doubts, verdicts, strict=True)
    known = [(doubt, verdict) for doubt, verdict in pairs if 0 < doubt < math.inf]
    if len(known) < LEAST_VERDICTS:
        return None
    numbers = np.array([doubt for doubt, _ in known])
    accept = learned_cut(numbers, [v is not Pile.ACCEPT for _, v in known], before.accept)
    hopeless = learned_cut(numbers, [v is Pile.HOPELESS for _, v in known], before.hopeless)
    if accept is None and hopeless is None:
        return None
    accept, hopeless = accept or before.accept, hopeless or before.hopeless
    return Thresholds(min(accept, hopeless), hopeless)


def expected_gain(doubt: float, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> float:
    """Return by how much each stroke is expected to lower a mesh's error, in outer IOD.

    The larger, the earlier it is worth work; 0 of what is hopeless, good already or not known.
    """
    if not doubt > GOAL or pile_of(doubt, thresholds) is Pile.HOPELESS:
        return 0.0
    strokes = max(_STROKES * math.log(doubt / GOAL), 1.0)
    return (doubt - GOAL) / strokes


def why(
    values: Mapping[str, float], model: TriageModel = DEFAULT_MODEL
) -> tuple[Contribution, ...]:
    """Return what each signal that is known did to the expected error, the most telling first."""
    found = []
    for term in model.terms:
        factor = _factor(term, values)
        if factor is not None:
            sentence = in_words(term.signal, values[term.signal], term.usual)
            found.append(Contribution(term.signal, factor, sentence))
    return tuple(sorted(found, key=lambda one: -abs(math.log(one.factor))))


def _factor(term: Term, values: Mapping[str, float]) -> float | None:
    """Return by what a signal multiplies the expected error; None if it is not known."""
    value = values.get(term.signal, math.nan)
    if math.isnan(value):
        return None
    badness = BADNESS[term.signal]
    return math.exp(term.weight * (badness(value) - badness(term.usual)))
