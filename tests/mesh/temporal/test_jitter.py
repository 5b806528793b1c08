"""How much meshes tremble from frame to frame."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import jitter

LAYOUT = FACE_468
IOD = 100.0
STILL = np.arange(20) / 30


@pytest.fixture
def still(upright_face: np.ndarray) -> np.ndarray:
    return np.repeat(upright_face[None], 20, axis=0).astype(np.float64)


def test_a_still_face_does_not_tremble(still: np.ndarray) -> None:
    assert not jitter(STILL, still, LAYOUT).any()


def test_neither_does_one_that_moves_evenly_at_an_uneven_frame_rate(still: np.ndarray) -> None:
    times = np.cumsum(np.random.default_rng(0).uniform(0.02, 0.05, 20))
    still += times[:, None, None] * (300, -80, 10)
    assert_allclose(jitter(times, still, LAYOUT), 0, atol=1e-12)


def test_it_is_the_second_difference_in_shares_of_the_eye_distance(still: np.ndarray) -> None:
    still[10, :, 0] += 0.5
    expected = np.zeros(20)
    expected[9:12] = 0.5 / IOD, 1.0 / IOD, 0.5 / IOD
    assert_allclose(jitter(STILL, still, LAYOUT), expected, rtol=1e-3, atol=1e-12)


def test_it_does_not_depend_on_the_size_of_the_face(still: np.ndarray) -> None:
    still += np.random.default_rng(0).normal(0, 0.3, still.shape)
    assert_allclose(jitter(STILL, still, LAYOUT), jitter(STILL, 7 * still, LAYOUT), rtol=1e-9)


def test_depth_does_not_count(still: np.ndarray) -> None:
    still[5, :, 2] += 40
    assert not jitter(STILL, still, LAYOUT).any()


def test_the_ends_have_the_values_beside_them(still: np.ndarray) -> None:
    still += np.random.default_rng(0).normal(0, 0.3, still.shape)
    values = jitter(STILL, still, LAYOUT)
    assert values[0] == values[1] > 0
    assert values[-1] == values[-2] > 0


def test_nothing_is_told_across_a_gap(still: np.ndarray) -> None:
    times = STILL.copy()
    times[10:] += 1
    still[10:] += 60
    assert not jitter(times, still, LAYOUT).any()


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_too_few_frames_tell_nothing(still: np.ndarray, frames: int) -> None:
    values = jitter(STILL[:frames], still[:frames], LAYOUT)
    assert values.shape == (frames,)
    assert not values.any()


def test_what_is_no_track_is_refused(still: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected meshes of shape"):
        jitter(STILL, still[:, :400], LAYOUT)
    with pytest.raises(ValueError, match="expected 20 times"):
        jitter(STILL[:19], still, LAYOUT)
    with pytest.raises(ValueError, match="each later than the one before"):
        jitter(STILL[::-1], still, LAYOUT)
    still[3, 3, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        jitter(STILL, still, LAYOUT)
