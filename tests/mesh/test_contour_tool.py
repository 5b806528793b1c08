"""Contour on predictions of photographs: lines drawn as by hand, in part and all round."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.contours import contour
from annotator.mesh.covariance import DEFAULT_PRIOR, canonical_covariance, prior_covariance
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks, with_pins
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.tools.base import Edit, MeshState, Tool
from annotator.mesh.tools.contour import ContourTool

PICTURES = ("collins.jpg", "hopper.jpg", "hopper_tilted.jpg")
TREMBLE = 0.003  # of the outer IOD
CLOSE_UP = 0.1  # px of the image to one of the screen, to click points that lie close


@pytest.fixture
def faces(predicted: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [predicted[name] for name in PICTURES]


def plane(mesh: np.ndarray) -> np.ndarray:
    return mesh[:, 0].astype(np.float64) + 1j * mesh[:, 1]


def spoiled(truth: np.ndarray, seed: int, size: float = 0.6) -> np.ndarray:
    """The mesh off by a draw of the prior, about 5 % of the IOD times the size."""
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(canonical_covariance(FACE_468).matrix)
    draw = (rng.normal(size=468) + 1j * rng.normal(size=468)) / np.sqrt(2)
    moves = size * outer_iod(truth, FACE_468) * (vectors * np.sqrt(values.clip(0))) @ draw
    result = truth.copy()
    result[:, :2] += np.column_stack([moves.real, moves.imag]).astype(np.float32)
    return result


def outline_of(mesh: np.ndarray, name: str, start: int = 0, edges: int | None = None) -> np.ndarray:
    """A contour's line with a point every percent of the IOD; all round by default."""
    ring = np.roll(contour(FACE_468, name).vertices, -start)
    ring = ring[[*range(len(ring)), 0]] if edges is None else ring[: edges + 1]
    points = plane(mesh)[ring]
    lengths = np.append(0, np.cumsum(np.abs(np.diff(points))))
    return np.interp(np.arange(0, lengths[-1], 0.01 * outer_iod(mesh, FACE_468)), lengths, points)


def trembling(line: np.ndarray, mesh: np.ndarray, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=len(line)) + 1j * rng.normal(size=len(line))
    return line + noise * TREMBLE * outer_iod(mesh, FACE_468)


def drawn(tool: Tool, state: MeshState, line: np.ndarray) -> Edit | None:
    gesture = tool.begin(state, (line[0].real, line[0].imag), 1.0)
    if gesture is None:
        return None
    for point in line[1:]:
        gesture = gesture.moved((point.real, point.imag))
    assert gesture.tool == tool
    return gesture.edit


def clicked(tool: Tool, state: MeshState, points: np.ndarray) -> Tool:
    for point in points:
        gesture = tool.begin(state, (float(point.real), float(point.imag)), CLOSE_UP)
        assert gesture is not None and gesture.edit is None
        tool = gesture.tool
    return tool


def error(mesh: np.ndarray, truth: np.ndarray, vertices: np.ndarray) -> float:
    """The median distance from the truth, in outer IOD."""
    return float(np.median(vertex_errors(mesh, truth)[vertices])) / outer_iod(truth, FACE_468)


def flips(before: np.ndarray, after: np.ndarray) -> int:
    return int(newly_flipped(before, after, FACE_468.topology.opened_triangles).sum())


@pytest.mark.parametrize("name", tuple(FACE_468.contour_features))
def test_a_contour_drawn_all_round_comes_to_lie_where_it_belongs(name, faces) -> None:
    ring = contour(FACE_468, name).vertices
    before, after, folded = [], [], 0
    for number, truth in enumerate(faces):
        for seed in range(3):
            start = spoiled(truth, 10 * number + seed)
            line = trembling(outline_of(truth, name, start=5), truth, seed)
            edit = drawn(ContourTool(contour=name), MeshState.of(start, start, FACE_468), line)
            assert set(edit.anchors_added) == set(ring.tolist())
            before.append(error(start, truth, ring))
            after.append(error(edit.landmarks, truth, ring))
            folded += flips(start, edit.landmarks)
    assert np.median(after) < 0.55 * np.median(before)
    assert folded <= 2


def test_the_contour_is_found_by_itself(faces) -> None:
    for number, truth in enumerate(faces):
        start = spoiled(truth, number, 0.4)
        for name in FACE_468.contours:
            edit = drawn(
                ContourTool(), MeshState.of(start, start, FACE_468), outline_of(truth, name)
            )
            assert set(edit.anchors_added) <= set(contour(FACE_468, name).vertices.tolist())


def test_the_vertices_lie_on_the_line(faces) -> None:
    truth = faces[0]
    start = spoiled(truth, 3)
    line = outline_of(truth, "lips_outer")
    edit = drawn(ContourTool(contour="lips_outer"), MeshState.of(start, start, FACE_468), line)
    placed = plane(edit.landmarks)[list(edit.anchors_added)]
    away = np.abs(placed[:, None] - line).min(axis=1)
    assert away.max() < 0.015 * outer_iod(truth, FACE_468)


def test_either_direction_and_any_beginning_give_the_same(faces) -> None:
    start = spoiled(faces[0], 4)
    state, tool = MeshState.of(start, start, FACE_468), ContourTool(contour="left_eye")
    results = [
        drawn(tool, state, line).landmarks
        for line in (
            outline_of(faces[0], "left_eye"),
            outline_of(faces[0], "left_eye")[::-1],
            outline_of(faces[0], "left_eye", start=6),
        )
    ]
    for other in results[1:]:
        assert vertex_errors(results[0], other).max() < 0.015 * outer_iod(faces[0], FACE_468)


@pytest.mark.parametrize("backwards", [False, True])
def test_half_a_contour_moves_that_half_onto_the_line(backwards, faces) -> None:
    truth = faces[1]
    start = spoiled(truth, 5)
    upper = contour(FACE_468, "lips_outer").vertices[:11]
    line = trembling(outline_of(truth, "lips_outer", edges=10), truth)
    line = line[::-1] if backwards else line
    edit = drawn(ContourTool(), MeshState.of(start, start, FACE_468), line)
    assert set(edit.anchors_added) == set(upper.tolist())
    assert error(edit.landmarks, truth, upper) < 0.5 * error(start, truth, upper)
    assert flips(start, edit.landmarks) == 0


def test_beside_a_stretch_the_contour_goes_on_without_a_kink(faces) -> None:
    truth, iod = faces[0], outer_iod(faces[0], FACE_468)
    line = outline_of(truth, "face_oval", start=4, edges=8) + 0.05 * iod
    edit = drawn(ContourTool(), MeshState.of(truth, truth, FACE_468), line)
    ring = contour(FACE_468, "face_oval").vertices
    placed = np.flatnonzero(np.isin(ring, edit.anchors_added))
    moves = plane(edit.landmarks) - plane(truth)
    for end, beside in ((placed[0], placed[0] - 1), (placed[-1], placed[-1] + 1)):
        jump = abs(moves[ring[end]] - moves[ring[beside % len(ring)]])
        assert jump < 0.35 * abs(moves[ring[end]])


def test_the_surroundings_follow(faces) -> None:
    truth = faces[0]
    start = spoiled(truth, 6)
    edit = drawn(
        ContourTool(), MeshState.of(start, start, FACE_468), outline_of(truth, "lips_outer")
    )
    lips = np.setdiff1d(FACE_468.topology.regions["lips"], contour(FACE_468, "lips_outer").vertices)
    assert error(edit.landmarks, truth, lips) < 0.7 * error(start, truth, lips)


def test_depth_stays_and_nothing_is_mutated(faces) -> None:
    start = spoiled(faces[0], 7)
    state = MeshState.of(start, start, FACE_468)
    kept = start.copy()
    edit = drawn(ContourTool(), state, outline_of(faces[0], "right_eye"))
    assert_array_equal(start, kept)
    assert_array_equal(edit.landmarks[:, 2], start[:, 2])


def test_pinned_hidden_and_placed_vertices_stay(faces) -> None:
    start = spoiled(faces[0], 8)
    ring = contour(FACE_468, "lips_outer").vertices
    hidden = np.zeros(468, bool)
    hidden[[ring[7], 200]] = True
    marks = with_pins(no_marks(FACE_468.count), [int(ring[3]), 50], pinned=True)
    state = MeshState.of(
        start, start, FACE_468, marks=marks, anchors=(1, 152, int(ring[12])), hidden=hidden
    )
    edit = drawn(ContourTool(), state, outline_of(faces[0], "lips_outer"))
    still = [ring[3], 50, ring[7], 200, 1, 152]
    assert_array_equal(edit.landmarks[still], start[still])
    assert not np.array_equal(edit.landmarks[ring[12]], start[ring[12]])
    assert set(edit.anchors_added) == set(ring.tolist()) - {ring[3], ring[7], ring[12]}


def test_a_hidden_contour_is_not_meant(faces) -> None:
    hidden = np.zeros(468, bool)
    hidden[contour(FACE_468, "lips_inner").vertices] = True
    state = MeshState.of(faces[0], faces[0], FACE_468, hidden=hidden)
    line = outline_of(faces[0], "lips_inner", edges=8)
    edit = drawn(ContourTool(), state, line)
    assert set(edit.anchors_added) <= set(contour(FACE_468, "lips_outer").vertices.tolist())
    assert drawn(ContourTool(contour="lips_inner"), state, line) is None


def test_half_of_a_contour_placed_before_stays_when_the_other_is_drawn(faces) -> None:
    start = spoiled(faces[0], 9)
    ring = contour(FACE_468, "left_eye").vertices
    first = drawn(
        ContourTool(),
        MeshState.of(start, start, FACE_468),
        outline_of(faces[0], "left_eye", edges=8),
    )
    state = MeshState.of(first.landmarks, start, FACE_468, anchors=first.anchors_added)
    second = drawn(ContourTool(), state, outline_of(faces[0], "left_eye", start=8, edges=8))
    middle = ring[2:7]
    assert_array_equal(second.landmarks[middle], first.landmarks[middle])
    assert error(second.landmarks, faces[0], ring) < 0.5 * error(start, faces[0], ring)


def test_a_turned_moved_and_larger_face_is_edited_likewise(faces) -> None:
    start = spoiled(faces[0], 10)
    line = outline_of(faces[0], "lips_outer", edges=13)
    turn, shift = 1.7 * np.exp(0.9j), 300 - 120j

    def elsewhere(mesh: np.ndarray) -> np.ndarray:
        points = turn * plane(mesh) + shift
        return np.column_stack([points.real, points.imag, mesh[:, 2]]).astype(np.float32)

    moved = elsewhere(start)
    here = drawn(ContourTool(), MeshState.of(start, start, FACE_468), line)
    there = drawn(ContourTool(), MeshState.of(moved, moved, FACE_468), turn * line + shift)
    assert set(here.anchors_added) == set(there.anchors_added)
    apart = vertex_errors(elsewhere(here.landmarks), there.landmarks)
    assert apart.max() < 0.01 * outer_iod(moved, FACE_468)


def test_how_many_events_come_matters_little(faces) -> None:
    start = spoiled(faces[0], 11)
    line = outline_of(faces[0], "face_oval")
    state = MeshState.of(start, start, FACE_468)
    many, few = (drawn(ContourTool(), state, line[::step]).landmarks for step in (1, 4))
    assert vertex_errors(many, few).max() < 0.02 * outer_iod(start, FACE_468)


def test_overshooting_the_ends_does_little(faces) -> None:
    truth, iod = faces[0], outer_iod(faces[0], FACE_468)
    start = spoiled(truth, 12, 0.3)
    line = outline_of(truth, "right_eye", edges=8)
    beyond = line[-1] + np.linspace(0.01, 0.04, 4) * iod * (line[-1] - line[-5]) / abs(
        line[-1] - line[-5]
    )
    edit = drawn(ContourTool(), MeshState.of(start, start, FACE_468), np.append(line, beyond))
    upper = contour(FACE_468, "right_eye").vertices[:9]
    assert set(upper[:-1].tolist()) <= set(edit.anchors_added)
    assert error(edit.landmarks, truth, upper) < 0.015


def test_a_line_far_from_all_contours_is_no_edit(faces) -> None:
    mesh, iod = faces[0], outer_iod(faces[0], FACE_468)
    across = plane(mesh)[107] + np.linspace(0, 1.5, 60) * 1j * iod
    assert drawn(ContourTool(), MeshState.of(mesh, mesh, FACE_468), across) is None


def test_out_of_reach_there_is_nothing_to_draw(faces) -> None:
    mesh = faces[0]
    state, away = MeshState.of(mesh, mesh, FACE_468), (-5000.0, -5000.0)
    assert ContourTool().begin(state, away, 1.0) is None
    assert ContourTool().aim(state, away, 1.0) is None
    assert ContourTool(contour="lips_inner").begin(state, away, 1.0) is None


def test_before_the_press_the_contour_that_is_meant_shows(faces) -> None:
    mesh = faces[0]
    marks = with_pins(no_marks(FACE_468.count), [386], pinned=True)
    aim = ContourTool().aim(
        MeshState.of(mesh, mesh, FACE_468, marks=marks), tuple(mesh[387, :2].tolist()), 1.0
    )
    assert aim.influence[386] == 0
    assert (aim.influence[np.setdiff1d(contour(FACE_468, "left_eye").vertices, [386])] == 1).all()
    assert 0 < aim.influence[152] < 1


@pytest.mark.parametrize("anchors", [(), (1, 61, 152, 291)])
def test_before_the_press_the_share_shows_that_others_will_take(anchors, faces) -> None:
    mesh, name = faces[0], "left_eyebrow"
    state, tool = (
        MeshState.of(mesh, mesh, FACE_468, anchors=anchors),
        ContourTool(contour=name, guards=False),
    )
    aim = tool.aim(state, tuple(mesh[300, :2].tolist()), 1.0)
    way = 0.05 * outer_iod(mesh, FACE_468)
    edit = drawn(tool, state, outline_of(mesh, name) - 1j * way)
    shares = np.linalg.norm((edit.landmarks - mesh)[:, :2], axis=1) / way
    assert np.corrcoef(shares, aim.influence)[0, 1] > 0.95
    assert np.abs(shares - aim.influence).mean() < 0.13
    assert not aim.influence[list(anchors)].any()


def test_a_contour_that_is_pinned_altogether_shows_no_influence(faces) -> None:
    mesh = faces[0]
    marks = with_pins(
        no_marks(FACE_468.count), contour(FACE_468, "lips_outer").vertices, pinned=True
    )
    tool = ContourTool(contour="lips_outer")
    aim = tool.aim(
        MeshState.of(mesh, mesh, FACE_468, marks=marks), tuple(mesh[0, :2].tolist()), 1.0
    )
    assert not aim.influence.any()


def test_while_drawing_the_line_and_the_shares_show(faces) -> None:
    start = spoiled(faces[0], 13)
    line = outline_of(faces[0], "left_eyebrow")
    gesture = ContourTool().begin(
        MeshState.of(start, start, FACE_468), (line[0].real, line[0].imag), 1.0
    )
    for point in line[1:]:
        gesture = gesture.moved((point.real, point.imag))
        assert ((gesture.aim.influence >= 0) & (gesture.aim.influence <= 1)).all()
    (shown,) = gesture.aim.lines
    assert_allclose(shown[-1], (line[-1].real, line[-1].imag))
    assert (gesture.aim.influence[list(gesture.edit.anchors_added)] == 1).all()
    assert 0 < gesture.aim.influence[33] < 1


def test_clicked_points_wait_until_they_are_finished(faces) -> None:
    truth = faces[0]
    start = spoiled(truth, 14, 0.4)
    state = MeshState.of(start, start, FACE_468)
    upper = contour(FACE_468, "lips_outer").vertices[:11]
    tool = clicked(ContourTool(), state, plane(truth)[upper[[0, 2, 4, 5, 6, 8, 10]]])
    assert tool.is_pending
    edit, after = tool.finished(state)
    assert after == ContourTool() and not after.is_pending
    assert set(edit.anchors_added) == set(upper.tolist())
    assert error(edit.landmarks, truth, upper) < 0.5 * error(start, truth, upper)


def test_clicking_the_newest_point_again_applies_them(faces) -> None:
    start = spoiled(faces[0], 14)
    state = MeshState.of(start, start, FACE_468)
    points = plane(faces[0])[contour(FACE_468, "lips_outer").vertices[[0, 2, 5, 8, 10]]]
    tool = clicked(ContourTool(), state, points)
    expected, _ = tool.finished(state)
    gesture = tool.begin(state, (points[-1].real + 0.3, points[-1].imag), CLOSE_UP)
    assert_array_equal(gesture.edit.landmarks, expected.landmarks)
    assert gesture.tool == ContourTool()


def test_clicking_the_first_point_again_goes_all_round(faces) -> None:
    start = spoiled(faces[0], 15)
    state, ring = MeshState.of(start, start, FACE_468), contour(FACE_468, "right_eye").vertices
    points = plane(faces[0])[ring[::2]]
    tool = clicked(ContourTool(), state, points)
    gesture = tool.begin(state, (points[0].real, points[0].imag), CLOSE_UP)
    assert set(gesture.edit.anchors_added) == set(ring.tolist())
    assert gesture.tool == ContourTool()


def test_clicks_can_be_dropped_one_by_one_or_all(faces) -> None:
    state = MeshState.of(faces[0], faces[0], FACE_468)
    points = plane(faces[0])[contour(FACE_468, "lips_outer").vertices[:4]]
    tool = clicked(ContourTool(), state, points)
    assert tool.without_last_click() == clicked(ContourTool(), state, points[:-1])
    assert tool.cancelled() == ContourTool()
    assert clicked(ContourTool(), state, points[:1]).finished(state) == (None, ContourTool())
    assert ContourTool().finished(state) == (None, ContourTool())


def test_with_points_pending_the_line_to_the_pointer_shows(faces) -> None:
    state = MeshState.of(faces[0], faces[0], FACE_468)
    points = plane(faces[0])[contour(FACE_468, "lips_outer").vertices[:4]]
    tool = clicked(ContourTool(), state, points[:3])
    aim = tool.aim(state, (points[3].real, points[3].imag), CLOSE_UP)
    assert_allclose(aim.lines[0][-1], (points[3].real, points[3].imag))
    assert aim.influence[contour(FACE_468, "lips_outer").vertices[1]] == 1


def test_a_press_that_hardly_moves_is_a_click(faces) -> None:
    mesh = faces[0]
    x, y = mesh[0, :2].tolist()
    gesture = ContourTool().begin(MeshState.of(mesh, mesh, FACE_468), (x, y), 1.0).moved((x + 2, y))
    assert gesture.edit is None
    assert gesture.tool == ContourTool(clicks=((x, y),))
    zoomed_in = (
        ContourTool().begin(MeshState.of(mesh, mesh, FACE_468), (x, y), 0.1).moved((x + 2, y))
    )
    assert zoomed_in.tool == ContourTool()


def test_the_guard_can_be_left_out(faces) -> None:
    start = spoiled(faces[0], 16, 1.0)
    line = outline_of(faces[0], "face_oval")
    state, tool = MeshState.of(start, start, FACE_468), ContourTool(guards=False)
    free, guarded = drawn(tool, state, line), drawn(ContourTool(), state, line)
    assert flips(start, guarded.landmarks) < flips(start, free.landmarks)
    placed = list(free.anchors_added)
    assert_array_equal(free.landmarks[placed], guarded.landmarks[placed])


def test_tools_are_equal_to_their_like() -> None:
    assert ContourTool() == ContourTool()
    assert hash(ContourTool()) == hash(ContourTool())
    other = prior_covariance(DEFAULT_PRIOR, FACE_468)
    assert ContourTool(covariance=other) != ContourTool()
    assert replace(ContourTool(), contour="lips_inner") != ContourTool()


def test_an_unknown_contour_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected one of face_oval, .* but got 'ear'"):
        ContourTool(contour="ear")
