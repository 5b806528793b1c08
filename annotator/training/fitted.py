"""How far a run is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.training.judging import Floats, Scores
from annotator.training.mixing import MixedResult


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    step, steps
    seconds_left
        As far as the pace tells.
    costs
        Of the last step, by the names of `annotator.training.losses.Costs`.
    validation
        Of the last validation: clean and spoiled NME; nothing before the first.
    """

    step: int
    steps: int
    seconds_left: float
    costs: dict[str, float]
    validation: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a run found.

    Attributes
    ----------
    weights
        Those of the model file, in the order of its graph.
    share
        What was mixed, and what validation says of it; None where there is no validation.
    before, after
        Of the validation's crops, by the parent and by the weights.
    best_step
        Whose averaged weights were mixed.
    ended
        Why it ended before its last step, in words; empty if it did not.
    """

    weights: list[Floats]
    share: MixedResult | None
    before: Scores
    after: Scores
    best_step: int
    ended: str
