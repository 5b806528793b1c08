"""The brushes that mark vertices: pins and visibility."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.brush import Brush, Metric, brush_weights
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import (
    Visibility,
    is_pinned,
    no_marks,
    visibility_in_frame,
    visibility_of,
    with_pins,
    with_visibility,
)
from annotator.mesh.tools.base import MeshState, Position
from annotator.mesh.tools.marking import MarkingTool, PinTool, VisibilityTool

PIXEL = 0.5
UPPER_LIP, LOWER_LIP, NOSE, CHEEK = 13, 14, 4, 50
BRUSH = Brush(0.2, strength=0.3)


@pytest.fixture
def state() -> MeshState:
    """The canonical face, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    mesh = vertices * np.float32(100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])
    return MeshState.of(mesh, mesh, FACE_468)


def place(state: MeshState, vertex: int) -> Position:
    x, y = state.landmarks[vertex, :2].tolist()
    return x, y


def marked(tool: MarkingTool, state: MeshState, path: list[Position]) -> np.ndarray:
    gesture = tool.begin(state, path[0], PIXEL)
    assert gesture is not None
    for position in path[1:]:
        gesture = gesture.moved(position)
    edit = gesture.edit
    assert edit is not None
    assert edit.marks is not None
    assert_array_equal(edit.landmarks, state.landmarks)
    return edit.marks


def test_a_press_pins_all_vertices_within_the_radius(state: MeshState) -> None:
    marks = marked(PinTool(BRUSH), state, [place(state, NOSE)])
    within = brush_weights(state.landmarks, FACE_468, NOSE, BRUSH) > 0
    assert_array_equal(is_pinned(marks), within)
    assert not state.marks.any()


def test_a_stroke_marks_along_the_whole_path_however_few_events_came(state: MeshState) -> None:
    ends = [place(state, NOSE), place(state, CHEEK)]
    marks = marked(PinTool(BRUSH), state, ends)
    finely = np.linspace(*ends, 50).tolist()
    assert_array_equal(marked(PinTool(BRUSH), state, [(x, y) for x, y in finely]), marks)
    alone = [marked(PinTool(BRUSH), state, [end]) for end in ends]
    assert is_pinned(marks).sum() > (is_pinned(alone[0]) | is_pinned(alone[1])).sum()


def test_unpinning_sets_free_what_was_pinned(state: MeshState) -> None:
    pinned = replace(state, marks=with_pins(no_marks(FACE_468.count), range(468), pinned=True))
    marks = marked(PinTool(BRUSH, pinned=False), pinned, [place(state, NOSE)])
    assert not is_pinned(marks)[NOSE]
    assert is_pinned(marks)[CHEEK]


@pytest.mark.parametrize("visibility", [Visibility.OCCLUDED, Visibility.OUT_OF_FRAME])
def test_visibility_is_painted_and_pins_stay(state: MeshState, visibility: Visibility) -> None:
    pinned = replace(state, marks=with_pins(no_marks(FACE_468.count), [NOSE], pinned=True))
    marks = marked(VisibilityTool(BRUSH, visibility), pinned, [place(state, NOSE)])
    assert visibility_of(marks)[NOSE] == visibility
    assert visibility_of(marks)[CHEEK] == Visibility.VISIBLE
    assert is_pinned(marks)[NOSE]


def test_visible_can_be_painted_back(state: MeshState) -> None:
    occluded = with_visibility(no_marks(FACE_468.count), range(468), Visibility.OCCLUDED)
    tool = VisibilityTool(BRUSH, Visibility.VISIBLE)
    marks = marked(tool, replace(state, marks=occluded), [place(state, NOSE)])
    assert visibility_of(marks)[NOSE] == Visibility.VISIBLE
    assert visibility_of(marks)[CHEEK] == Visibility.OCCLUDED


def test_hidden_vertices_are_not_marked(state: MeshState) -> None:
    hidden = np.zeros(468, bool)
    hidden[NOSE] = True
    marks = marked(PinTool(BRUSH), replace(state, hidden=hidden), [place(state, NOSE)])
    assert not is_pinned(marks)[NOSE]
    assert is_pinned(marks).any()


def test_painting_what_is_so_already_is_no_stroke(state: MeshState) -> None:
    tool = VisibilityTool(BRUSH, Visibility.VISIBLE)
    gesture = tool.begin(state, place(state, NOSE), PIXEL)
    assert gesture is not None
    assert gesture.edit is None


def test_the_edge_is_hard_and_the_lips_are_apart(state: MeshState) -> None:
    aim = PinTool(BRUSH).aim(state, place(state, UPPER_LIP), PIXEL)
    across = PinTool(replace(BRUSH, metric=Metric.STRAIGHT)).aim(
        state, place(state, UPPER_LIP), PIXEL
    )
    assert aim is not None
    assert across is not None
    assert set(np.unique(aim.influence)) == {0.0, 1.0}
    assert aim.influence[LOWER_LIP] == 0
    assert across.influence[LOWER_LIP] == 1
    assert aim.radius == pytest.approx(20, rel=1e-3)


def test_the_tools_are_named_for_the_history() -> None:
    assert PinTool(BRUSH).name == "pin"
    assert PinTool(BRUSH, pinned=False).name == "unpin"
    assert VisibilityTool(BRUSH).name == "visibility"
    assert PinTool(BRUSH) != PinTool(BRUSH, pinned=False)


def test_what_lies_outside_the_photograph_is_out_of_frame_unless_it_is_marked() -> None:
    places = [(0, 0), (640, 480), (-0.01, 9), (9, 480.01), (700, 9), (9, -1), (320, 240)]
    marks = with_visibility(no_marks(len(places)), [4], Visibility.OCCLUDED)
    marks = with_pins(with_visibility(marks, [6], Visibility.OUT_OF_FRAME), [5], pinned=True)
    before = marks.copy()
    seen = visibility_in_frame(marks, np.array(places, np.float32), (640, 480))
    assert seen.tolist() == [0, 0, 2, 2, 1, 2, 2]
    assert_array_equal(marks, before)
