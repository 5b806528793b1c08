from dataclasses import replace
from time import thread_time

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.covariance import (
    DEFAULT_PRIOR,
    Covariance,
    canonical_covariance,
    prior_covariance,
)
from annotator.mesh.guided import guided_drag, guided_weights
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468

RIGHT_EYE, LEFT_EYE, CHIN, NOSE, FOREHEAD = 33, 263, 152, 1, 10
UPPER_LIP, LOWER_LIP = 13, 14


@pytest.fixture
def face() -> np.ndarray:
    """The canonical face, 100 px between the outer eye corners, upright in an image."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])).astype(
        np.float32
    )


def position(mesh: np.ndarray, vertex: int, shift: tuple[float, float] = (0, 0)):
    x, y = mesh[vertex, :2].tolist()
    return x + shift[0], y + shift[1]


def complex_plane(mesh: np.ndarray) -> np.ndarray:
    return mesh[:, 0].astype(float) + 1j * mesh[:, 1]


def similar(mesh: np.ndarray, scale: float, degrees: float) -> np.ndarray:
    """The mesh turned and scaled about a point of the image."""
    moved = (complex_plane(mesh) - (250 + 200j)) * scale * np.exp(1j * np.radians(degrees))
    return np.column_stack([moved.real + 320, moved.imag + 180, mesh[:, 2]]).astype(np.float32)


def test_one_anchor_moves_the_face(face: np.ndarray) -> None:
    after = guided_drag(face, NOSE, canonical_covariance(FACE_468)).at(
        position(face, NOSE, (10, -6))
    )
    moves = (after - face)[:, :2]
    assert_allclose(moves[NOSE], (10, -6), atol=1e-4)
    along = moves @ np.array([10, -6]) / (10**2 + 6**2)
    assert along.min() > 0.1
    assert along.mean() > 0.5


def test_two_anchors_turn_and_scale_the_face(face: np.ndarray) -> None:
    truth, mesh, anchors = similar(face, 1.1, 12), face, []
    for vertex in (RIGHT_EYE, LEFT_EYE):
        mesh = guided_drag(mesh, vertex, canonical_covariance(FACE_468), anchors).at(
            position(truth, vertex)
        )
        anchors.append(vertex)
    before = np.abs(complex_plane(face) - complex_plane(truth)).mean()
    left = np.abs(complex_plane(mesh) - complex_plane(truth)).mean()
    assert left < 0.35 * before


def test_with_turning_alone_two_anchors_are_exact(face: np.ndarray) -> None:
    rigid = replace(
        DEFAULT_PRIOR, shift=1.0, turn_and_scale=1.0, shear=0, depth=0, local=(), noise=1e-12
    )
    covariance = prior_covariance(rigid, FACE_468)
    truth, mesh = similar(face, 1.2, 30), face
    mesh = guided_drag(mesh, RIGHT_EYE, covariance).at(position(truth, RIGHT_EYE))
    mesh = guided_drag(mesh, LEFT_EYE, covariance, [RIGHT_EYE]).at(position(truth, LEFT_EYE))
    assert_allclose(mesh[:, :2], truth[:, :2], atol=0.01)


def test_more_anchors_leave_less_error(face: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    covariance = canonical_covariance(FACE_468)
    root = np.linalg.cholesky(covariance.matrix + 1e-9 * np.eye(468))
    error = root @ (rng.normal(size=468) + 1j * rng.normal(size=468)) * 70
    truth = face.copy()
    truth[:, 0] += error.real
    truth[:, 1] += error.imag
    mesh, anchors, errors = face, [], []
    for _ in range(12):
        off = np.abs(complex_plane(mesh) - complex_plane(truth))
        errors.append(off.mean())
        worst = int(off.argmax())
        mesh = guided_drag(mesh, worst, covariance, anchors).at(position(truth, worst))
        anchors.append(worst)
    assert errors[2] < 0.7 * errors[0]
    assert errors[-1] < 0.35 * errors[0]


def test_strokes_one_by_one_end_where_all_anchors_at_once_would(face: np.ndarray) -> None:
    covariance = Covariance(canonical_covariance(FACE_468).matrix, 1e-13)
    targets = {RIGHT_EYE: 3 + 2j, CHIN: -4 + 6j, NOSE: 1 - 5j}
    mesh = face.astype(np.float64)
    for number, (vertex, move) in enumerate(targets.items()):
        x, y = face[vertex, :2].tolist()
        held = list(targets)[:number]
        mesh = guided_drag(mesh, vertex, covariance, held).at((x + move.real, y + move.imag))
    matrix, anchors = covariance.matrix, list(targets)
    among = matrix[np.ix_(anchors, anchors)]
    expected = matrix[:, anchors] @ np.linalg.solve(among, np.array(list(targets.values())))
    assert_allclose(complex_plane(mesh) - complex_plane(face), expected, atol=1e-3)


def test_an_anchor_dragged_again_forgets_its_first_position(face: np.ndarray) -> None:
    covariance, anchors = canonical_covariance(FACE_468), [RIGHT_EYE, CHIN]
    detour = guided_drag(face, NOSE, covariance, anchors).at(position(face, NOSE, (20, 9)))
    detour = guided_drag(detour, NOSE, covariance, [*anchors, NOSE]).at(
        position(face, NOSE, (4, 5))
    )
    straight = guided_drag(face, NOSE, covariance, anchors).at(position(face, NOSE, (4, 5)))
    assert_allclose(detour, straight, atol=1e-3)


def test_anchors_and_pinned_vertices_stay_to_the_bit(face: np.ndarray) -> None:
    anchors, pinned = [RIGHT_EYE, CHIN], [FOREHEAD, LEFT_EYE]
    drag = guided_drag(face, NOSE, canonical_covariance(FACE_468), anchors, pinned)
    after = drag.at(position(face, NOSE, (9, 9)))
    assert_array_equal(after[anchors + pinned], face[anchors + pinned])
    assert not drag.influence[anchors + pinned].any()


def test_pinned_vertices_hold_their_surroundings(face: np.ndarray) -> None:
    neighbour = 338  # of the forehead's vertex 10
    free = guided_weights(canonical_covariance(FACE_468), NOSE)
    held = guided_weights(canonical_covariance(FACE_468), NOSE, pinned=[FOREHEAD])
    assert abs(held[neighbour]) < 0.5 * abs(free[neighbour])


def test_depth_stays_and_the_input_is_left_alone(face: np.ndarray) -> None:
    before = face.copy()
    after = guided_drag(face, CHIN, canonical_covariance(FACE_468)).at((0.0, 0.0))
    assert_array_equal(face, before)
    assert_array_equal(after[:, 2], face[:, 2])
    assert after.dtype == np.float32


def test_the_influence_is_one_under_the_hand(face: np.ndarray) -> None:
    influence = guided_drag(face, CHIN, canonical_covariance(FACE_468), [NOSE, FOREHEAD]).influence
    assert influence.shape == (468,)
    assert influence[CHIN] == 1
    assert influence[LEFT_EYE] < 0.5


def test_a_late_drag_of_one_lip_leaves_the_other(face: np.ndarray) -> None:
    anchors = [RIGHT_EYE, LEFT_EYE, CHIN, NOSE, FOREHEAD, 61, 291, LOWER_LIP]
    influence = guided_drag(face, UPPER_LIP, canonical_covariance(FACE_468), anchors).influence
    assert influence[[87, 317, 17]].max() < 0.1


def test_a_turned_face_is_edited_alike(face: np.ndarray) -> None:
    turned = similar(face, 2.0, 40)
    anchors, covariance = [RIGHT_EYE, NOSE], canonical_covariance(FACE_468)
    straight = guided_drag(face, CHIN, covariance, anchors).at(position(face, CHIN, (5, 7)))
    goal = similar(straight, 2.0, 40)
    after = guided_drag(turned, CHIN, covariance, anchors).at(position(goal, CHIN))
    assert_allclose(after[:, :2], goal[:, :2], atol=1e-2)


def test_the_covariance_is_a_mirror_image_of_itself() -> None:
    matrix, mirror = canonical_covariance(FACE_468).matrix, FACE_468.topology.mirror
    assert_allclose(matrix[np.ix_(mirror, mirror)].conj(), matrix, atol=1e-8)


def test_the_covariance_has_no_negative_variance() -> None:
    assert np.linalg.eigvalsh(canonical_covariance(FACE_468).matrix).min() > -1e-12


def test_a_covariance_of_the_mesh_itself_works_at_any_size_and_angle(face: np.ndarray) -> None:
    one = prior_covariance(DEFAULT_PRIOR, FACE_468, face)
    other = prior_covariance(DEFAULT_PRIOR, FACE_468, similar(face, 1.0, 25))
    canonical = prior_covariance(DEFAULT_PRIOR, FACE_468)
    assert_allclose(one.matrix, canonical.matrix, atol=1e-7)
    assert_allclose(np.abs(other.matrix), np.abs(one.matrix), atol=1e-6)


def test_a_press_takes_less_than_15_ms_with_60_anchors_and_a_move_less_than_1() -> None:
    face = FACE_468.topology.vertices.copy()
    covariance = canonical_covariance(FACE_468)
    times = []
    for _ in range(5):
        start = thread_time()
        drag = guided_drag(face, CHIN, covariance, range(200, 260))
        pressed = thread_time()
        drag.at((3.0, 4.0))
        times.append((pressed - start, thread_time() - pressed))
    press, move = np.median(times, axis=0)
    assert press < 0.015
    assert move < 0.001


def test_a_pinned_vertex_cannot_be_dragged() -> None:
    with pytest.raises(ValueError, match="pinned"):
        guided_weights(canonical_covariance(FACE_468), NOSE, pinned=[NOSE])


@pytest.mark.parametrize("indices", [{"pivot": 468}, {"pivot": -1}, {"pivot": 1, "anchors": [500]}])
def test_an_index_that_is_no_vertex_is_refused(indices: dict) -> None:
    with pytest.raises(IndexError, match="vertex index"):
        guided_weights(canonical_covariance(FACE_468), **indices)


@pytest.mark.parametrize(
    "setting", [{"shift": -1.0}, {"noise": 0.0}, {"local": ((1.0, 0.0),)}, {"depth": np.nan}]
)
def test_a_prior_of_impossible_numbers_is_refused(setting: dict) -> None:
    with pytest.raises(ValueError, match="expected"):
        replace(DEFAULT_PRIOR, **setting)


@pytest.mark.parametrize(
    ("matrix", "noise", "reason"),
    [
        (np.ones((3, 468)), 1.0, "shape"),
        (np.triu(np.ones((468, 468))), 1.0, "Hermitian"),
        (np.zeros((468, 468)), 1.0, "positive variance"),
        (np.eye(468), 0.0, "positive noise"),
    ],
)
def test_a_matrix_that_is_no_covariance_is_refused(
    matrix: np.ndarray, noise: float, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Covariance(matrix.astype(complex), noise)
