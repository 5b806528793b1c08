"""Filters of what is shown, frame by frame."""

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.temporal import (
    FILTERS,
    MediaPipeFilter,
    MeshFilter,
    PoseShapeFilter,
    jitter,
)
from tests.mesh.temporal.moving import FRAMES, IOD, MOTIONS, Motion

RECORDED = Path(__file__).parent / "data" / "mediapipe_smoothing.npz"
EVERY = 26
LAYOUT = FACE_468
REMEMBERING = ["pose_shape", "mediapipe"]
STILL, FAST = MOTIONS["still"], MOTIONS["fast"]


def times_of(motion: Motion) -> np.ndarray:
    return motion.microseconds * 1e-6


def filtered(
    mesh_filter: MeshFilter, motion: Motion, meshes: np.ndarray | None = None
) -> np.ndarray:
    """Return what a filter makes of a motion, or of other meshes at its times."""
    pairs = zip(times_of(motion), motion.meshes if meshes is None else meshes, strict=True)
    return np.array([mesh_filter.step(float(time), mesh) for time, mesh in pairs])


def lag(name: str, motion: Motion) -> float:
    """How far a filter's meshes stay behind a motion without noise, root mean square, in px."""
    off = (filtered(FILTERS[name](LAYOUT), motion, motion.path) - motion.path)[..., :2]
    return math.sqrt((off[FRAMES // 4 :] ** 2).sum(axis=-1).mean())


@pytest.mark.parametrize("name", MOTIONS)
def test_mediapipes_filter_equals_its_calculator(name: str) -> None:
    ours = filtered(MediaPipeFilter(LAYOUT), MOTIONS[name])[:, ::EVERY]
    with np.load(RECORDED) as recorded:
        assert_allclose(ours, recorded[name], rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", FILTERS)
def test_the_first_frame_passes_unchanged(name: str) -> None:
    mesh = FAST.meshes[0]
    shown = FILTERS[name](LAYOUT).step(17.0, mesh)
    assert_array_equal(shown, mesh)
    assert shown.dtype == np.float32
    assert not np.shares_memory(shown, mesh)


def test_without_a_filter_every_frame_passes_unchanged() -> None:
    assert_array_equal(filtered(FILTERS["none"](LAYOUT), FAST), FAST.meshes)


@pytest.mark.parametrize("name", REMEMBERING)
def test_a_still_face_stops_trembling(name: str) -> None:
    calm = filtered(FILTERS[name](LAYOUT), STILL)
    after, before = (jitter(times_of(STILL), meshes, LAYOUT) for meshes in (calm, STILL.meshes))
    assert after[FRAMES // 2 :].mean() < 0.25 * before[FRAMES // 2 :].mean()


def test_a_fast_head_is_followed_where_mediapipes_filter_lags() -> None:
    assert lag("pose_shape", FAST) < 0.15 * lag("mediapipe", FAST)
    assert lag("mediapipe", FAST) > 0.02 * IOD


@pytest.mark.parametrize("motion", ["at a variable rate", "towards the camera"])
def test_uneven_times_and_a_growing_face_are_followed_too(motion: str) -> None:
    assert lag("pose_shape", MOTIONS[motion]) < 0.15 * lag("mediapipe", MOTIONS[motion])


def test_a_turning_head_keeps_its_shape() -> None:
    """Each vertex filtered by itself would shrink a face that turns."""
    times, angles = np.arange(60) / 30, 0.9 * np.sin(np.arange(60) / 4)
    face = STILL.meshes[0] - STILL.meshes[0].mean(axis=0)
    mesh_filter = PoseShapeFilter(LAYOUT)
    for time, angle in zip(times, angles, strict=True):
        turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        shown = mesh_filter.step(float(time), face @ np.array(turn) + 300)
        sizes = [np.linalg.norm(mesh - mesh.mean(axis=0)) for mesh in (shown, face)]
        assert_allclose(sizes[0], sizes[1], rtol=1e-3)


@pytest.mark.parametrize("name", REMEMBERING)
def test_the_size_and_place_of_the_face_in_the_image_do_not_matter(name: str) -> None:
    small, large = FILTERS[name](LAYOUT), FILTERS[name](LAYOUT)
    for time, mesh in zip(times_of(FAST)[:20], FAST.meshes, strict=False):
        shown = small.step(float(time), mesh)
        moved = large.step(float(time), 3 * mesh + np.float32([-5000, 900, 0]))
        assert_allclose(moved, 3 * shown + [-5000, 900, 0], atol=0.02)


@pytest.mark.parametrize("name", REMEMBERING)
def test_a_frame_that_is_shown_again_gets_the_same_answer(name: str) -> None:
    mesh_filter = FILTERS[name](LAYOUT)
    first = [
        mesh_filter.step(float(t), m) for t, m in zip(times_of(FAST)[:9], FAST.meshes, strict=False)
    ]
    again = mesh_filter.step(float(times_of(FAST)[8]), FAST.meshes[8])
    assert_array_equal(again, first[-1])
    assert not np.array_equal(again, FAST.meshes[8])


@pytest.mark.parametrize("name", REMEMBERING)
@pytest.mark.parametrize(("when", "why"), [(-1.0, "back"), (0.0, "still"), (0.6, "a gap")])
def test_a_frame_that_does_not_go_on_passes_unchanged(name: str, when: float, why: str) -> None:
    """The time went back, stands still over another mesh, or went on without the face."""
    mesh_filter = FILTERS[name](LAYOUT)
    last = 0.0
    for time, mesh in zip(times_of(FAST)[:9], FAST.meshes, strict=False):
        mesh_filter.step(last := float(time), mesh)
    assert_array_equal(mesh_filter.step(last + when, FAST.meshes[9]), FAST.meshes[9]), why
    following = mesh_filter.step(last + when + 1 / 30, FAST.meshes[10])
    assert not np.array_equal(following, FAST.meshes[10])


@pytest.mark.parametrize("name", REMEMBERING)
def test_after_a_reset_nothing_is_remembered(name: str) -> None:
    mesh_filter = FILTERS[name](LAYOUT)
    once = filtered(mesh_filter, FAST)
    mesh_filter.reset()
    assert_array_equal(filtered(mesh_filter, FAST), once)


def test_a_cut_to_another_place_begins_anew() -> None:
    mesh_filter = PoseShapeFilter(LAYOUT)
    filtered(mesh_filter, STILL)
    last = float(times_of(STILL)[-1])
    elsewhere = STILL.meshes[0] + np.float32([250, 0, 0])
    assert_array_equal(mesh_filter.step(last + 1 / 30, elsewhere), elsewhere)


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_no_mesh_is_refused_and_nothing_forgotten(name: str) -> None:
    whole, disturbed = FILTERS[name](LAYOUT), FILTERS[name](LAYOUT)
    broken = FAST.meshes[3].copy()
    broken[7, 1] = np.nan
    for time, mesh in zip(times_of(FAST)[:6], FAST.meshes, strict=False):
        expected = whole.step(float(time), mesh)
        with pytest.raises(ValueError, match="NaN"):
            disturbed.step(float(time), broken)
        with pytest.raises(ValueError, match=r"shape \(468, 3\)"):
            disturbed.step(float(time), mesh[:400])
        assert_array_equal(disturbed.step(float(time), mesh), expected)


@pytest.mark.parametrize("name", REMEMBERING)
@pytest.mark.parametrize("time", [math.nan, math.inf])
def test_a_time_that_is_none_is_refused(name: str, time: float) -> None:
    with pytest.raises(ValueError, match="expected a time in seconds"):
        FILTERS[name](LAYOUT).step(time, FAST.meshes[0])


@pytest.mark.parametrize("name", REMEMBERING)
def test_a_mesh_without_extent_passes_and_spoils_nothing(name: str) -> None:
    mesh_filter = FILTERS[name](LAYOUT)
    point = np.full((LAYOUT.count, 3), 40, np.float32)
    for at, mesh in enumerate([FAST.meshes[0], point, point, FAST.meshes[1]]):
        assert_array_equal(mesh_filter.step(at / 30, mesh), mesh)


@pytest.mark.parametrize("settings", [(0.0, 300.0), (0.05, -1.0), (math.nan, 1.0)])
def test_impossible_settings_are_refused(settings: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="expected cut-offs above 0 Hz"):
        PoseShapeFilter(LAYOUT, pose=settings)


def test_filters_work_for_any_layout(face_with_irises: MeshLayout) -> None:
    vertices = face_with_irises.topology.vertices * np.float32([30, -30, -30])
    for make in FILTERS.values():
        mesh_filter = make(face_with_irises)
        for at in range(4):
            shown = mesh_filter.step(at / 30, vertices + np.float32(at))
            assert_allclose(shown, vertices + np.float32(at), atol=4)
