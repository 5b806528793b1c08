"""Frames that tremble, or of which crops disagree, are the first to be corrected."""

import numpy as np
import pytest

from annotator.quality.frame_doubt import frame_doubts

CALM = np.full(40, 0.004)


def worst(doubts: np.ndarray, count: int) -> set[int]:
    return set(np.argsort(-doubts, kind="stable")[:count].tolist())


def test_a_burst_of_trembling_is_found_whole() -> None:
    trembling = CALM.copy()
    trembling[20:23] = 0.05, 0.01, 0.05  # what lies between them is no better
    assert worst(frame_doubts(trembling, CALM * 2), 3) == {20, 21, 22}


def test_frames_that_are_wrong_alike_are_told_by_their_crops() -> None:
    spread = CALM * 2
    spread[10:16] = 0.06
    assert worst(frame_doubts(CALM, spread), 6) == set(range(10, 16))


def test_both_together_count_more_than_one() -> None:
    trembling, spread = CALM.copy(), CALM * 2
    trembling[5], trembling[25], spread[25] = 0.04, 0.04, 0.03
    assert worst(frame_doubts(trembling, spread), 3) == {24, 25, 26}


def test_without_a_spread_the_order_is_that_of_trembling() -> None:
    trembling = np.linspace(0.001, 0.02, 30)
    unknown = frame_doubts(trembling, np.full(30, np.nan))
    np.testing.assert_array_equal(frame_doubts(trembling), unknown)
    assert (np.diff(unknown) >= 0).all()


def test_calm_and_short_tracks_have_finite_doubts() -> None:
    for count in (0, 1, 2):
        doubts = frame_doubts(np.zeros(count), np.zeros(count))
        assert doubts.shape == (count,)
        assert np.isfinite(doubts).all()


def test_signals_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one number a frame"):
        frame_doubts(CALM, CALM[:-1])
