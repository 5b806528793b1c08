"""Where to cut a scale in two, learned from what turned out to lie on either side."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Fewer on one side say nothing.
_LEAST_OF_A_SIDE = 5
# How many of the smaller side the cut that counted before is worth.
_BEFORE = 20
# By which a cut moves away from the one that counted before, at most, in either direction.
_FARTHEST = 8.0
# Cuts that tell the sides apart nearly as well as the best one: their middle is steadier than it.
_NEARLY = 0.05
_CHANCE = 0.01


def learned_cut(numbers: NDArray[np.float64], above: Sequence[bool], before: float) -> float | None:
    """Return the number that best parts those that belong above from the others.

    It is the one with the largest sum of the shares that lie on their right side (Youden 1950): the
    logarithmic middle of those that do nearly as well, drawn towards the one that counted before
    where few are known.

    Parameters
    ----------
    numbers : (k,)
        Positive.
    above
        Whether each turned out to belong above.
    before
        The number that counted before, positive.

    Returns
    -------
    float or None
        None where the two sides cannot be told apart by the numbers: one is all but empty, or the
        parting could be chance (Smirnov's one-sided test at 1 %).
    """
    belongs = np.array(above, bool)
    few, many = sorted((int(belongs.sum()), int((~belongs).sum())))
    if few < _LEAST_OF_A_SIDE:
        return None
    cuts, gains = _gains(np.log(numbers), belongs)
    by_chance = math.sqrt(-math.log(_CHANCE) / 2 * (1 / few + 1 / many))
    if gains.max() < by_chance:
        return None
    found = float(cuts[gains >= gains.max() - _NEARLY].mean())
    weight = few / (few + _BEFORE)
    moved = weight * (found - math.log(before))
    return before * math.exp(max(-math.log(_FARTHEST), min(moved, math.log(_FARTHEST))))


def _gains(
    numbers: NDArray[np.float64], belongs: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return cuts half-way between neighbours, and by how much each is better than chance."""
    order = np.argsort(numbers, kind="stable")
    ranked, right = numbers[order], belongs[order]
    ends = np.flatnonzero(np.diff(ranked) > 0)
    if not len(ends):
        return ranked[:1], np.zeros(1)
    below = np.cumsum(~right)[ends] / (~right).sum()
    wrong = np.cumsum(right)[ends] / right.sum()
    return (ranked[ends] + ranked[ends + 1]) / 2, below - wrong
