import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.covariance import Covariance, canonical_covariance
from annotator.mesh.guided import guided_drag, guided_placement
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468

CHIN, NOSE, FOREHEAD = 152, 1, 10


@pytest.fixture
def face() -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])).astype(
        np.float32
    )


@pytest.fixture
def lips() -> np.ndarray:
    return FACE_468.topology.regions["lips"]


def wavy(face: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Positions that a hand may draw: off by several px, not alike from vertex to vertex."""
    rng = np.random.default_rng(1)
    return face[vertices, :2] + (3, 6) + rng.normal(0, 1.5, (len(vertices), 2))


def similar(mesh: np.ndarray, scale: float, degrees: float) -> np.ndarray:
    plane = (mesh[:, 0] - 250 + 1j * (mesh[:, 1] - 200)) * scale * np.exp(1j * np.radians(degrees))
    return np.column_stack([plane.real + 320, plane.imag + 180, mesh[:, 2]]).astype(np.float32)


def test_placed_vertices_are_exactly_where_they_were_asked_to_be(face, lips):
    targets = wavy(face, lips)
    after = guided_placement(face, lips, targets, canonical_covariance(FACE_468))
    assert_array_equal(after[lips, :2], targets.astype(np.float32))
    assert_array_equal(after[:, 2], face[:, 2])
    assert after.dtype == np.float32


def test_one_vertex_is_placed_as_a_drag_of_it_would(face):
    covariance, held = canonical_covariance(FACE_468), [33, CHIN]
    goal = (face[NOSE, 0] + 7.0, face[NOSE, 1] - 4.0)
    dragged = guided_drag(face, NOSE, covariance, held).at(goal)
    placed = guided_placement(face, [NOSE], np.array([goal]), covariance, held)
    assert_allclose(placed, dragged, atol=1e-3)


def test_all_at_once_ends_where_one_after_the_other_would(face):
    covariance = Covariance(canonical_covariance(FACE_468).matrix, 1e-12)
    targets = {33: (3.0, 2.0), CHIN: (-4.0, 6.0), NOSE: (1.0, -5.0)}
    goals = {vertex: face[vertex, :2] + move for vertex, move in targets.items()}
    mesh, anchors = face, []
    for vertex, (x, y) in goals.items():
        mesh = guided_drag(mesh, vertex, covariance, anchors).at((float(x), float(y)))
        anchors.append(vertex)
    at_once = guided_placement(face, anchors, np.array(list(goals.values())), covariance)
    assert_allclose(at_once, mesh, atol=2e-3)


def test_the_surroundings_of_a_drawn_line_follow_it(face, lips):
    after = guided_placement(face, lips, face[lips, :2] + (0, 10), canonical_covariance(FACE_468))
    moves = (after - face)[:, :2]
    philtrum, forehead = 164, 10
    assert moves[philtrum, 1] > 7
    assert moves[forehead, 1] < moves[philtrum, 1]


def test_held_vertices_stay_to_the_bit(face, lips):
    held = [NOSE, CHIN, FOREHEAD]
    after = guided_placement(face, lips, wavy(face, lips), canonical_covariance(FACE_468), held)
    assert_array_equal(after[held], face[held])


def test_held_vertices_hold_their_surroundings(face, lips):
    targets = face[lips, :2] + (0, 10)
    free = guided_placement(face, lips, targets, canonical_covariance(FACE_468)) - face
    tied = guided_placement(face, lips, targets, canonical_covariance(FACE_468), [FOREHEAD]) - face
    beside_forehead = 338
    assert abs(tied[beside_forehead, 1]) < 0.5 * abs(free[beside_forehead, 1])


def test_an_anchor_that_is_placed_again_goes_there(face, lips):
    targets = wavy(face, lips)
    again = guided_placement(
        face, lips, targets, canonical_covariance(FACE_468), [NOSE, *lips.tolist()]
    )
    first = guided_placement(face, lips, targets, canonical_covariance(FACE_468), [NOSE])
    assert_array_equal(again, first)


def test_a_turned_and_larger_face_is_edited_alike(face, lips):
    covariance, held = canonical_covariance(FACE_468), [NOSE]
    straight = face.copy()
    straight[lips, :2] = wavy(face, lips)
    goals = similar(straight, 2.0, 40)[lips, :2]
    after = guided_placement(similar(face, 2.0, 40), lips, goals, covariance, held)
    straight = guided_placement(face, lips, straight[lips, :2], covariance, held)
    assert_allclose(after[:, :2], similar(straight, 2.0, 40)[:, :2], atol=1e-2)


def test_noise_keeps_a_shaky_line_from_its_surroundings(face, lips):
    rng = np.random.default_rng(2)
    targets = face[lips, :2] + rng.normal(0, 1, (len(lips), 2))
    others = np.setdiff1d(np.arange(468), lips)
    moved = [
        np.abs(
            guided_placement(face, lips, targets, canonical_covariance(FACE_468), noise=noise)
            - face
        )
        for noise in (None, 1e-4)
    ]
    assert moved[1][others].mean() < 0.6 * moved[0][others].mean()
    assert_allclose(moved[1][lips], moved[0][lips])


def test_nothing_to_place_changes_nothing(face):
    after = guided_placement(face, [], np.empty((0, 2)), canonical_covariance(FACE_468), [NOSE])
    assert_array_equal(after, face)
    assert after is not face


def test_vertices_that_move_as_one_can_still_be_placed_apart(face):
    stiff = Covariance(np.ones((468, 468), complex), 1e-5)
    targets = face[[NOSE, CHIN], :2] + ((4, 0), (0, 4))
    after = guided_placement(face, [NOSE, CHIN], targets, stiff)
    assert_array_equal(after[[NOSE, CHIN], :2], targets.astype(np.float32))
    assert_allclose((after - face)[FOREHEAD, :2], (2, 2), atol=1e-3)


@pytest.mark.parametrize(
    ("vertices", "shape", "options", "reason"),
    [
        ([1, 1], (2, 2), {}, "once"),
        ([1, 2], (3, 2), {}, "shape"),
        ([1], (1, 2), {"noise": -1.0}, "noise"),
        ([468], (1, 2), {}, "vertex index"),
        ([1], (1, 2), {"held": [-1]}, "vertex index"),
    ],
)
def test_impossible_placements_are_refused(face, vertices, shape, options, reason):
    with pytest.raises((ValueError, IndexError), match=reason):
        guided_placement(face, vertices, np.zeros(shape), canonical_covariance(FACE_468), **options)
