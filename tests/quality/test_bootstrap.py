"""The bootstrap: groups drawn with replacement, whole, and for all rows the same ones."""

import numpy as np
import pytest

from annotator.quality.bootstrap import group_sums, resampled


def test_values_are_summed_within_their_groups():
    sums = group_sums([[1, 2, 3], [10, 20, 30]], ["b", "a", "b"])
    assert sums.tolist() == [[2, 4], [20, 40]]
    assert group_sums([[], []], []).shape == (2, 0)


def test_groups_are_drawn_whole_and_for_all_rows_the_same_ones():
    sums = np.array([[1.0, 100.0], [2.0, 200.0]])
    drawn = resampled(sums, 500)
    assert drawn.shape == (2, 500)
    assert set(drawn[0].tolist()) == {2.0, 101.0, 200.0}
    assert np.array_equal(drawn[1], 2 * drawn[0])


def test_sums_vary_as_sums_of_so_many_groups_do():
    values = np.random.default_rng(1).normal(3, 2, 400)
    drawn = resampled(values[np.newaxis], 4000)[0]
    assert drawn.mean() == pytest.approx(values.sum(), rel=0.01)
    assert drawn.std() == pytest.approx(np.sqrt(400) * values.std(), rel=0.05)


def test_many_groups_are_drawn_a_few_at_a_time_and_alike():
    sums = np.random.default_rng(2).random((1, 5001))
    few, more = resampled(sums, 900), resampled(sums, 1700)  # one portion, and three
    assert np.array_equal(more[:, :700], few[:, :700])
    assert np.array_equal(few, resampled(sums, 900))
