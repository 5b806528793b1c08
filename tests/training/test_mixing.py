"""Which share of the trained weights is taken."""

import numpy as np
import pytest

from annotator.training.mixing import (
    SHARES,
    MixedResult,
    chosen,
    mixed,
    rise_quantile,
    shares_for,
)


def test_no_share_is_the_parent_to_the_bit_and_all_of_it_the_trained_net():
    parent, trained = [np.float32([1.0, 2.0])], [np.float32([3.0, 2.5])]
    assert mixed(parent, trained, 0)[0].tobytes() == parent[0].tobytes()
    assert np.allclose(mixed(parent, trained, 1)[0], trained[0])
    assert np.allclose(mixed(parent, trained, 0.5)[0], [2.0, 2.25])


def test_the_least_error_on_spoiled_crops_is_taken_that_clean_crops_allow():
    results = [
        MixedResult(0.0, 0.010, 0.050, 0.0),
        MixedResult(0.5, 0.010, 0.045, 0.005),
        MixedResult(1.0, 0.011, 0.040, 0.10),
    ]
    assert chosen(results, 0.01).share == 0.5
    assert chosen(results, 0.2).share == 1.0


def test_the_parent_is_taken_where_nothing_else_is_allowed():
    results = [MixedResult(0.0, 0.010, 0.050, 0.02), MixedResult(0.5, 0.012, 0.045, 0.2)]
    assert chosen(results, 0.01).share == 0.0


def test_few_people_do_not_judge_more_than_half():
    assert shares_for(["a", "b", "c", "d"]) == SHARES
    assert max(shares_for(["a", "b", "c", "c"])) == 0.5


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_a_change_that_all_faces_share_is_told_as_it_is(factor: float):
    before = np.array([0.01, 0.02, 0.015, 0.03])
    rise = rise_quantile(before * factor, before, ["a", "b", "c", "d"], 0.9)
    assert rise == pytest.approx(factor - 1, abs=1e-9)
