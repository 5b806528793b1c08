"""What a random part says of all: bounds that hold as often as they say."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from annotator.quality.sampling import error_bounds, error_limit, needed_for


@pytest.mark.parametrize(("errors", "reviewed"), [(0, 20), (1, 20), (7, 50), (20, 20), (3, 400)])
def test_bounds_are_those_of_clopper_and_pearson(errors, reviewed):
    exact = binomtest(errors, reviewed).proportion_ci(0.95, method="exact")
    assert error_bounds(errors, reviewed) == pytest.approx((exact.low, exact.high))
    one = binomtest(errors, reviewed, alternative="less").proportion_ci(0.95, method="exact")
    assert error_limit(errors, reviewed) == pytest.approx(one.high)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("reviewed", [10, 59, 200])
def test_the_limit_holds_at_least_as_often_as_it_says(rate, reviewed):
    found = np.arange(reviewed + 1)
    limits = np.array([error_limit(int(errors), reviewed) for errors in found])
    assert binom.pmf(found, reviewed, rate)[limits >= rate].sum() >= 0.95


def test_nothing_reviewed_says_nothing():
    assert error_bounds(0, 0) == (0.0, 1.0)
    assert error_limit(0, 0) == 1.0


@pytest.mark.parametrize(("limit", "number"), [(0.05, 59), (0.01, 299), (0.5, 5)])
def test_as_many_as_are_needed_and_no_more(limit, number):
    assert needed_for(limit) == number
    assert error_limit(0, number) <= limit < error_limit(0, number - 1)


@pytest.mark.parametrize("given", [(3, 2, 0.95), (-1, 2, 0.95), (0, 2, 1.0), (0, 2, 0.0)])
def test_what_makes_no_sense_is_refused(given):
    for bound in (error_bounds, error_limit):
        with pytest.raises(ValueError, match=r"cannot be wrong|a confidence lies"):
            bound(*given)


@pytest.mark.parametrize("limit", [0, 1, -1, 2])
def test_a_limit_that_is_no_share_is_refused(limit):
    with pytest.raises(ValueError, match="a limit lies"):
        needed_for(limit)
