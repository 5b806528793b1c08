"""Whole tracks smoothed in both directions."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import PoseShapeFilter, jitter, smoothed
from tests.mesh.temporal.moving import FRAMES, MOTIONS

LAYOUT = FACE_468
INNER = slice(6, -6)


def times_of(name: str) -> np.ndarray:
    return MOTIONS[name].microseconds * 1e-6


def rms(off: np.ndarray) -> float:
    return math.sqrt((off[INNER, :, :2] ** 2).sum(axis=-1).mean())


def live(name: str) -> np.ndarray:
    mesh_filter = PoseShapeFilter(LAYOUT)
    pairs = zip(times_of(name), MOTIONS[name].meshes, strict=True)
    return np.array([mesh_filter.step(float(time), mesh) for time, mesh in pairs])


def test_a_still_face_trembles_less_than_behind_the_live_filter() -> None:
    meshes = MOTIONS["still"].meshes
    shown = [live("still"), smoothed(times_of("still"), meshes, LAYOUT)]
    live_jitter, jitter_after = (
        jitter(times_of("still"), each, LAYOUT)[INNER].mean() for each in shown
    )
    assert jitter_after < live_jitter


@pytest.mark.parametrize("name", ["slow", "fast", "at a variable rate", "towards the camera"])
def test_a_moving_face_is_not_left_behind(name: str) -> None:
    meshes = MOTIONS[name].meshes
    after = smoothed(times_of(name), meshes, LAYOUT)
    assert after.shape == meshes.shape
    assert after.dtype == np.float32
    path = MOTIONS[name].path
    assert rms(after - path) < rms(live(name) - path)


def test_it_does_the_same_forwards_and_backwards_but_for_the_ends() -> None:
    meshes, times = MOTIONS["slow"].meshes, times_of("slow")
    forwards = smoothed(times, meshes, LAYOUT)
    backwards = smoothed(-times[::-1], meshes[::-1], LAYOUT)[::-1]
    assert rms(forwards - backwards) < 0.1 * rms(forwards - meshes)


def test_nothing_is_smoothed_across_a_cut_or_a_gap() -> None:
    meshes, times = MOTIONS["slow"].meshes.copy(), times_of("slow").copy()
    half = FRAMES // 2
    alone = smoothed(times[half:], meshes[half:], LAYOUT)
    cut = meshes.copy()
    cut[:half] += np.float32([400, 0, 0])
    assert_array_equal(smoothed(times, cut, LAYOUT)[half:], alone)
    times[half:] += 2
    assert_allclose(smoothed(times, meshes, LAYOUT)[half:], alone, atol=1e-3)


@pytest.mark.parametrize("frames", [0, 1])
def test_a_track_too_short_to_smooth_stays(frames: int) -> None:
    meshes = MOTIONS["fast"].meshes[:frames]
    assert_array_equal(smoothed(times_of("fast")[:frames], meshes, LAYOUT), meshes)


def test_what_is_no_track_is_refused() -> None:
    meshes, times = MOTIONS["fast"].meshes, times_of("fast")
    with pytest.raises(ValueError, match="each later than the one before"):
        smoothed(np.zeros(FRAMES), meshes, LAYOUT)
    with pytest.raises(ValueError, match="NaN"):
        smoothed(times, np.full_like(meshes, np.nan), LAYOUT)
    with pytest.raises(ValueError, match="expected meshes of shape"):
        smoothed(times, meshes[:, :9], LAYOUT)
