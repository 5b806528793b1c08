"""How many submitted samples have to be reviewed to bound the share of them that is wrong."""

from math import ceil, log1p

from scipy.stats import beta

CONFIDENCE = 0.95
"""What bounds are told with, unless somebody wishes otherwise."""


def error_bounds(errors: int, reviewed: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return between which rates the true share of errors lies, both sides together.

    The interval of Clopper and Pearson (Biometrika 26, 1934, 404-413): it holds at least as often
    as it says, whatever the true rate is. Samples are taken as drawn from very many; drawn from few
    without replacement the truth is narrower, so that it holds all the more.

    Parameters
    ----------
    errors, reviewed
        So many of those that were looked at were wrong.
    confidence
        How often such an interval holds the truth, between 0 and 1.

    Returns
    -------
    low, high
        Shares from 0 to 1; 0 and 1 where nothing was reviewed.

    Raises
    ------
    ValueError
        If more were wrong than were reviewed, or the confidence is none.
    """
    _check(errors, reviewed, confidence)
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, errors, reviewed - errors + 1)) if errors else 0.0
    right = reviewed - errors
    high = float(beta.ppf(1 - tail, errors + 1, right)) if right else 1.0
    return low, high


def error_limit(errors: int, reviewed: int, confidence: float = CONFIDENCE) -> float:
    """Return the rate that the true share of errors does not exceed; one-sided, as above."""
    _check(errors, reviewed, confidence)
    right = reviewed - errors
    return float(beta.ppf(confidence, errors + 1, right)) if right else 1.0


def needed_for(limit: float, confidence: float = CONFIDENCE) -> int:
    """Return how many have to be reviewed, all of them right, to know of no more errors than this.

    Parameters
    ----------
    limit
        The share of errors, between 0 and 1.
    confidence
        As for `error_limit`, which is `limit` or less with so many.

    Raises
    ------
    ValueError
        If one of them is no share.
    """
    if not 0 < limit < 1:
        raise ValueError(f"a limit lies between 0 and 1, and {limit} does not")
    _check(0, 0, confidence)
    return ceil(log1p(-confidence) / log1p(-limit))


def _check(errors: int, reviewed: int, confidence: float) -> None:
    if not 0 <= errors <= reviewed:
        raise ValueError(f"{errors} of {reviewed} cannot be wrong")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, and {confidence} does not")
