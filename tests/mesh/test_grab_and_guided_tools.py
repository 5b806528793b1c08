"""Grab and Guided as an annotator uses them: aim, press, move, release."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.brush import Brush, Metric
from annotator.mesh.covariance import DEFAULT_PRIOR, canonical_covariance, prior_covariance
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import with_pins
from annotator.mesh.symmetry import fitted_midline
from annotator.mesh.tools.base import Edit, Gesture, MeshState, Tool
from annotator.mesh.tools.box import Box, BoxTool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool

CHIN, UPPER_LIP, LOWER_LIP, RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER = 152, 13, 14, 61, 291


def at(state: MeshState, vertex: int) -> tuple[float, float]:
    x, y, _ = state.landmarks[vertex].tolist()
    return x, y


def begun(tool: Tool, state: MeshState, vertex: int) -> Gesture:
    gesture = tool.begin(state, at(state, vertex), 1.0)
    assert gesture is not None
    return gesture


def dragged(tool: Tool, state: MeshState, vertex: int, by: tuple[float, float]) -> Edit:
    x, y = at(state, vertex)
    edit = begun(tool, state, vertex).moved((x + by[0], y + by[1])).edit
    assert edit is not None
    return edit


def moves(state: MeshState, edit: Edit) -> np.ndarray:
    return edit.landmarks - state.landmarks


def test_a_grabbed_vertex_follows_the_hand_and_depth_stays(state: MeshState) -> None:
    moved = moves(state, dragged(GrabTool(), state, CHIN, (4, 9)))
    assert_allclose(moved[CHIN], [4, 9, 0], atol=1e-4)
    assert not moved[:, 2].any()


def test_what_the_aim_shows_is_what_the_drag_moves(state: MeshState) -> None:
    tool = GrabTool(guards=False)
    aim = tool.aim(state, at(state, CHIN), 1.0)
    assert aim is not None
    moved = moves(state, dragged(tool, state, CHIN, (0, 10)))
    assert_allclose(moved[:, 1], 10 * aim.influence, atol=1e-4)


def test_the_circle_lies_around_the_vertex_that_is_held_not_around_the_pointer(
    state: MeshState,
) -> None:
    x, y = at(state, CHIN)
    tool, pointer = GrabTool(Brush(radius_px=10)), (x, y + 22)
    aim = tool.aim(state, pointer, 1.0)
    assert aim is not None
    assert aim.centre == (x, y)
    moving = state.landmarks[aim.influence > 0, :2]
    assert (np.linalg.norm(moving - aim.centre, axis=1) <= 10).all()
    gesture = tool.begin(state, pointer, 1.0)
    assert gesture is not None
    assert gesture.aim.centre == (x, y)
    assert_allclose(gesture.moved((x + 5, y + 30)).aim.centre, (x + 5, y + 8), atol=1e-4)


def test_a_circle_held_back_by_the_guard_stays_with_its_vertex(state: MeshState) -> None:
    around = np.setdiff1d(np.arange(468), [UPPER_LIP])
    held = replace(state, marks=with_pins(state.marks, around, pinned=True))
    x, y = at(state, UPPER_LIP)
    gesture = begun(GrabTool(), held, UPPER_LIP).moved((x, y - 60))
    assert gesture.edit is not None
    assert_allclose(gesture.aim.centre, gesture.edit.landmarks[UPPER_LIP, :2], atol=1e-4)
    assert gesture.aim.centre[1] > y - 50


def test_a_drag_depends_on_press_and_pointer_alone(state: MeshState) -> None:
    gesture = begun(GrabTool(), state, UPPER_LIP)
    x, y = at(state, UPPER_LIP)
    wandered = gesture.moved((x + 40, y)).moved((x - 3, y + 20)).moved((x + 5, y + 5))
    straight = gesture.moved((x + 5, y + 5))
    assert wandered.edit is not None and straight.edit is not None
    assert_array_equal(wandered.edit.landmarks, straight.edit.landmarks)
    assert wandered.moved((x, y)).edit is None


def test_nothing_is_grabbed_from_the_other_side_of_the_room(state: MeshState) -> None:
    for tool in (GrabTool(), GuidedTool()):
        assert tool.begin(state, (5.0, 5.0), 1.0) is None
        assert tool.aim(state, (5.0, 5.0), 1.0) is None


@pytest.mark.parametrize(
    "tool", [GrabTool(Brush(0.8)), GrabTool(Brush(0.8), mirrors=True), GuidedTool()]
)
def test_pinned_and_hidden_vertices_stay(tool: Tool, state: MeshState) -> None:
    hidden = np.zeros(468, bool)
    hidden[LOWER_LIP] = True
    held = replace(
        state, marks=with_pins(state.marks, [RIGHT_MOUTH_CORNER], pinned=True), hidden=hidden
    )
    moved = moves(held, dragged(tool, held, UPPER_LIP, (3, -12)))
    assert not moved[[RIGHT_MOUTH_CORNER, LOWER_LIP]].any()
    assert moved[UPPER_LIP].any()


def test_a_pinned_vertex_cannot_be_grabbed_its_neighbour_is(state: MeshState) -> None:
    held = replace(state, marks=with_pins(state.marks, [CHIN], pinned=True))
    edit = dragged(GrabTool(), held, CHIN, (0, 8))
    assert not moves(held, edit)[CHIN].any()


def test_across_the_face_the_lower_lip_goes_along_along_the_mesh_it_stays(state: MeshState) -> None:
    along = dragged(GrabTool(Brush(0.3), guards=False), state, UPPER_LIP, (0, -5))
    across = dragged(
        GrabTool(Brush(0.3, metric=Metric.STRAIGHT), guards=False), state, UPPER_LIP, (0, -5)
    )
    assert abs(moves(state, along)[LOWER_LIP, 1]) < 0.05
    assert moves(state, across)[LOWER_LIP, 1] < -2


def test_a_mirrored_drag_moves_both_halves_alike(state: MeshState) -> None:
    moved = moves(
        state, dragged(GrabTool(Brush(0.2), mirrors=True), state, RIGHT_MOUTH_CORNER, (-6, 2))
    )
    assert_allclose(moved[RIGHT_MOUTH_CORNER, :2], [-6, 2], atol=0.01)
    assert_allclose(moved[LEFT_MOUTH_CORNER, :2], [6, 2], atol=0.01)
    mirror = FACE_468.topology.mirror
    assert_allclose(moved[mirror] * [-1, 1, 1], moved, atol=0.02)


def test_a_mirrored_drag_of_the_midline_goes_along_it(state: MeshState) -> None:
    moved = moves(state, dragged(GrabTool(mirrors=True), state, CHIN, (5, 8)))
    assert_allclose(moved[CHIN, :2], [0, 8], atol=0.05)


def test_the_midline_of_a_turned_face_turns_with_it(state: MeshState) -> None:
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = state.landmarks.copy()
    turned[:, :2] = state.landmarks[:, :2] @ turn.T
    assert abs(fitted_midline(turned, FACE_468) @ (turn @ [0, 1])) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("mirrors", [False, True])
def test_the_guard_keeps_strokes_from_folding_the_mesh(state: MeshState, mirrors: bool) -> None:
    rng = np.random.default_rng(3)
    triangles = FACE_468.topology.opened_triangles
    folds = {True: 0, False: 0}
    for _ in range(30):
        vertex, angle = int(rng.integers(468)), rng.uniform(0, 2 * np.pi)
        by = (30 * np.cos(angle), 30 * np.sin(angle))
        for guards in folds:
            edit = dragged(GrabTool(Brush(0.5), mirrors, guards), state, vertex, by)
            folds[guards] += int(newly_flipped(state.landmarks, edit.landmarks, triangles).sum())
    assert folds[True] == 0 < folds[False]


def test_a_guided_vertex_becomes_an_anchor_and_holds(state: MeshState) -> None:
    first = dragged(GuidedTool(), state, RIGHT_MOUTH_CORNER, (-5, 3))
    assert first.anchors_added == (RIGHT_MOUTH_CORNER,)
    after = replace(state, landmarks=first.landmarks, anchors=first.anchors_added)
    second = dragged(GuidedTool(), after, LEFT_MOUTH_CORNER, (5, 3))
    assert not moves(after, second)[RIGHT_MOUTH_CORNER].any()
    again = dragged(GuidedTool(), after, RIGHT_MOUTH_CORNER, (1, 1))
    assert again.anchors_added == ()


def test_one_guided_anchor_moves_the_whole_face(state: MeshState) -> None:
    moved = moves(state, dragged(GuidedTool(), state, 4, (10, 0)))
    assert np.median(moved[:, 0]) > 5


def test_a_click_places_an_anchor_and_a_click_on_it_removes_it(state: MeshState) -> None:
    placed = begun(GuidedTool(), state, CHIN).edit
    assert placed is not None
    assert placed.anchors_added == (CHIN,)
    assert_array_equal(placed.landmarks, state.landmarks)
    removed = begun(GuidedTool(), replace(state, anchors=(CHIN,)), CHIN).edit
    assert removed is not None
    assert removed.anchors_removed == (CHIN,)


def test_tools_compare_by_their_settings() -> None:
    assert GrabTool(Brush(0.3)) == GrabTool(Brush(0.3)) != GrabTool(Brush(0.4))
    learned = prior_covariance(DEFAULT_PRIOR, FACE_468)
    assert GuidedTool() == GuidedTool() != GuidedTool(learned)


def test_guided_drag_expects_the_usual_errors_until_others_were_learned(state: MeshState) -> None:
    usual = dragged(GuidedTool(canonical_covariance(FACE_468)), state, CHIN, (10, 4))
    assert_array_equal(dragged(GuidedTool(), state, CHIN, (10, 4)).landmarks, usual.landmarks)


def test_a_box_is_carried_on_however_it_was_drawn_and_a_slip_is_none(state: MeshState) -> None:
    tool = BoxTool(adds_face=True)
    drawn = tool.begin(state, (90, 80), 1.0).moved((10, 20))
    assert drawn.edit is None
    assert drawn.tool == BoxTool(adds_face=True, box=Box(10, 20, 90, 80))
    slip = tool.begin(state, (90, 80), 1.0).moved((93, 150))
    assert slip.tool == tool
