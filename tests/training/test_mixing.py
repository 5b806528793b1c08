"""Which share of the trained weights is taken."""

import numpy as np
import pytest

from annotator.training.judging import Scores
from annotator.training.mixing import (
    SHARES,
    Judged,
    Jury,
    MixedResult,
    chosen,
    mixed,
    result_of,
    rise_quantile,
    shares_for,
)


def scores_with(clean: np.ndarray) -> Scores:
    """Return scores of faces of which one clean crop each has such an error."""
    count = len(clean)
    errors = np.repeat(clean[:, None], 3, axis=1).astype(np.float32)
    present = np.ones(count, np.float32)
    return Scores(np.arange(count), np.ones(count, bool), errors, present, present[:0])


def rise_of(now: np.ndarray, known: list[bool], portraits: tuple[float, ...] = ()) -> float:
    """Return what is said of a share that gives faces such errors, where 0.01 was theirs."""
    before = Judged(
        scores_with(np.full(len(now), 0.01)), scores_with(np.full(len(portraits), 0.01))
    )
    after = Judged(scores_with(now), scores_with(np.array(portraits)))
    jury = Jury([str(at) for at in range(len(now))], np.array(known))
    return result_of(0.5, after, before, jury).clean_rise


def test_no_share_is_the_parent_to_the_bit_and_all_of_it_the_trained_net():
    parent, trained = [np.float32([1.0, 2.0])], [np.float32([3.0, 2.5])]
    assert mixed(parent, trained, 0)[0].tobytes() == parent[0].tobytes()
    assert np.allclose(mixed(parent, trained, 1)[0], trained[0])
    assert np.allclose(mixed(parent, trained, 0.5)[0], [2.0, 2.25])


def test_the_least_error_on_spoiled_crops_is_taken_that_clean_crops_allow():
    results = [
        MixedResult(0.0, 0.010, 0.050, 0.0, 0.0),
        MixedResult(0.5, 0.010, 0.045, 0.005, 0.005),
        MixedResult(1.0, 0.011, 0.040, 0.10, 0.10),
    ]
    assert chosen(results, 0.01).share == 0.5
    assert chosen(results, 0.2).share == 1.0


def test_the_parent_is_taken_where_nothing_else_is_allowed():
    results = [MixedResult(0.0, 0.010, 0.050, 0.0, 0.0), MixedResult(0.5, 0.012, 0.045, 0.2, 0.2)]
    assert chosen(results, 0.01).share == 0.0


def test_releases_that_contradict_the_parent_judge_alone_and_take_no_more_than_half():
    """The parent fails on their clean crops, and faces that it knew get worse by any share."""
    parent = MixedResult(0.0, 0.300, 0.330, 0.0, 0.0)
    least = MixedResult(0.1, 0.295, 0.326, 0.05, -0.01)
    half = MixedResult(0.5, 0.27, 0.31, 0.4, -0.1)
    most = MixedResult(1.0, 0.250, 0.295, 0.9, -0.16)
    assert chosen([parent, least, half, most], 0.01) == half
    worse = MixedResult(0.5, 0.31, 0.31, 0.4, 0.03)  # their own clean crops do not allow it either
    assert chosen([parent, least, worse, most], 0.01) == least
    assert chosen([parent, worse], 0.01) == parent
    knows = MixedResult(0.0, 0.04, 0.330, 0.0, 0.0)
    assert chosen([knows, least, half, most], 0.01) == knows


def test_few_people_do_not_judge_more_than_half():
    assert shares_for(["a", "b", "c", "d"]) == SHARES
    assert max(shares_for(["a", "b", "c", "c"])) == 0.5


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_a_change_that_all_faces_share_is_told_as_it_is(factor: float):
    before = np.array([0.01, 0.02, 0.015, 0.03])
    rise = rise_quantile(before * factor, before, ["a", "b", "c", "d"], 0.9)
    assert rise == pytest.approx(factor - 1, abs=1e-9)


def test_faces_that_the_parent_knew_must_allow_a_share_by_themselves():
    """What people corrected gets so much better that the mean hides what others lost."""
    now = np.array([0.004] * 6 + [0.011] * 2)
    corrected = [False] * 8
    assert rise_of(now, corrected) < 0
    assert rise_of(now, [False] * 6 + [True] * 2) == pytest.approx(0.1, abs=1e-5)


def test_portraits_must_allow_a_share_where_people_corrected_every_face():
    now = np.full(5, 0.004)
    assert rise_of(now, [False] * 5) == pytest.approx(-0.6, abs=1e-5)
    assert rise_of(now, [False] * 5, (0.01, 0.012)) == pytest.approx(0.2, abs=1e-5)
