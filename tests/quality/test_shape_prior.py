"""Which shapes are usual, and how far off a mesh is."""

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.quality.shape_prior import (
    LEAST_MESHES,
    ShapePrior,
    default_prior,
    fitted_prior,
    shape_distance,
)

CANONICAL = np.asarray(FACE_468.topology.vertices * (10, -10, -10), np.float32)


def faces(count: int, seed: int = 0) -> list[np.ndarray]:
    """Return faces of their own widths and heights, moved, turned and scaled."""
    rng = np.random.default_rng(seed)
    meshes = []
    for _ in range(count):
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        turn *= np.sign(np.linalg.det(turn))
        mesh = CANONICAL * rng.normal(1, 0.05, 3) @ turn * rng.uniform(0.5, 3)
        meshes.append(mesh + rng.uniform(0, 500, 3))
    return meshes


@pytest.fixture(scope="module")
def learned() -> ShapePrior:
    return fitted_prior(faces(40), FACE_468)


def test_place_size_and_turn_are_no_part_of_a_shape(learned):
    mesh = faces(1, seed=5)[0]
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    moved = 2.5 * mesh @ turn + (30, 40, 50)
    for prior in (learned, default_prior(FACE_468)):
        assert shape_distance(moved, prior) == pytest.approx(shape_distance(mesh, prior), rel=1e-6)


def test_faces_like_those_that_were_accepted_are_usual_and_crumpled_ones_are_not(learned):
    like = [shape_distance(mesh, learned) for mesh in faces(20, seed=9)]
    crumpled = faces(1, seed=9)[0]
    crumpled[:50] += np.random.default_rng(2).normal(0, 10, (50, 3))
    assert shape_distance(crumpled, learned) > 3 * max(like)


def test_too_few_meshes_teach_nothing_and_broken_ones_do_not_count():
    few = fitted_prior(faces(LEAST_MESHES - 1), FACE_468)
    assert few is default_prior(FACE_468)
    broken = [np.full((468, 3), np.nan), np.zeros((5, 3))]
    assert fitted_prior(faces(LEAST_MESHES - 1) + broken, FACE_468) is few
    assert fitted_prior(faces(LEAST_MESHES) + broken, FACE_468).count == LEAST_MESHES


def test_a_few_disasters_among_the_accepted_do_not_decide_what_is_usual(learned):
    rng = np.random.default_rng(3)
    disasters = [mesh + rng.normal(0, 60, mesh.shape) for mesh in faces(4, seed=4)]
    spoilt = fitted_prior(faces(40) + disasters, FACE_468)
    for mesh in disasters:
        assert shape_distance(mesh, spoilt) > 5 * shape_distance(faces(1, 8)[0], spoilt)


def test_a_mesh_and_its_mirror_image_are_as_usual(learned):
    mesh = faces(1, seed=6)[0]
    image = mesh[FACE_468.mirror] * (-1, 1, 1)
    assert shape_distance(image, learned) == pytest.approx(shape_distance(mesh, learned), rel=1e-4)


def test_a_mesh_that_collapsed_to_a_point_is_far_from_usual(learned):
    assert shape_distance(np.zeros((468, 3)), learned) > 1


def test_a_mesh_of_another_size_is_refused(learned):
    with pytest.raises(ValueError, match="shape \\(468, 3\\)"):
        shape_distance(CANONICAL[:9], learned)
