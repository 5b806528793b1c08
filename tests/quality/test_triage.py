"""From signals to an expected error, to piles, and why."""

import math

import pytest

from annotator.quality.badness import BADNESS
from annotator.quality.signals import SIGNALS
from annotator.quality.triage import (
    DEFAULT_MODEL,
    Pile,
    Thresholds,
    doubt_of,
    expected_gain,
    pile_of,
    why,
)

GOOD = {"spread": 0.01, "mirror_spread": 0.005, "drift": 0.005, "presence": 1.0}
BAD = {"spread": 0.2, "mirror_spread": 0.15, "drift": 0.2, "presence": 0.6}


def test_worse_signals_make_a_larger_error_expected():
    assert doubt_of(GOOD) < 0.02
    assert doubt_of(BAD) > 0.1


def test_a_signal_that_is_not_known_counts_as_usual():
    some = {"spread": 0.2, "presence": math.nan}
    assert 0.03 < doubt_of(some) < doubt_of(BAD)
    assert math.isnan(doubt_of({}))
    assert math.isnan(doubt_of({"spread": math.nan}))


def test_samples_of_which_nothing_is_known_are_worth_a_look():
    assert pile_of(math.nan) is Pile.CORRECT
    limits = Thresholds(0.02, 0.2)
    piles = [pile_of(doubt, limits) for doubt in (0.02, 0.021, 0.2, 0.21)]
    assert piles == [Pile.ACCEPT, Pile.CORRECT, Pile.CORRECT, Pile.HOPELESS]


def test_thresholds_that_cross_or_are_no_numbers_are_refused():
    for accept, hopeless in ((0.3, 0.2), (0, 0.2), (math.nan, 0.2), (0.1, math.inf)):
        with pytest.raises(ValueError, match="accept <= hopeless"):
            Thresholds(accept, hopeless)


def test_each_signal_says_what_it_did_and_together_they_make_the_doubt():
    told = why(BAD)
    assert {one.signal for one in told} <= set(BAD)
    product = math.prod(one.factor for one in told)
    assert doubt_of(BAD) == pytest.approx(DEFAULT_MODEL.usual_error * product)
    sizes = [abs(math.log(one.factor)) for one in told]
    assert sizes == sorted(sizes, reverse=True)
    assert why({}) == ()


def test_every_signal_has_its_badness_and_its_words():
    assert tuple(BADNESS) == SIGNALS


def test_what_is_hopeless_or_good_already_gains_nothing():
    assert expected_gain(0.9) == expected_gain(0.001) == expected_gain(math.nan) == 0
    assert expected_gain(0.1) > expected_gain(0.03) > 0
