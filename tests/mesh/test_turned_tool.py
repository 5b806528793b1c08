"""Tools in a view turned in space, and the turn itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.brush import Brush
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import with_pins
from annotator.mesh.tools.base import MeshState, Tool
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.turned import TurnedTool, plain_tool, seen_state
from annotator.mesh.turning import Turn

CHIN, NOSE_TIP = 152, 1
PROFILE = Turn(yaw=90, centre=(300.0, 250.0, 0.0))
ASKEW = Turn(yaw=-35, pitch=20, centre=(300.0, 250.0, 10.0))


def dragged(tool: Tool, state: MeshState, start: tuple[float, float], by: tuple[float, float]):
    gesture = tool.begin(state, start, 1.0)
    assert gesture is not None
    edit = gesture.moved((start[0] + by[0], start[1] + by[1])).edit
    assert edit is not None
    return edit.landmarks


def seen_at(state: MeshState, turn: Turn, vertex: int) -> tuple[float, float]:
    x, y, _ = turn.seen(state.landmarks)[vertex].tolist()
    return x, y


def test_there_and_back_is_the_same(upright_face: np.ndarray) -> None:
    assert_allclose(ASKEW.unseen(ASKEW.seen(upright_face)), upright_face, atol=1e-3)


def test_a_turn_bends_nothing_and_mirrors_nothing() -> None:
    assert_allclose(ASKEW.matrix @ ASKEW.matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(ASKEW.matrix) == pytest.approx(1)


def test_what_is_near_goes_the_way_of_the_drag(upright_face: np.ndarray) -> None:
    nose = upright_face[NOSE_TIP]
    assert nose[2] < 0, "smaller is nearer"
    at_rest = Turn(centre=ASKEW.centre)
    assert at_rest.by(20, 0).seen(upright_face)[NOSE_TIP, 0] > nose[0] + 1
    assert at_rest.by(0, 20).seen(upright_face)[NOSE_TIP, 1] > nose[1] + 1


def test_the_view_goes_all_around_and_never_over_the_top() -> None:
    assert Turn(yaw=170).by(30, 0).yaw == pytest.approx(-160)
    assert Turn().by(0, 500).pitch < 90
    assert Turn(10, 20).around((1, 2, 3)) == Turn(10, 20, (1, 2, 3))


def test_seen_from_the_front_a_tool_does_what_it_always_does(state: MeshState) -> None:
    tool, start = GrabTool(Brush()), seen_at(state, Turn(), CHIN)
    plain = dragged(tool, state, start, (7, 4))
    turned = dragged(TurnedTool(tool, Turn()), state, start, (7, 4))
    assert_allclose(turned, plain, atol=1e-3)


def test_dragged_sideways_in_profile_a_vertex_moves_in_depth_only(state: MeshState) -> None:
    start = seen_at(state, PROFILE, NOSE_TIP)
    tool = TurnedTool(GrabTool(Brush()), PROFILE)
    moved = dragged(tool, state, start, (8, 0)) - state.landmarks
    # Seen with the nose to the right: further right is nearer.
    assert_allclose(moved[NOSE_TIP], [0, 0, -8], atol=1e-3)
    assert_allclose(moved[:, :2], 0, atol=1e-3)


def test_dragged_askew_a_vertex_follows_the_pointer_in_the_view(state: MeshState) -> None:
    start = seen_at(state, ASKEW, CHIN)
    after = dragged(TurnedTool(GrabTool(Brush()), ASKEW), state, start, (5, -9))
    seen = ASKEW.seen(after)[CHIN] - ASKEW.seen(state.landmarks)[CHIN]
    assert_allclose(seen, [5, -9, 0], atol=1e-3)


def test_what_does_not_move_keeps_its_very_numbers(state: MeshState) -> None:
    pinned = MeshState.of(
        state.landmarks,
        state.prediction,
        FACE_468,
        marks=with_pins(state.marks, [CHIN], pinned=True),
    )
    start = seen_at(pinned, ASKEW, NOSE_TIP)
    tool = TurnedTool(GrabTool(Brush(radius_iod=0.3)), ASKEW)
    after = dragged(tool, pinned, start, (6, 6))
    still = (after == state.landmarks).all(axis=1)
    assert still[CHIN]
    assert 50 < still.sum() < 468


def test_the_aim_is_that_of_the_tool_on_what_is_seen(state: MeshState) -> None:
    tool, start = GrabTool(Brush()), seen_at(state, ASKEW, CHIN)
    aim = TurnedTool(tool, ASKEW).aim(state, start, 1.0)
    expected = tool.aim(seen_state(state, ASKEW), start, 1.0)
    assert aim is not None
    assert expected is not None
    assert aim.centre == expected.centre
    assert_array_equal(aim.influence, expected.influence)


def test_out_of_reach_nothing_begins(state: MeshState) -> None:
    tool = TurnedTool(GrabTool(Brush()), ASKEW)
    assert tool.aim(state, (-5000, -5000), 1.0) is None
    assert tool.begin(state, (-5000, -5000), 1.0) is None


def test_a_turned_tool_is_equal_to_its_like_and_lets_go_of_its_view(state: MeshState) -> None:
    tool = TurnedTool(GrabTool(Brush()), ASKEW)
    assert tool == TurnedTool(GrabTool(Brush()), Turn(ASKEW.yaw, ASKEW.pitch, ASKEW.centre))
    assert hash(tool) == hash(TurnedTool(GrabTool(Brush()), ASKEW))
    assert tool != TurnedTool(GrabTool(Brush()), PROFILE)
    assert tool.name == "grab"
    assert plain_tool(tool) == plain_tool(GrabTool(Brush())) == GrabTool(Brush())
    gesture = tool.begin(state, seen_at(state, ASKEW, CHIN), 1.0)
    assert gesture is not None
    assert gesture.tool == tool


def test_the_same_mesh_is_seen_as_the_same_state(state: MeshState) -> None:
    assert seen_state(state, ASKEW) is seen_state(state, ASKEW)
    assert seen_state(state, PROFILE) is not seen_state(state, ASKEW)


def test_what_a_tool_holds_between_strokes_is_finished_in_the_view(state: MeshState) -> None:
    tool: Tool = TurnedTool(ContourTool(contour="lips_outer"), ASKEW)
    for vertex in (61, 0, 291):
        gesture = tool.begin(state, seen_at(state, ASKEW, vertex), 1.0)
        assert gesture is not None
        tool = gesture.tool
    assert tool.is_pending
    assert not tool.cancelled().is_pending
    edit, after = tool.finished(state)
    assert edit is not None
    assert not after.is_pending
    # Clicked where the lip is: it stays about there, in all three directions.
    assert np.abs(edit.landmarks - state.landmarks).max() < 15
    assert TurnedTool(GrabTool(Brush()), ASKEW).finished(state)[0] is None
