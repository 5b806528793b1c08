"""From a mesh to 68 points."""

from dataclasses import replace

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.sparse.combinations import combinations_on, is_jaw_sure, to_68
from annotator.mesh.sparse.points_68 import COUNT, JAW, mirrored_order, places_on

FRONT = (FACE_468.topology.vertices * (20, -20, -20) + 300).astype(np.float32)


def turned(degrees: float) -> np.ndarray:
    """Return the canonical face turned to the right of the image."""
    angle = np.radians(degrees)
    turn = np.array(
        [[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]]
    )
    return ((FRONT - 300) @ turn.T + 300).astype(np.float32)


def test_a_point_is_a_mean_of_four_vertices_at_most() -> None:
    table = combinations_on(FACE_468)
    assert table.weights.shape == (COUNT, 4)
    assert (table.weights >= 0).all()
    assert table.weights.sum(axis=1) == pytest.approx(1, abs=1e-12)


def test_the_table_is_its_own_mirror_image() -> None:
    matrix = combinations_on(FACE_468).matrix(FACE_468.count)
    assert np.array_equal(matrix[mirrored_order()], matrix[:, FACE_468.mirror])


@pytest.mark.parametrize("degrees", [0, 10, 40])
def test_the_mirror_image_of_a_mesh_has_the_mirror_image_of_its_points(degrees: float) -> None:
    mesh = turned(degrees)
    mirrored = mesh[FACE_468.mirror] * np.float32((-1, 1, 1))
    points = to_68(mirrored, FACE_468)[mirrored_order()] * (-1, 1, 1)
    assert np.abs(points - to_68(mesh, FACE_468)).max() < 0.01


def test_points_turn_grow_and_move_with_the_mesh() -> None:
    plane = np.array([[0.6, -0.8], [0.8, 0.6]]) * 1.7
    moved = turned(25).astype(np.float64)
    moved[:, :2] = moved[:, :2] @ plane.T + (40, -30)
    expected = to_68(turned(25), FACE_468)[:, :2] @ plane.T + (40, -30)
    assert np.abs(to_68(moved, FACE_468)[:, :2] - expected).max() < 0.01


def test_a_point_that_is_a_vertex_lies_near_it() -> None:
    places = places_on(FACE_468)
    points = to_68(FRONT, FACE_468)
    away = np.linalg.norm(points[places.points] - FRONT[places.vertices], axis=1)
    iod = np.linalg.norm(FRONT[33] - FRONT[263])
    assert away.max() < 0.06 * iod


def test_the_jaw_lies_on_the_edge_of_a_face_that_looks_into_the_camera() -> None:
    jaw = to_68(FRONT, FACE_468)[JAW, :2]
    ring = FRONT[FACE_468.contours["face_oval"].vertices, :2]
    fine = np.concatenate(
        [ring + share * (np.roll(ring, -1, axis=0) - ring) for share in np.linspace(0, 1, 50)]
    )
    nearest = np.linalg.norm(jaw[:, None] - fine[None], axis=2).min(axis=1)
    assert nearest.max() < 2
    assert (np.diff(jaw[:, 0]) > 0).all()


def test_the_jaw_of_a_turned_face_lies_where_no_vertex_is_beyond_it() -> None:
    mesh = turned(35)
    jaw = to_68(mesh, FACE_468)[JAW, :2]
    middle = mesh[:, :2].mean(axis=0)
    for place in jaw[1:16]:
        outward = (place - middle) / np.linalg.norm(place - middle)
        aside = np.array([-outward[1], outward[0]])
        near = np.abs((mesh[:, :2] - place) @ aside) < 1
        assert ((mesh[near, :2] - place) @ outward).max(initial=-1) < 6
    fixed = combinations_on(FACE_468).of(mesh)[JAW, :2]
    assert np.linalg.norm(jaw - fixed, axis=1).max() > 10  # which a table alone misses


def test_whether_the_jaw_is_sure_depends_on_the_turn() -> None:
    assert is_jaw_sure(turned(10), FACE_468)
    assert is_jaw_sure(turned(-10), FACE_468)
    assert not is_jaw_sure(turned(25), FACE_468)
    assert not is_jaw_sure(turned(-25), FACE_468)


@pytest.mark.parametrize("flat", [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 0)])
def test_a_mesh_that_is_a_point_or_a_line_has_finite_points(flat: tuple[int, int, int]) -> None:
    assert np.isfinite(to_68(FRONT * np.float32(flat), FACE_468)).all()


def test_a_layout_without_a_table_is_refused() -> None:
    other = replace(FACE_468, name="other", points_68=None)
    with pytest.raises(
        ValueError, match="no table says where the 68 points lie on meshes of other"
    ):
        to_68(FRONT, other)


def test_a_layout_that_has_more_vertices_behind_the_same_ones_takes_the_same_table(
    face_with_irises: MeshLayout,
) -> None:
    mesh = (face_with_irises.topology.vertices * (20, -20, -20) + 300).astype(np.float32)
    points = to_68(mesh, face_with_irises)
    assert np.abs(points - to_68(FRONT, FACE_468))[17:].max() < 1e-3


def test_a_mesh_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a mesh of shape \(468, 3\)"):
        to_68(FRONT[:100], FACE_468)
