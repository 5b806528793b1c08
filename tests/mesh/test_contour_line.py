"""Lines drawn by hand, and the contours they are matched with."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.contours import contour, contour_chains, nearest_contour
from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import CONTOUR_TITLES, FACE_468
from annotator.mesh.outline import outline
from annotator.mesh.polyline import (
    curve_through,
    drawn_line,
    evenly_spaced,
    lengths_along,
    sharp_turns,
    without_repeats,
)
from annotator.mesh.unfolding import guard_placement

IOD = 100.0
SQUARE = np.array([0, 60, 60 + 60j, 60j, 0])
EVERY = list(FACE_468.contours.values())


@pytest.fixture
def face() -> np.ndarray:
    """The canonical face as a camera sees it, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    scaled = vertices * (IOD / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])
    return scaled.astype(np.float32)


def circle(radius: float, turn: float = 2 * np.pi, points: int = 200) -> np.ndarray:
    return 200 + 200j + radius * np.exp(1j * np.linspace(0, turn, points))


def trembling(line: np.ndarray, size: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    return line + size * (rng.normal(size=len(line)) + 1j * rng.normal(size=len(line)))


def ring_line(face: np.ndarray, name: str) -> np.ndarray:
    ring = contour(FACE_468, name).vertices[[*range(len(contour(FACE_468, name).vertices)), 0]]
    return evenly_spaced(face[ring, 0] + 1j * face[ring, 1].astype(float), 1.0)


def test_a_line_is_evened_and_its_tremble_is_taken_out() -> None:
    line = drawn_line(trembling(circle(50, 4.0), 0.3), IOD)
    assert not line.closed and not line.corners.size
    assert_allclose(np.abs(np.diff(line.points)), line.spacing, rtol=0.35)
    away = np.abs(np.abs(line.points - (200 + 200j)) - 50)
    assert away[5:-5].mean() < 0.2
    assert line.length == pytest.approx(200, rel=0.03)


def test_corners_are_kept() -> None:
    line = drawn_line(trembling(evenly_spaced(SQUARE[:4], 1.0), 0.2), IOD)
    assert_allclose(line.points[line.corners], SQUARE[1:3], atol=1.5)


@pytest.mark.parametrize("beyond", [-0.2, 0.0, 0.5])
def test_a_line_whose_ends_meet_or_cross_goes_all_round(beyond: float) -> None:
    line = drawn_line(circle(50, 2 * np.pi + beyond), IOD)
    assert line.closed
    assert line.length == pytest.approx(2 * np.pi * 50, rel=0.02)
    assert_allclose(line.at(np.array([0.0])), line.at(np.array([line.length])))
    assert not drawn_line(circle(50, 2 * np.pi + beyond), IOD, may_close=False).closed


def test_a_corner_on_the_way_round_is_found_wherever_the_line_begins() -> None:
    around = evenly_spaced(SQUARE, 1.0)[:-1]
    for start in (0, 30, 200):
        ring = np.roll(around, start)
        line = drawn_line(np.append(ring, ring[0]), IOD)
        found = line.points[line.corners]
        assert len(found) == 4
        assert np.abs(found[:, None] - SQUARE[:4]).min(axis=1).max() < 1.5


@pytest.mark.parametrize("points", [[], [5 + 5j], [5 + 5j, 5 + 5j], [5 + 5j, 5.3 + 5j]])
def test_what_is_too_short_is_no_line(points: list[complex]) -> None:
    assert drawn_line(np.array(points, np.complex128), IOD) is None


def test_a_face_without_width_still_takes_lines() -> None:
    assert drawn_line(circle(50, 3.0), 0.0).length == pytest.approx(150, rel=0.05)


def test_repeated_points_count_once() -> None:
    points = np.array([0, 0, 1, 1, 1, 0, 2], np.complex128)
    assert_array_equal(without_repeats(points), [0, 1, 0, 2])
    assert_array_equal(lengths_along(points), [0, 0, 1, 1, 1, 2, 4])


def test_a_straight_line_has_no_sharp_turn() -> None:
    assert not sharp_turns(np.arange(50) * (1 + 1j), 5).size


def test_the_curve_through_clicks_goes_through_them_and_is_round_between() -> None:
    clicks = circle(50, np.pi, 6)
    curve = curve_through(clicks)
    assert np.abs(curve[:, None] - clicks).min(axis=0).max() < 1e-9
    away = np.abs(np.abs(curve - (200 + 200j)) - 50)
    assert away.max() < 0.6  # the chords' middles are 2.4 px off


def test_the_curve_through_clicks_breaks_where_they_turn_sharply() -> None:
    curve = curve_through(np.array([0, 30, 60, 60 + 30j, 60 + 60j]))
    assert (curve.real <= 60 + 1e-9).all() and (curve.imag >= -1e-9).all()
    assert_array_equal(curve_through(np.array([0, 1 + 1j])), [0, 1 + 1j])


def test_every_contour_is_a_ring_of_the_mesh_with_a_title() -> None:
    edges = {frozenset(edge) for edge in FACE_468.topology.edges.tolist()}
    for name in FACE_468.contours:
        ring = contour(FACE_468, name).vertices.tolist()
        assert CONTOUR_TITLES[name]
        assert len(set(ring)) == len(ring)
        if not name.endswith("brow"):
            assert all({a, b} in edges for a, b in zip(ring, np.roll(ring, -1), strict=True))
    assert contour(FACE_468, "left_eye").vertices[
        contour(FACE_468, "left_eye").corners
    ].tolist() == [263, 362]
    assert not contour(FACE_468, "face_oval").corners.size
    assert len(contour_chains(FACE_468)) == 14


def test_an_unknown_contour_is_refused() -> None:
    with pytest.raises(ValueError, match="but got 'nose'"):
        contour(FACE_468, "nose")


def test_the_nearest_contour_is_that_whose_line_passes_nearest(face: np.ndarray) -> None:
    halfway = (face[13, :2] + face[312, :2]) / 2
    name, distance = nearest_contour(face, FACE_468, tuple(halfway.tolist()))
    assert name == "lips_inner"
    assert distance < 0.1


@pytest.mark.parametrize("name", tuple(FACE_468.contour_features))
def test_a_contour_traced_where_it_is_stays_there(name: str, face: np.ndarray) -> None:
    line = drawn_line(ring_line(face, name), IOD)
    found = outline(face, FACE_468, line, canonical_covariance(FACE_468), EVERY)
    assert found.contour == name
    assert set(found.vertices.tolist()) == set(contour(FACE_468, name).vertices.tolist())
    assert found.beside == ()
    away = np.linalg.norm(found.targets - face[found.vertices, :2], axis=1)
    # Narrow ends, as of the brows and the closed mouth, are rounded a little.
    assert np.median(away) < 0.006 * IOD
    assert away.max() < 0.04 * IOD


def test_a_shift_along_the_contour_is_not_mistaken_for_another_stretch(face: np.ndarray) -> None:
    upper = contour(FACE_468, "lips_outer").vertices[:11]
    points = evenly_spaced(face[upper, 0] + 1j * face[upper, 1].astype(float), 1.0)
    for shift in (-5.0, 5.0):
        line = drawn_line(points + shift, IOD)
        found = outline(
            face, FACE_468, line, canonical_covariance(FACE_468), [contour(FACE_468, "lips_outer")]
        )
        assert set(found.vertices.tolist()) == set(upper.tolist())
        moves = found.targets - face[found.vertices, :2]
        assert_allclose(np.median(moves, axis=0), (shift, 0), atol=0.5)


def test_collapsed_contours_take_lines_too(face: np.ndarray) -> None:
    ring = contour(FACE_468, "left_eye").vertices
    line = drawn_line(ring_line(face, "left_eye"), IOD)
    face[ring, :2] = face[ring[0], :2]
    found = outline(
        face, FACE_468, line, canonical_covariance(FACE_468), [contour(FACE_468, "left_eye")]
    )
    assert np.isfinite(found.targets).all()


def test_the_placement_guard_moves_others_out_of_the_way(face: np.ndarray) -> None:
    triangles = FACE_468.topology.opened_triangles
    placed = contour(FACE_468, "lips_outer").vertices[2:9]
    after = face.copy()
    after[placed, 1] -= 12
    assert newly_flipped(face, after, triangles).any()
    guarded = guard_placement(face, after, placed.tolist(), FACE_468)
    assert not newly_flipped(face, guarded, triangles).any()
    assert_array_equal(guarded[placed], after[placed])
    assert_array_equal(guarded[:, 2], face[:, 2])


def test_the_placement_guard_leaves_alone_what_does_not_fold(face: np.ndarray) -> None:
    after = face + np.float32([4, -3, 0])
    assert guard_placement(face, after, [0], FACE_468) is after


def test_the_placement_guard_gives_up_where_there_is_no_room(face: np.ndarray) -> None:
    after = face.copy()
    after[13, 1] -= 60
    every = range(468)
    assert_array_equal(guard_placement(face, after, every, FACE_468), after)
    assert np.isfinite(guard_placement(face, after, set(every) - {12}, FACE_468)).all()
