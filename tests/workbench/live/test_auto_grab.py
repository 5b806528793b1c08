import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.workbench.live.auto_grab import AutoGrab, shape_jitter
from annotator.workbench.live.live_frame import SeenFace
from tests.live import front_face


def seen(mesh: np.ndarray, doubt: float | None = None, identity: int = 0) -> SeenFace:
    return SeenFace(identity, mesh, mesh, 0.9, doubt, None, None)


def shaken(share: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, share * 60, (468, 3))
    return (front_face() + noise).astype(np.float32)


def test_a_face_that_moves_turns_and_grows_does_not_jitter():
    mesh, turn = (
        front_face().astype(float),
        np.array([[0.96, -0.28, 0], [0.28, 0.96, 0], [0, 0, 1]]),
    )
    moved = (mesh @ turn.T * 1.1 + (40, -20, 3)).astype(np.float32)
    assert shape_jitter(mesh, moved, mesh - (70, 9, 0), FACE_468) == pytest.approx(0, abs=1e-6)


def test_a_shape_that_trembles_does():
    meshes = [shaken(0.02, seed) for seed in range(3)]
    assert shape_jitter(*meshes, FACE_468) > 0.03


def test_a_frame_is_kept_where_a_face_trembles_and_the_next_not_before_some_seconds():
    auto, reasons = AutoGrab(FACE_468, every=3.0), []
    for number in range(200):
        time = number / 30
        reasons.append(auto.reason(time, [seen(shaken(0.02 if number >= 30 else 0.0, number))]))
    kept = [number for number, reason in enumerate(reasons) if reason]
    # Three frames tell: the first is kept that comes after two steady ones.
    assert kept == [30, 120]
    assert reasons[30].startswith("jitter ")


def test_doubt_counts_where_it_is_known_and_jitter_then_does_not():
    auto = AutoGrab(FACE_468)
    for number in range(10):
        assert auto.reason(number / 30, [seen(shaken(0.05, number), doubt=0.009)]) == ""
    assert (
        auto.reason(1.0, [seen(front_face(), 0.01), seen(front_face(), 0.034, 1)]) == "doubt 3.4 %"
    )


def test_a_face_that_has_just_come_is_not_doubted():
    auto = AutoGrab(FACE_468)
    for number in range(20):
        assert auto.reason(number / 30, [seen(shaken(0.05, number), identity=number // 2)]) == ""
