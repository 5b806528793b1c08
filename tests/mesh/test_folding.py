from collections.abc import Iterator

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.brush import Brush, brush_weights
from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.folding import guard_drag, guard_edit
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.guided import guided_drag
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.plane import plane, with_plane

PICTURES = ("collins.jpg", "hopper.jpg", "hopper_tilted.jpg")
TOPOLOGY = FACE_468.topology
OPENED = TOPOLOGY.opened_triangles
CHIN, UPPER_LIP, LOWER_LIP = 152, 13, 14
STROKE_IOD, RADIUS_IOD = 0.3, 0.5


@pytest.fixture
def predictions(predicted: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [predicted[name] for name in PICTURES]


def strokes(
    faces: list[np.ndarray], count: int, vertices: list[int] | None = None
) -> Iterator[tuple[np.ndarray, int, tuple[float, float], np.ndarray]]:
    """Yield random faces and pivots, the displacement and what Grab makes of it."""
    rng = np.random.default_rng(11)
    for _ in range(count):
        face = faces[rng.integers(len(faces))]
        pivot = int(rng.choice(vertices if vertices else 468))
        angle = rng.uniform(0, 2 * np.pi)
        x, y = STROKE_IOD * outer_iod(face, FACE_468) * np.array([np.cos(angle), np.sin(angle)])
        weights = brush_weights(face, FACE_468, pivot, Brush(RADIUS_IOD))
        after = with_plane(face, plane(face) + weights * complex(x, y))
        yield face, pivot, (float(x), float(y)), after


def alone(face: np.ndarray, vertex: int) -> np.ndarray:
    """The face with one vertex moved up by 0.3 IOD, and nothing else."""
    after = face.copy()
    after[vertex, 1] -= STROKE_IOD * outer_iod(face, FACE_468)
    return after


@pytest.mark.parametrize("triangles", [OPENED, TOPOLOGY.triangles])
def test_random_strokes_fold_nothing_and_the_pivot_takes_the_whole_drag(
    predictions: list[np.ndarray], triangles: np.ndarray
) -> None:
    unguarded = guarded = 0
    for face, pivot, displacement, after in strokes(predictions, 120):
        result = guard_drag(face, after, pivot, triangles)
        unguarded += newly_flipped(face, after, triangles).sum()
        guarded += newly_flipped(face, result, triangles).sum()
        taken = (result - face)[pivot, :2] @ displacement / np.dot(displacement, displacement)
        assert taken >= 0.95
    assert unguarded > 120
    assert guarded <= 12


def test_strokes_of_the_upper_lip_do_not_carry_the_lower(predictions: list[np.ndarray]) -> None:
    carried = []
    for face, pivot, displacement, after in strokes(predictions, 60, [UPPER_LIP]):
        result = guard_drag(face, after, pivot, OPENED)
        moved = np.linalg.norm((result - face)[LOWER_LIP, :2])
        carried.append(moved / np.hypot(*displacement))
    assert np.mean(carried) < 0.05


def test_strokes_one_after_the_other_do_not_wear_triangles_out(
    predictions: list[np.ndarray],
) -> None:
    rng = np.random.default_rng(2)
    mesh, folded = predictions[0], 0
    for vertex in rng.integers(468, size=80).tolist():
        x, y = (mesh[vertex, :2] + rng.normal(0, 0.05 * outer_iod(mesh, FACE_468), 2)).tolist()
        after = guided_drag(mesh, vertex, canonical_covariance(FACE_468)).at((x, y))
        result = guard_drag(mesh, after, vertex, OPENED)
        folded += newly_flipped(mesh, result, OPENED).sum()
        mesh = result
    assert folded == 0


def test_an_edit_that_does_not_fold_is_returned_as_it_is(predictions: list[np.ndarray]) -> None:
    after = predictions[0] + np.float32([4, -7, 0])
    assert_array_equal(guard_drag(predictions[0], after, CHIN, OPENED), after)
    assert_array_equal(guard_edit(predictions[0], after, OPENED), after)


def test_the_same_drag_gives_the_same_mesh_whatever_was_between(
    predictions: list[np.ndarray],
) -> None:
    face, pivot, _, after = next(strokes(predictions, 1))
    assert_array_equal(guard_drag(face, face.copy(), pivot, OPENED), face)
    assert_array_equal(
        guard_drag(face, after, pivot, OPENED), guard_drag(face, after.copy(), pivot, OPENED)
    )


def test_depth_stays_and_nothing_is_mutated(predictions: list[np.ndarray]) -> None:
    face, pivot, _, after = next(strokes(predictions, 1))
    copies = face.copy(), after.copy()
    result = guard_drag(face, after, pivot, OPENED)
    assert_array_equal(face, copies[0])
    assert_array_equal(after, copies[1])
    assert_array_equal(result[:, 2], after[:, 2])
    assert not np.array_equal(result, after)


def test_a_held_vertex_is_an_obstacle(predictions: list[np.ndarray]) -> None:
    face, pivot = predictions[0], UPPER_LIP
    held = sorted({*TOPOLOGY.edges[(TOPOLOGY.edges == pivot).any(axis=1)].ravel()} - {pivot})
    after = alone(face, pivot)
    assert newly_flipped(face, after, OPENED).any()
    result = guard_drag(face, after, pivot, OPENED, held=held)
    assert not newly_flipped(face, result, OPENED).any()
    assert_allclose(result[held], face[held], atol=1e-4)
    assert 0 < face[pivot, 1] - result[pivot, 1] < face[pivot, 1] - after[pivot, 1]


def test_an_edit_without_a_pivot_is_held_back(predictions: list[np.ndarray]) -> None:
    face = predictions[0]
    noise = np.random.default_rng(5).normal(0, 0.05 * outer_iod(face, FACE_468), (468, 2))
    after = face.copy()
    after[:, :2] += noise.astype(np.float32)
    result = guard_edit(face, after, OPENED)
    assert newly_flipped(face, after, OPENED).sum() > 50
    assert not newly_flipped(face, result, OPENED).any()
    still_moved = np.linalg.norm((result - face)[:, :2], axis=1)
    assert still_moved.mean() > 0.2 * np.linalg.norm(noise, axis=1).mean()


def test_vertices_placed_by_hand_are_not_carried_along(predictions: list[np.ndarray]) -> None:
    moved = 0
    for face, pivot, _, after in strokes(predictions, 30):
        neighbours = TOPOLOGY.edges[(TOPOLOGY.edges == pivot).any(axis=1)].ravel()
        placed = sorted({*neighbours.tolist()} - {pivot})[:2]
        result = guard_drag(face, after, pivot, OPENED, placed=placed)
        assert_array_equal(result[[pivot, *placed]], after[[pivot, *placed]])
        moved += int((result != after).any())
    assert moved > 10


def test_a_fold_between_vertices_placed_by_hand_is_theirs(predictions: list[np.ndarray]) -> None:
    face, pivot = predictions[0], CHIN
    placed = sorted({*TOPOLOGY.edges[(TOPOLOGY.edges == pivot).any(axis=1)].ravel()} - {pivot})
    after = alone(face, pivot)
    result = guard_drag(face, after, pivot, OPENED, placed=placed)
    assert_array_equal(result, after)
    assert newly_flipped(face, result, OPENED).any()
