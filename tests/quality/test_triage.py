"""From signals to an expected error, to piles, and why."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.quality.badness import BADNESS, in_words
from annotator.quality.signals import SIGNALS
from annotator.quality.triage import (
    DEFAULT_MODEL,
    DEFAULT_THRESHOLDS,
    Pile,
    Thresholds,
    doubt_of,
    expected_gain,
    learned_thresholds,
    pile_of,
    why,
)

GOOD = {"spread": 0.01, "grey_spread": 0.005, "drift": 0.01, "presence": 1.0}
BAD = {"spread": 0.2, "grey_spread": 0.05, "drift": 0.2, "presence": 0.6}


def test_worse_signals_make_a_larger_error_expected():
    assert doubt_of(GOOD) < 0.02
    assert doubt_of(BAD) > 0.1


def test_a_signal_that_is_not_known_counts_as_usual():
    some = {"drift": 0.1, "grey_spread": math.nan}
    assert 0.03 < doubt_of(some) < doubt_of(BAD)
    assert math.isnan(doubt_of({}))
    assert math.isnan(doubt_of({"drift": math.nan}))


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
    assert expected_gain(0.3, Thresholds(0.02, 0.5)) > 0


ANY_VALUES = st.dictionaries(st.sampled_from(SIGNALS), st.floats(allow_nan=True))


@given(ANY_VALUES)
def test_whatever_the_signals_the_doubt_is_an_error_or_unknown(values):
    doubt = doubt_of(values)
    known = [one for one in DEFAULT_MODEL.terms if not math.isnan(values.get(one.signal, math.nan))]
    assert (0 < doubt < math.inf) if known else math.isnan(doubt)
    assert pile_of(doubt) in Pile
    assert len(why(values)) == len(known)


@given(ANY_VALUES, st.sampled_from([term.signal for term in DEFAULT_MODEL.terms]), st.floats(0, 1))
def test_no_signal_that_gets_worse_makes_the_doubt_smaller(values, signal, value):
    worse = BADNESS[signal](value) >= BADNESS[signal](0.5)
    one, other = doubt_of({**values, signal: value}), doubt_of({**values, signal: 0.5})
    assert one >= other * (1 - 1e-9) if worse else one <= other * (1 + 1e-9)


def verdicts_by(doubts: np.ndarray, accept: float, hopeless: float, rng=None) -> list[Pile]:
    """Return what an annotator does who takes these for the ends of the piles, more or less."""
    seen = doubts if rng is None else doubts * np.exp(rng.normal(0, 0.3, len(doubts)))
    return [pile_of(doubt, Thresholds(accept, hopeless)) for doubt in seen]


def test_thresholds_follow_peoples_verdicts_the_nearer_the_more_there_are():
    rng = np.random.default_rng(0)
    distances = []
    for count in (60, 400, 3000):
        doubts = np.exp(rng.uniform(math.log(0.005), math.log(0.8), count))
        found = learned_thresholds(doubts, verdicts_by(doubts, 0.05, 0.3, rng))
        assert found is not None
        assert DEFAULT_THRESHOLDS.accept < found.accept < 0.065
        assert DEFAULT_THRESHOLDS.hopeless < found.hopeless < 0.4
        distances.append(abs(math.log(found.accept / 0.05)) + abs(math.log(found.hopeless / 0.3)))
    assert distances[2] < distances[0]
    assert distances[2] < 0.4


def test_verdicts_that_are_few_or_all_alike_move_nothing():
    doubts = np.geomspace(0.005, 0.8, 29)
    assert learned_thresholds(doubts, verdicts_by(doubts, 0.05, 0.3)) is None
    many = np.geomspace(0.005, 0.8, 500)
    for pile in Pile:
        assert learned_thresholds(many, [pile] * 500) is None
    assert learned_thresholds([0.03] * 100, [Pile.ACCEPT, Pile.CORRECT] * 50) is None
    assert learned_thresholds([math.nan] * 500, verdicts_by(many, 0.05, 0.3)) is None


def test_verdicts_that_say_nothing_of_one_threshold_leave_it_where_it_was():
    doubts = np.geomspace(0.005, 0.8, 500)
    found = learned_thresholds(doubts, verdicts_by(doubts, 0.06, 5.0))
    assert found is not None
    assert found.accept > 0.04
    assert found.hopeless == DEFAULT_THRESHOLDS.hopeless


def test_verdicts_at_random_or_upside_down_move_nothing():
    rng = np.random.default_rng(1)
    moved = 0
    for count in (30, 100, 1000) * 20:
        doubts = np.exp(rng.uniform(math.log(0.005), math.log(0.8), count))
        moved += learned_thresholds(doubts, rng.choice(list(Pile), count).tolist()) is not None
    assert moved <= 5
    doubts = np.geomspace(0.005, 0.8, 500)
    assert learned_thresholds(doubts, verdicts_by(doubts, 0.05, 0.3)[::-1]) is None


@given(st.lists(st.tuples(st.floats(allow_nan=True), st.sampled_from(list(Pile))), max_size=200))
def test_whatever_the_verdicts_the_thresholds_are_some(pairs):
    found = learned_thresholds([doubt for doubt, _ in pairs], [pile for _, pile in pairs])
    if found is not None:
        assert 0 < found.accept <= found.hopeless < math.inf
        assert 1 / 8.01 < found.hopeless / DEFAULT_THRESHOLDS.hopeless < 8.01


def test_a_verdict_is_needed_for_every_doubt():
    with pytest.raises(ValueError, match="but got 1 for 2"):
        learned_thresholds([0.1, 0.2], [Pile.ACCEPT])


def test_each_reason_is_a_sentence_that_stands_alone_with_what_is_usual():
    told = {one.signal: one.sentence for one in why(BAD)}
    assert told["drift"] == (
        "the mesh lies 20.0% of the eye distance from what the model says of slightly different "
        "crops (usually 2.2% of the eye distance)"
    )
    assert in_words("yaw", -31.2, 8) == (
        "the head is turned sideways by 31 degrees (usually 8 degrees)"
    )
