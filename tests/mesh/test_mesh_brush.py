import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.brush import (
    MAX_RADIUS_IOD,
    MIN_RADIUS_IOD,
    Brush,
    brush_radius,
    brush_weights,
)
from annotator.mesh.falloff import Falloff, falloff_weights
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.turning import Turn

CHIN = 152
UPPER_LIP, LOWER_LIP = 13, 14
UPPER_LID, LOWER_LID = 159, 145


@pytest.fixture
def face() -> np.ndarray:
    """The canonical face, 100 px between the outer eye corners, upright in an image."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])).astype(
        np.float32
    )


def test_the_grabbed_vertex_takes_the_whole_drag(face: np.ndarray) -> None:
    weights = brush_weights(face, FACE_468, CHIN, Brush())
    assert weights[CHIN] == 1
    assert weights.argmax() == CHIN


def test_strength_scales_every_share(face: np.ndarray) -> None:
    full = brush_weights(face, FACE_468, CHIN, Brush())
    half = brush_weights(face, FACE_468, CHIN, Brush(strength=0.5))
    assert_allclose(half, full / 2)


def test_nothing_outside_the_circle_moves(face: np.ndarray) -> None:
    brush = Brush(radius_iod=0.3)
    weights = brush_weights(face, FACE_468, CHIN, brush)
    outside = np.linalg.norm(face[:, :2] - face[CHIN, :2], axis=1) > brush_radius(
        face, FACE_468, brush
    )
    assert outside.any()
    assert not weights[outside].any()


@pytest.mark.parametrize(("grabbed", "other"), [(UPPER_LIP, LOWER_LIP), (UPPER_LID, LOWER_LID)])
def test_a_drag_does_not_leak_across_the_mouth_or_an_eye(
    face: np.ndarray, grabbed: int, other: int
) -> None:
    weights = brush_weights(face, FACE_468, grabbed, Brush(radius_iod=0.25))
    assert weights[other] < 0.05


def test_a_small_brush_moves_one_vertex_only(face: np.ndarray) -> None:
    weights = brush_weights(face, FACE_468, CHIN, Brush(radius_iod=MIN_RADIUS_IOD))
    assert_array_equal(np.flatnonzero(weights), [CHIN])


def test_the_radius_follows_the_size_of_the_face(face: np.ndarray) -> None:
    assert brush_radius(face, FACE_468, Brush(radius_iod=0.4)) == pytest.approx(40)
    assert brush_radius(face * 2, FACE_468, Brush(radius_iod=0.4)) == pytest.approx(80)


@pytest.mark.parametrize("yaw", [30, 60, 90])
def test_the_radius_stays_when_the_face_is_seen_from_the_side(face: np.ndarray, yaw: float) -> None:
    seen = Turn(yaw, pitch=15).seen(face)
    assert brush_radius(seen, FACE_468, Brush(radius_iod=0.4)) == pytest.approx(40, abs=0.01)
    moved, from_front = (
        np.count_nonzero(brush_weights(mesh, FACE_468, CHIN, Brush())) for mesh in (seen, face)
    )
    assert moved >= from_front


def test_a_mirrored_grab_moves_the_mirrored_vertices(face: np.ndarray) -> None:
    topology = FACE_468.topology
    weights = brush_weights(face, FACE_468, 61, Brush())
    mirrored = brush_weights(face, FACE_468, int(topology.mirror[61]), Brush())
    assert_allclose(mirrored[topology.mirror], weights, atol=1e-5)


def test_a_fold_is_reported_and_a_shift_is_not(face: np.ndarray) -> None:
    triangles = FACE_468.topology.triangles
    assert not newly_flipped(face, face + np.float32([9, 4, 0]), triangles).any()
    folded = face.copy()
    folded[CHIN, 1] -= 80
    assert newly_flipped(face, folded, triangles).any()


@pytest.mark.parametrize("falloff", Falloff)
def test_every_falloff_is_one_at_the_centre_and_never_rises(falloff: Falloff) -> None:
    weights = falloff_weights(np.linspace(0, 1.2, 60), 1.0, falloff)
    assert weights[0] == 1
    assert (np.diff(weights) <= 0).all()
    assert not weights[50:].any()


@pytest.mark.parametrize("falloff", [f for f in Falloff if f is not Falloff.CONSTANT])
def test_no_falloff_but_constant_ends_in_a_step(falloff: Falloff) -> None:
    assert falloff_weights(np.array([0.9999]), 1.0, falloff)[0] < 0.02


@pytest.mark.parametrize("radius", [0, -1, float("nan"), float("inf")])
def test_a_radius_that_is_not_positive_is_refused(radius: float) -> None:
    with pytest.raises(ValueError, match="positive radius"):
        falloff_weights(np.zeros(3), radius)


@pytest.mark.parametrize("settings", [{"radius_iod": 0.0}, {"radius_iod": 9.0}])
def test_a_brush_outside_the_range_of_radii_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="radius"):
        Brush(**settings)


@pytest.mark.parametrize("strength", [0.0, 1.1])
def test_a_brush_without_strength_or_with_too_much_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        Brush(strength=strength)


def test_growing_and_shrinking_stop_at_the_ends_of_the_range() -> None:
    assert Brush().resized(100).radius_iod == MAX_RADIUS_IOD
    assert Brush().resized(-100).radius_iod == MIN_RADIUS_IOD
    assert Brush().with_strength(-1).strength == 0.01
    assert Brush().with_strength(7).strength == 1
