from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.contours import contour_chains
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.mesh.smoothing import fitted_reference, relax, smooth

EVERYWHERE = np.ones(468)
CHEEK, CHIN = 50, 152
UPPER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)


@pytest.fixture
def face() -> np.ndarray:
    """The canonical face, 100 px between the outer eye corners, stretched and turned."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    flat = vertices[:, :2] @ np.float32([[0.96, 0.2], [-0.24, 1.05]]) + vertices[:, 2:] * 0.1
    scaled = np.column_stack([flat, vertices[:, 2]]) * (100 / outer_iod(vertices, FACE_468))
    return (scaled + np.float32([300, 250, 0])).astype(np.float32)


def jittered(mesh: np.ndarray, pixels: float) -> np.ndarray:
    result = mesh.copy()
    noise = np.random.default_rng(8).normal(0, pixels, (468, 2))
    result[:, :2] += noise.astype(np.float32)
    return result


def unevenness(mesh: np.ndarray, base: np.ndarray, chain: list[int]) -> float:
    """How far the shares of a contour's length differ from those of another mesh."""
    lengths = [
        np.linalg.norm(np.diff(points[chain, :2], axis=0), axis=1) for points in (mesh, base)
    ]
    shares = [length / length.sum() for length in lengths]
    return float(np.abs(shares[0] - shares[1]).sum())


@pytest.mark.parametrize("tool", [smooth, relax])
def test_a_mesh_of_the_references_shape_is_left_alone(tool, face: np.ndarray) -> None:
    assert_allclose(tool(face, FACE_468, EVERYWHERE, passes=30), face, atol=0.02)


@pytest.mark.parametrize("tool", [smooth, relax])
def test_jitter_is_taken_out(tool, face: np.ndarray) -> None:
    mesh = jittered(face, 1.0)
    assert nme(tool(mesh, FACE_468, EVERYWHERE), face, FACE_468) < 0.65 * nme(mesh, face, FACE_468)


def test_smoothing_against_the_prediction_flattens_a_spike(face: np.ndarray) -> None:
    mesh = face.copy()
    mesh[CHEEK, 0] += 10
    after = smooth(mesh, FACE_468, EVERYWHERE, reference=face)
    assert abs(after[CHEEK, 0] - face[CHEEK, 0]) < 3


def test_smoothing_against_the_prediction_keeps_a_shifted_mesh(face: np.ndarray) -> None:
    mesh = face + np.float32([12, -5, 0])
    assert_allclose(smooth(mesh, FACE_468, EVERYWHERE, reference=face, passes=50), mesh, atol=1e-3)


@pytest.mark.parametrize("tool", [smooth, relax])
def test_nothing_outside_the_brush_moves_and_depth_stays(tool, face: np.ndarray) -> None:
    mesh = jittered(face, 1.0)
    before = mesh.copy()
    weights = np.zeros(468)
    weights[[CHEEK, CHIN, *UPPER_LIP]] = 0.7
    after = tool(mesh, FACE_468, weights)
    assert_array_equal(mesh, before)
    assert_array_equal(after[weights == 0], mesh[weights == 0])
    assert_array_equal(after[:, 2], mesh[:, 2])
    assert not np.array_equal(after[CHEEK], mesh[CHEEK])


@pytest.mark.parametrize("tool", [smooth, relax])
def test_a_weaker_brush_does_less(tool, face: np.ndarray) -> None:
    mesh = jittered(face, 1.0)
    weak = np.linalg.norm(tool(mesh, FACE_468, 0.2 * EVERYWHERE) - mesh)
    strong = np.linalg.norm(tool(mesh, FACE_468, EVERYWHERE) - mesh)
    assert 0 < weak < 0.6 * strong


def test_relaxing_evens_the_spacing_of_a_lip(face: np.ndarray) -> None:
    lip, mesh = list(UPPER_LIP), face.copy()
    # Slide the middle vertices along the lip, towards its left corner.
    for vertex, next_one in pairwise(lip[2:-1]):
        mesh[vertex, :2] += 0.6 * (face[next_one, :2] - face[vertex, :2])
    after = relax(mesh, FACE_468, EVERYWHERE, passes=60)
    assert unevenness(after, face, lip) < 0.3 * unevenness(mesh, face, lip)


def test_relaxing_shrinks_no_contour(face: np.ndarray) -> None:
    mesh = jittered(face, 0.4)
    after = relax(mesh, FACE_468, EVERYWHERE, passes=40)
    for chain in contour_chains(FACE_468):
        lengths = [
            np.linalg.norm(np.diff(points[chain, :2], axis=0), axis=1).sum()
            for points in (mesh, after)
        ]
        assert lengths[1] > 0.97 * lengths[0]


def test_relaxing_keeps_corners_and_slides_along_the_contour(face: np.ndarray) -> None:
    lip, mesh = list(UPPER_LIP), jittered(face, 0.4)
    after = relax(mesh, FACE_468, EVERYWHERE, passes=40)
    assert_array_equal(after[[61, 291]], mesh[[61, 291]])
    path = mesh[lip, :2].astype(float)
    start, step = path[:-1], np.diff(path, axis=0)
    for point in after[lip, :2]:
        along = ((point - start) * step).sum(axis=1) / (step**2).sum(axis=1)
        nearest = start + along.clip(0, 1)[:, None] * step
        assert np.linalg.norm(point - nearest, axis=1).min() < 1.0


def test_vertices_keep_their_order_on_a_contour(face: np.ndarray) -> None:
    mesh = jittered(face, 0.4)
    after = relax(mesh, FACE_468, np.random.default_rng(1).uniform(0, 1, 468), passes=100)
    along = after[list(UPPER_LIP), 0]
    assert (np.diff(along) > 0).all()


def test_the_contours_are_the_meshs_edges_end_to_end() -> None:
    edges = {tuple(edge) for edge in FACE_468.topology.edges.tolist()}
    assert sum(len(chain) - 1 for chain in contour_chains(FACE_468)) == 124
    for chain in contour_chains(FACE_468):
        pairs = zip(chain[:-1].tolist(), chain[1:].tolist(), strict=True)
        assert all((min(pair), max(pair)) in edges for pair in pairs)


def test_vertices_on_one_spot_are_no_obstacle(face: np.ndarray) -> None:
    face[40] = face[39]
    assert np.isfinite(relax(face, FACE_468, EVERYWHERE)).all()


def test_the_reference_lies_on_a_mesh_of_its_shape(face: np.ndarray) -> None:
    assert_allclose(fitted_reference(face, FACE_468.topology.vertices), face[:, :2], atol=0.01)


@pytest.mark.parametrize("tool", [smooth, relax])
@pytest.mark.parametrize(
    ("weights", "reason"),
    [(np.ones(3), "shape"), (np.full(468, 1.5), "0 to 1"), (np.full(468, np.nan), "0 to 1")],
)
def test_weights_that_are_none_are_refused(tool, weights, reason, face: np.ndarray) -> None:
    with pytest.raises(ValueError, match=reason):
        tool(face, FACE_468, weights)
