"""Sums over groups that are drawn again and again: the bootstrap, for whatever is made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SEED = 0  # the same figures give the same interval
_AT_ONCE = 4_000_000  # numbers, 8 bytes each


def group_sums(values: ArrayLike, groups: Sequence[str] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sums of values within groups, (k, g), the groups ascending.

    Parameters
    ----------
    values : (k, n)
        Several values for each of the same things.
    groups : (n,)
        To which group each belongs.
    """
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    count = int(group.max(initial=-1)) + 1
    rows = np.asarray(values, np.float64)
    return np.stack([np.bincount(group, row, count) for row in rows])


def resampled(sums: NDArray[np.float64], draws: int) -> NDArray[np.float64]:
    """Return what the sums over all groups would be with other groups like these, (k, draws).

    As many groups as there are are drawn with replacement, for all k the same ones: ratios and
    differences of the k are paired. What belongs together, as the faces of a person, is a group
    (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993). Memory does not grow with
    the draws.

    Parameters
    ----------
    sums : (k, g)
        See `group_sums`; at least one group.
    draws
    """
    count = sums.shape[1]
    random = np.random.default_rng(_SEED)
    some = max(1, _AT_ONCE // sums.size)
    parts = []
    for start in range(0, draws, some):
        drawn = random.integers(0, count, (min(some, draws - start), count))
        parts.append(sums[:, drawn].sum(axis=-1))
    return np.concatenate(parts, axis=1)
