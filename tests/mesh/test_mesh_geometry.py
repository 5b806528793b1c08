import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.geometry import edge_distances, edge_graph, nearest_vertex, signed_areas
from annotator.mesh.landmarks import (
    as_landmarks,
    bounding_box,
    eye_centre_iod,
    outer_iod,
    tool_scale,
)
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme, vertex_errors
from annotator.mesh.turning import Turn


@pytest.fixture
def face() -> np.ndarray:
    return FACE_468.topology.vertices


def hops(edges: np.ndarray, start: int, end: int) -> int:
    """How many edges lie between two vertices."""
    flat = np.zeros((468, 3), np.float32)
    graph = edge_graph(flat, edges)
    graph.data[:] = 1
    return int(edge_distances(graph, start)[end])


def test_the_canonical_mesh_is_one_disk_with_the_published_counts() -> None:
    topology = FACE_468.topology
    assert topology.vertices.shape == (468, 3)
    assert topology.triangles.shape == (898, 3)
    assert topology.edges.shape == (1365, 2)
    # Euler: a disk has V - E + F = 1.
    assert 468 - 1365 + 898 == 1


def test_opening_cuts_mouth_and_eyes(face: np.ndarray) -> None:
    topology = FACE_468.topology
    assert len(topology.opened_triangles) == 852
    assert hops(topology.edges, 13, 14) == 1
    assert hops(topology.opened_edges, 13, 14) == 10
    assert hops(topology.opened_edges, 159, 145) == 8


def test_the_mirror_maps_every_edge_onto_an_edge() -> None:
    topology = FACE_468.topology
    assert_array_equal(topology.mirror[topology.mirror], np.arange(468))
    mirrored = np.sort(topology.mirror[topology.edges], axis=1)
    assert {tuple(e) for e in mirrored} == {tuple(e) for e in topology.edges}


def test_left_is_the_subjects_left() -> None:
    assert 263 in FACE_468.topology.regions["left_eye"]
    assert 33 in FACE_468.topology.regions["right_eye"]


def test_shared_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        FACE_468.topology.vertices[0] = 0


def test_outer_iod_is_1_41_times_eye_centre_iod_on_the_canonical_face(face: np.ndarray) -> None:
    assert outer_iod(face, FACE_468) / eye_centre_iod(face, FACE_468) == pytest.approx(
        1.41, abs=0.01
    )


def test_the_scale_of_tools_is_the_outer_iod_from_the_front_and_stays_in_profile(
    face: np.ndarray,
) -> None:
    assert tool_scale(face, FACE_468) == pytest.approx(outer_iod(face, FACE_468))
    profile = Turn(yaw=90).seen(face)
    assert outer_iod(profile, FACE_468) < 0.01 * outer_iod(face, FACE_468)
    assert tool_scale(profile, FACE_468) == pytest.approx(outer_iod(face, FACE_468), rel=1e-5)
    assert tool_scale(np.zeros((468, 3), np.float32), FACE_468) == 1


def test_edge_distances_are_symmetric_and_never_shorter_than_straight(face: np.ndarray) -> None:
    graph = edge_graph(face, FACE_468.topology.opened_edges)
    there, back = edge_distances(graph, 10), edge_distances(graph, 152)
    assert there[152] == pytest.approx(back[10])
    assert (there >= np.linalg.norm(face[:, :2] - face[10, :2], axis=1) - 1e-6).all()


def test_vertices_on_one_spot_are_still_connected(face: np.ndarray) -> None:
    collapsed = face.copy()
    collapsed[:, :2] = 7
    distances = edge_distances(edge_graph(collapsed, FACE_468.topology.opened_edges), 0)
    assert np.isfinite(distances).all()


@pytest.mark.parametrize("vertex", [-1, 468])
def test_a_vertex_that_does_not_exist_is_refused(face: np.ndarray, vertex: int) -> None:
    graph = edge_graph(face, FACE_468.topology.opened_edges)
    with pytest.raises(IndexError, match="vertex index"):
        edge_distances(graph, vertex)


def test_the_nearest_vertex_is_found_with_its_distance(face: np.ndarray) -> None:
    x, y = face[152, :2]
    assert nearest_vertex(face, (x + 0.3, y)) == (152, pytest.approx(0.3, abs=1e-6))


def test_areas_change_sign_under_reflection(face: np.ndarray) -> None:
    triangles = FACE_468.topology.triangles
    mirrored = face * np.float32([-1, 1, 1])
    assert_allclose(signed_areas(mirrored, triangles), -signed_areas(face, triangles))


def test_errors_are_measured_in_the_plane_or_in_space(face: np.ndarray) -> None:
    moved = face + np.float32([3, 4, 12])
    assert_allclose(vertex_errors(moved, face), 5, rtol=1e-4)
    assert_allclose(vertex_errors(moved, face, dimensions=3), 13, rtol=1e-4)
    assert nme(moved, face, FACE_468) == pytest.approx(5 / outer_iod(face, FACE_468), rel=1e-4)


def test_meshes_of_different_shapes_cannot_be_compared(face: np.ndarray) -> None:
    with pytest.raises(ValueError, match="same shape"):
        vertex_errors(face, face[:4])
    with pytest.raises(ValueError, match="2 or 3 dimensions"):
        vertex_errors(face, face, dimensions=4)


def test_the_bounding_box_is_left_top_width_height(face: np.ndarray) -> None:
    left, top, width, height = bounding_box(face)
    assert (left + width, top + height) == pytest.approx(tuple(face[:, :2].max(axis=0)))


@pytest.mark.parametrize("values", [np.zeros((467, 3)), np.zeros((468, 2))])
def test_landmarks_of_another_shape_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected landmarks of shape"):
        as_landmarks(values, FACE_468)


def test_landmarks_that_are_not_finite_are_refused(face: np.ndarray) -> None:
    broken = face.copy()
    broken[4, 1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        as_landmarks(broken, FACE_468)
