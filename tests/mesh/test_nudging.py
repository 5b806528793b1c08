"""Nudges: what a tool would take hold of moves by exactly so much, without a mouse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotator.mesh.brush import Brush
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState, Tool
from annotator.mesh.tools.box import BoxTool
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.mesh.tools.marking import PinTool
from annotator.mesh.tools.relax import RelaxTool
from annotator.mesh.tools.restore import RestoreTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.mesh.tools.transform import TransformTool
from annotator.mesh.tools.turned import TurnedTool
from annotator.mesh.turning import Turn

CHIN, NOSE_TIP = 152, 1
ASKEW = Turn(yaw=-35, pitch=20, centre=(300.0, 250.0, 10.0))


def near(mesh: np.ndarray, vertex: int) -> tuple[float, float]:
    x, y, _ = mesh[vertex].tolist()
    return x + 0.4, y - 0.3


@pytest.mark.parametrize("tool", [GrabTool(), GrabTool(Brush(strength=0.3)), GuidedTool()])
@pytest.mark.parametrize("way", [(1.0, 0.0), (0.0, -0.25), (10.0, 7.0)])
def test_the_vertex_under_the_pointer_moves_by_exactly_the_nudge(
    state: MeshState, tool: Tool, way: tuple[float, float]
) -> None:
    edit = tool.nudged(state, near(state.landmarks, CHIN), 1.0, way)
    assert edit is not None
    assert_allclose((edit.landmarks - state.landmarks)[CHIN], [*way, 0], atol=1e-4)


def test_a_guided_nudge_places_the_vertex_and_never_clicks_it(state: MeshState) -> None:
    start = near(state.landmarks, CHIN)
    placed = GuidedTool().nudged(state, start, 1.0, (0.5, 0.0))
    assert placed is not None
    assert placed.anchors_added == (CHIN,)
    anchored = MeshState.of(state.landmarks, state.prediction, FACE_468, anchors=(CHIN,))
    again = GuidedTool().nudged(anchored, start, 1.0, (0.5, 0.0))
    assert again is not None
    assert again.anchors_added == again.anchors_removed == ()


def test_in_a_turned_view_a_nudge_goes_the_way_it_is_seen(state: MeshState) -> None:
    seen = ASKEW.seen(state.landmarks)
    for tool in (GrabTool(), GuidedTool()):
        edit = TurnedTool(tool, ASKEW).nudged(state, near(seen, NOSE_TIP), 1.0, (2.0, -1.0))
        assert edit is not None
        moved = ASKEW.seen(edit.landmarks) - seen
        assert_allclose(moved[NOSE_TIP], [2, -1, 0], atol=1e-3)
    selected = TurnedTool(TransformTool().with_region("nose"), ASKEW)
    edit = selected.nudged(state, None, 1.0, (2.0, -1.0))
    assert edit is not None
    assert_allclose((ASKEW.seen(edit.landmarks) - seen)[NOSE_TIP], [2, -1, 0], atol=1e-3)


@pytest.mark.parametrize("tool", [GrabTool(), GuidedTool()])
def test_out_of_reach_off_the_image_and_by_nothing_there_is_no_nudge(
    state: MeshState, tool: Tool
) -> None:
    assert tool.nudged(state, (-500.0, -500.0), 1.0, (1.0, 0.0)) is None
    assert tool.nudged(state, None, 1.0, (1.0, 0.0)) is None
    assert tool.nudged(state, near(state.landmarks, CHIN), 1.0, (0.0, 0.0)) is None


@pytest.mark.parametrize(
    "tool",
    [
        SmoothTool(Brush()),
        RelaxTool(Brush()),
        RestoreTool(Brush()),
        PinTool(Brush()),
        ContourTool(),
        BoxTool(),
        TransformTool(),
    ],
)
def test_tools_that_take_hold_of_nothing_are_not_nudged(state: MeshState, tool: Tool) -> None:
    assert tool.nudged(state, near(state.landmarks, CHIN), 1.0, (1.0, 0.0)) is None
