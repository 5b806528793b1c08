from itertools import islice

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.learned import Corrections, learned_covariance
from annotator.mesh.metrics import nme
from annotator.mesh.simulation import (
    guarded,
    guided_tool,
    simulated_strokes,
    strokes_needed,
    strokes_to,
)


@pytest.fixture
def truth() -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])).astype(
        np.float32
    )


def off_by(truth: np.ndarray, moves: np.ndarray) -> np.ndarray:
    return (truth + np.column_stack([moves.real, moves.imag, 0 * moves.real])).astype(np.float32)


@pytest.fixture
def start(truth) -> np.ndarray:
    """The true mesh with an error as the prior expects it."""
    rng = np.random.default_rng(1)
    root = np.linalg.cholesky(canonical_covariance(FACE_468).matrix + 1e-9 * np.eye(468))
    return off_by(truth, 100 * root @ (rng.normal(size=468) + 1j * rng.normal(size=468)))


def one_vertex(mesh, vertex, position, _):
    after = mesh.copy()
    after[vertex, :2] = position
    yield after


def test_the_vertex_that_is_farthest_off_is_dragged_to_its_place(truth):
    start = truth.copy()
    start[7, 0] += 9
    start[200, 1] -= 5
    meshes = list(islice(simulated_strokes(start, truth, one_vertex, FACE_468), 3))
    assert_array_equal(meshes[0], start)
    assert_array_equal(np.flatnonzero((meshes[1] != start).any(axis=1)), [7])
    assert_array_equal(meshes[2], truth)


def test_the_best_of_a_tools_sizes_is_taken(truth, start):
    def half_or_whole(mesh, vertex, position, anchors):
        (whole,) = one_vertex(mesh, vertex, position, anchors)
        yield (mesh + whole) / 2
        yield whole

    best, only = (
        next(islice(simulated_strokes(start, truth, tool, FACE_468), 1, None))
        for tool in (half_or_whole, one_vertex)
    )
    assert_allclose(best, only)


def test_a_tool_is_told_which_vertices_were_dragged_before(truth, start):
    told = []

    def listening(mesh, vertex, position, anchors):
        told.append((vertex, anchors))
        yield from one_vertex(mesh, vertex, position, anchors)

    list(islice(simulated_strokes(start, truth, listening, FACE_468), 4))
    dragged = [vertex for vertex, _ in told]
    assert [anchors for _, anchors in told] == [(), (dragged[0],), (dragged[0], dragged[1])]


def test_a_hand_that_misses_leaves_an_error_and_the_seed_says_which(truth):
    start = truth.copy()
    start[7, 0] += 30

    def result(seed):
        rng = np.random.default_rng(seed)
        meshes = simulated_strokes(start, truth, one_vertex, FACE_468, miss=0.01, rng=rng)
        return next(islice(meshes, 1, None))

    left = np.linalg.norm(result(1)[7] - truth[7])
    assert 0 < left < 6
    assert_array_equal(result(1), result(1))
    assert (result(1) != result(2)).any()


def test_a_hand_that_misses_needs_something_to_draw_from(truth):
    with pytest.raises(ValueError, match="random generator"):
        next(simulated_strokes(truth, truth, one_vertex, FACE_468, miss=0.01))


def test_strokes_are_counted_to_each_goal(truth):
    start = truth.copy()
    start[:3, 0] += 100 * np.float32([3, 2, 1])
    errors = [nme(start, truth, FACE_468) / 6 * left for left in (6, 3, 1, 0)]
    goals = (errors[0], errors[1], errors[2] / 2)
    assert strokes_needed(start, truth, one_vertex, FACE_468, goals, most=468) == (0, 1, 3)


def test_a_goal_that_is_not_reached_takes_the_most_strokes(truth, start):
    assert strokes_needed(start, truth, one_vertex, FACE_468, (0.001,), most=5) == (5,)
    assert strokes_to([0.5, 0.4], (0.4, 0.1), most=9) == (1, 9)


def test_guided_takes_far_fewer_strokes_than_one_vertex_at_a_time(truth, start):
    (guided,) = strokes_needed(
        start, truth, guided_tool(canonical_covariance(FACE_468)), FACE_468, (0.0256,), most=468
    )
    (single,) = strokes_needed(start, truth, one_vertex, FACE_468, (0.0256,), most=468)
    assert 4 * guided < single


def test_the_guard_keeps_strokes_from_folding_the_mesh(truth):
    rng = np.random.default_rng(4)
    start = off_by(truth, 3 * (rng.normal(size=468) + 1j * rng.normal(size=468)))
    tool = guided_tool(canonical_covariance(FACE_468))
    triangles = FACE_468.topology.opened_triangles
    folds = [
        newly_flipped(
            start, next(islice(simulated_strokes(start, truth, each, FACE_468), 1, None)), triangles
        )
        for each in (tool, guarded(tool, FACE_468))
    ]
    assert not folds[1].any()


def test_what_was_learned_from_faces_that_are_wrong_alike_saves_strokes(truth):
    rng = np.random.default_rng(5)
    habits = rng.normal(size=(4, 468)) + 1j * rng.normal(size=(4, 468))
    mixed = 0.03 * (rng.normal(size=(80, 4)) + 1j * rng.normal(size=(80, 4))) @ habits
    learned = learned_covariance(Corrections.of(FACE_468, mixed[1:]))
    start = off_by(truth, 100 * mixed[0])
    with_prior, with_learned = (
        strokes_needed(start, truth, guided_tool(covariance), FACE_468, (0.01,), most=468)[0]
        for covariance in (canonical_covariance(FACE_468), learned)
    )
    assert with_learned < 0.5 * with_prior
