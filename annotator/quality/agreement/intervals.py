"""How sure a mean over samples is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotator.quality.bootstrap import resampled

_DRAWS = 2000
_TAIL = 0.025  # on either side of the interval of 95 %
_FEWEST = 2  # values; one says nothing of others


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over samples and where it would lie, 19 times of 20, with other samples like these.

    Attributes
    ----------
    mean
        NaN where there is nothing to take it of.
    low, high
        NaN where there are fewer than two samples.
    count
        How many samples there were.
    """

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        if np.isnan(self.low):
            return "-" if np.isnan(self.mean) else f"{self.mean:.2%}"
        return f"{self.mean:.2%} ({self.low:.2%} to {self.high:.2%})"


def interval(values: Sequence[float]) -> Interval:
    """Return the mean of one value a sample, with its percentile bootstrap interval of 95 %.

    Values that are not finite are left out. Pairs of one sample are not independent: hand in
    their mean.
    """
    found = np.asarray([value for value in values if np.isfinite(value)], np.float64)
    nothing = float("nan")
    if len(found) < _FEWEST:
        return Interval(float(found[0]) if len(found) else nothing, nothing, nothing, len(found))
    count = len(found)
    drawn = resampled(found[np.newaxis], _DRAWS)[0] / count
    low, high = np.quantile(drawn, (_TAIL, 1 - _TAIL)).tolist()
    return Interval(float(found.mean()), low, high, count)
