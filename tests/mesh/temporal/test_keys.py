"""Corrections of key frames, carried to the frames between."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import KeyCorrection, corrected

Mesh = np.ndarray
LAYOUT = FACE_468


def moved(face: Mesh, turn: complex, shift: tuple[float, float] = (0, 0)) -> Mesh:
    """Return a face turned and scaled in the image, and shifted."""
    flat = (face[:, 0] + 1j * face[:, 1]) * turn
    columns = [flat.real + shift[0], flat.imag + shift[1], face[:, 2] * abs(turn)]
    return np.column_stack(columns).astype(np.float32)


@pytest.fixture
def change() -> Mesh:
    """What was corrected: some vertices, by a few pixels."""
    change = np.zeros((LAYOUT.count, 3), np.float32)
    change[40:80] = np.random.default_rng(0).normal(0, 4, (40, 3))
    return change


def test_without_keys_the_prediction_stays(upright_face: Mesh) -> None:
    mesh = corrected(3, upright_face, [], LAYOUT)
    assert_array_equal(mesh, upright_face)
    assert not np.shares_memory(mesh, upright_face)


def test_in_a_key_frame_it_is_what_the_annotator_made(upright_face: Mesh, change: Mesh) -> None:
    keys = [
        KeyCorrection(0, upright_face, upright_face),
        KeyCorrection(30, upright_face, upright_face + change),
        KeyCorrection(60, upright_face, upright_face - change),
    ]
    assert_array_equal(corrected(30, upright_face, keys, LAYOUT), upright_face + change)


def test_between_near_keys_corrections_are_weighted_by_nearness(
    upright_face: Mesh, change: Mesh
) -> None:
    keys = [
        KeyCorrection(10, upright_face, upright_face + change),
        KeyCorrection(30, upright_face, upright_face + 3 * change),
    ]
    for frame, times in ((10, 1.0), (15, 1.5), (20, 2.0), (29, 2.9), (30, 3.0)):
        mesh = corrected(frame, upright_face, keys, LAYOUT, fade=1e6)
        assert_allclose(mesh, upright_face + times * change, atol=1e-3)
        usual = corrected(frame, upright_face, keys, LAYOUT)
        assert_allclose(usual, mesh, atol=0.04 * np.abs(change).max())


def test_far_from_both_keys_the_prediction_stands(upright_face: Mesh, change: Mesh) -> None:
    keys = [
        KeyCorrection(0, upright_face, upright_face + change),
        KeyCorrection(100_000, upright_face, upright_face + change),
    ]
    assert_allclose(corrected(50_000, upright_face, keys, LAYOUT), upright_face, atol=1e-4)
    near = corrected(99_940, upright_face, keys, LAYOUT)
    assert_allclose(near, upright_face + change / np.e, atol=1e-3)


def test_a_correction_goes_along_with_the_face(upright_face: Mesh, change: Mesh) -> None:
    turn = 1.6 * np.exp(0.7j)
    keys = [
        KeyCorrection(0, upright_face, upright_face + change),
        KeyCorrection(8, moved(upright_face, 2j), moved(upright_face + change, 2j)),
    ]
    mesh = corrected(3, moved(upright_face, turn, (500, -90)), keys, LAYOUT, fade=1e6)
    assert_allclose(mesh, moved(upright_face + change, turn, (500, -90)), atol=2e-3)


def test_beyond_the_first_and_last_key_a_correction_fades(upright_face: Mesh, change: Mesh) -> None:
    keys = [
        KeyCorrection(100, upright_face, upright_face + change),
        KeyCorrection(130, upright_face, upright_face - change),
    ]
    for frame, times in ((99, 0.951), (80, 0.368), (131, -0.951), (150, -0.368), (9_000, 0)):
        mesh = corrected(frame, upright_face, keys, LAYOUT, fade=20)
        assert_allclose(mesh, upright_face + times * change, atol=1e-2)


def test_the_way_from_key_to_key_and_beyond_has_no_jumps(upright_face: Mesh, change: Mesh) -> None:
    keys = [
        KeyCorrection(20, upright_face, upright_face + change),
        KeyCorrection(70, upright_face, upright_face - 2 * change),
    ]
    meshes = [corrected(frame, upright_face, keys, LAYOUT) for frame in range(100)]
    steps = np.abs(np.diff(meshes, axis=0)).max(axis=(1, 2))
    assert steps.max() < 0.08 * np.abs(change).max()


@pytest.mark.parametrize("fade", [0.0, -1.0, float("nan")])
def test_a_correction_that_fades_at_once_is_refused(upright_face: Mesh, fade: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        corrected(0, upright_face, [], LAYOUT, fade=fade)


def test_a_key_that_found_nothing_wrong_ends_a_correction(upright_face: Mesh, change: Mesh) -> None:
    keys = [
        KeyCorrection(0, upright_face, upright_face + change),
        KeyCorrection(10, upright_face, upright_face),
    ]
    assert_allclose(corrected(11, upright_face, keys, LAYOUT), upright_face, atol=1e-4)


def test_the_order_of_keys_is_all_one(upright_face: Mesh, change: Mesh) -> None:
    keys = [
        KeyCorrection(frame, upright_face, upright_face + frame * change)
        for frame in (0, 7, 13, 40)
    ]
    forward = corrected(10, upright_face, keys, LAYOUT)
    assert_array_equal(corrected(10, upright_face, keys[::-1], LAYOUT), forward)


def test_a_key_of_an_older_model_still_speaks_for_its_frame(
    upright_face: Mesh, change: Mesh
) -> None:
    keys = [
        KeyCorrection(5, upright_face, upright_face + change),
        KeyCorrection(9, upright_face, upright_face - change),
    ]
    better = upright_face + np.float32([3, 0, 0])
    assert_allclose(corrected(5, better, keys, LAYOUT), better + change, atol=1e-3)


def test_a_mesh_without_extent_is_corrected_as_it_stands(change: Mesh) -> None:
    point = np.full((LAYOUT.count, 3), 5, np.float32)
    mesh = corrected(1, point, [KeyCorrection(0, point, point + change)], LAYOUT, fade=1e6)
    assert_allclose(mesh, point + change, atol=1e-4)


def test_meshes_of_another_layout_are_refused(upright_face: Mesh) -> None:
    with pytest.raises(ValueError, match=r"expected a prediction of shape \(468, 3\)"):
        corrected(0, upright_face[:400], [], LAYOUT)
    key = KeyCorrection(4, upright_face[:400], upright_face[:400])
    with pytest.raises(ValueError, match="in frame 4"):
        corrected(0, upright_face, [key], LAYOUT)
