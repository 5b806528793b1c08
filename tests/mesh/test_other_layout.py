"""A layout that is made up, irises and all, in the annotator's hands: nothing counts to 468."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.brush import Brush
from annotator.mesh.covariance import (
    canonical_covariance,
    expected_covariance,
)
from annotator.mesh.folds import folded
from annotator.mesh.landmarks import as_landmarks, outer_iod
from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.learned import (
    Corrections,
    correction,
    learned_covariance,
    region_errors,
    variance_shares,
)
from annotator.mesh.marks import Visibility, is_pinned, visibility_of
from annotator.mesh.regions import region_at, region_vertices
from annotator.mesh.simulation import guarded, guided_tool, strokes_needed
from annotator.mesh.smoothing import relax, smooth
from annotator.mesh.texture import make_up_texture
from annotator.mesh.tools.base import Edit, MeshState, Tool
from annotator.mesh.tools.box import BoxTool
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.editor import MeshEditor, blank_state
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.mesh.tools.marking import PinTool, VisibilityTool
from annotator.mesh.tools.relax import RelaxTool
from annotator.mesh.tools.restore import RestoreTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.mesh.tools.transform import TransformTool
from annotator.mesh.tools.turned import TurnedTool
from annotator.mesh.turning import Turn

CHIN, CHEEK, MOUTH, PUPIL = 152, 50, 61, 468
MOVERS = [
    GrabTool(Brush(0.4)),
    GrabTool(Brush(0.8), mirrors=True),
    GuidedTool(),
    TurnedTool(GrabTool(Brush(0.4)), Turn(yaw=20.0, centre=(300.0, 250.0, 0.0))),
]
PAINTERS = [SmoothTool(Brush(0.5)), RelaxTool(Brush(0.5)), RestoreTool(Brush(0.5))]


def seen_from_the_front(layout: MeshLayout) -> np.ndarray:
    vertices = layout.topology.vertices * np.float32([1, -1, -1])
    return vertices * np.float32(100 / outer_iod(vertices, layout)) + np.float32([300, 250, 0])


def rough(mesh: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(2).normal(0, 0.5, (480, 3))
    return (mesh + noise[: len(mesh)]).astype(np.float32)


def states(layout: MeshLayout) -> tuple[MeshState, MeshState]:
    """A rough face of the layout and the same one without irises."""
    mesh = seen_from_the_front(layout)
    face = mesh[: FACE_468.count]
    return MeshState.of(rough(mesh), mesh, layout), MeshState.of(rough(face), face, FACE_468)


def dragged(tool: Tool, state: MeshState, vertex: int) -> Edit:
    seen = tool.turn.seen(state.landmarks) if isinstance(tool, TurnedTool) else state.landmarks
    x, y = seen[vertex, :2].tolist()
    gesture = tool.begin(state, (x, y), 0.5)
    for step in (2, 4, 6):
        gesture = gesture.moved((x + step, y - step))
    assert len(gesture.aim.influence) == state.layout.count
    return gesture.edit


@pytest.mark.parametrize("vertex", [CHIN, CHEEK, PUPIL])
@pytest.mark.parametrize("tool", [*MOVERS, *PAINTERS], ids=lambda tool: tool.name)
def test_every_moving_tool_works_on_face_and_irises(tool, vertex, face_with_irises) -> None:
    state, _ = states(face_with_irises)
    after = as_landmarks(dragged(tool, state, vertex).landmarks, face_with_irises)
    assert not np.array_equal(after, state.landmarks)
    triangles = face_with_irises.topology.opened_triangles
    assert not folded(state.landmarks, after, state.prediction, triangles).any()


@pytest.mark.parametrize("tool", MOVERS[:2], ids=lambda tool: tool.name)
def test_grab_moves_the_skin_as_it_does_without_irises(tool, face_with_irises) -> None:
    state, without = states(face_with_irises)
    edit, same = dragged(tool, state, CHEEK), dragged(tool, without, CHEEK)
    assert_array_equal(edit.landmarks[: FACE_468.count], same.landmarks)


def test_guided_drag_takes_the_irises_along(face_with_irises) -> None:
    state, _ = states(face_with_irises)
    moves = dragged(GuidedTool(), state, CHIN).landmarks - state.landmarks
    assert (np.linalg.norm(moves[FACE_468.count :], axis=1) > 1).all()


@pytest.mark.parametrize("name", list(FACE_468.contour_features))
def test_a_drawn_contour_slides_onto_the_line(name, face_with_irises) -> None:
    state, _ = states(face_with_irises)
    contour = face_with_irises.contours[name]
    line = state.prediction[[*contour.vertices, contour.vertices[0]], :2] + (1.5, 1.0)
    gesture = ContourTool().begin(state, tuple(line[0].tolist()), 0.2)
    for point in line[1:]:
        gesture = gesture.moved(tuple(point.tolist()))
    assert set(gesture.edit.anchors_added) == set(contour.vertices.tolist())
    assert as_landmarks(gesture.edit.landmarks, face_with_irises).shape == (480, 3)


def test_an_iris_is_marked_pinned_and_transformed_as_a_region(face_with_irises) -> None:
    state, _ = states(face_with_irises)
    iris = region_vertices(face_with_irises, "right_iris")
    at = tuple(state.landmarks[PUPIL, :2].tolist())
    assert region_at(state.landmarks, face_with_irises, at) == "right_iris"

    pinned = PinTool(Brush(radius_px=4.0)).begin(state, at, 0.5).edit.marks
    assert set(np.flatnonzero(is_pinned(pinned))) >= {PUPIL}
    occluded = VisibilityTool(Brush(radius_px=4.0)).begin(state, at, 0.5).edit.marks
    assert visibility_of(occluded)[PUPIL] == Visibility.OCCLUDED

    tool = TransformTool(soft_radius_iod=0).begin(state, at, 0.5).tool
    assert tool.selected(face_with_irises) == set(iris.tolist())
    moved = tool.nudged(state, None, 0.5, (3.0, 1.0)).landmarks - state.landmarks
    assert set(np.flatnonzero(moved.any(axis=1))) == set(iris.tolist())


def test_a_region_or_a_line_that_a_face_does_not_have_selects_nothing(face_with_irises) -> None:
    state, without = states(face_with_irises)
    at = tuple(state.landmarks[PUPIL, :2].tolist())
    on_iris = TransformTool().begin(state, at, 0.5).tool
    assert on_iris.selected(FACE_468) == frozenset()
    assert on_iris.frame(without, 0.5) is None
    drawn_round = TransformTool().with_selection([4, PUPIL])
    assert drawn_round.selected(face_with_irises) == {4, PUPIL}
    assert drawn_round.selected(FACE_468) == {4}


def test_a_contour_that_a_face_does_not_have_is_out_of_reach(face_with_irises) -> None:
    features = {n: f for n, f in FACE_468.contour_features.items() if n != "lips_inner"}
    layout = replace(face_with_irises, contour_features=features)
    mesh = seen_from_the_front(layout)
    state, tool = MeshState.of(mesh, mesh, layout), ContourTool(contour="lips_inner")
    at = tuple(mesh[13, :2].tolist())
    assert tool.aim(state, at, 0.5) is None
    assert tool.begin(state, at, 0.5) is None
    assert ContourTool().begin(state, at, 0.5) is not None


def test_smoothing_against_the_canonical_face_leaves_it_alone(face_with_irises) -> None:
    mesh, everywhere = seen_from_the_front(face_with_irises), np.ones(480)
    for brush in (smooth, relax):
        after = brush(mesh, face_with_irises, everywhere)
        assert np.abs(after - mesh).max() < 0.05


def test_boxes_and_blank_photographs_have_meshes_of_the_layout(face_with_irises) -> None:
    editor = MeshEditor(blank_state(400, 300, face_with_irises))
    assert editor.landmarks.shape == (480, 3)
    assert editor.press(BoxTool(), (10.0, 10.0))
    editor.drag((200.0, 200.0))
    assert len(editor.gesture.aim.influence) == 480


def test_what_was_learned_of_one_layout_is_not_used_on_another(face_with_irises) -> None:
    other = canonical_covariance(FACE_468)
    own = canonical_covariance(face_with_irises)
    assert expected_covariance(face_with_irises, None) is own
    assert expected_covariance(face_with_irises, other) is own
    assert expected_covariance(FACE_468, other) is other
    state, _ = states(face_with_irises)
    usual = dragged(GuidedTool(), state, CHIN)
    assert_array_equal(dragged(GuidedTool(other), state, CHIN).landmarks, usual.landmarks)


def test_corrections_of_another_layout_teach_its_own_covariance(face_with_irises) -> None:
    state, _ = states(face_with_irises)
    moves = correction(state.landmarks, state.prediction, face_with_irises)
    sums = Corrections.of(face_with_irises, np.array([moves, 1.1 * moves]))
    learned = learned_covariance(sums)
    assert learned.matrix.shape == (480, 480)
    assert sum(variance_shares(sums).values()) == pytest.approx(1)
    assert {"right iris", "left iris", "elsewhere"} <= set(region_errors(sums))
    start, truth = state.prediction, dragged(GuidedTool(learned), state, MOUTH).landmarks
    tool = guarded(guided_tool(learned), face_with_irises)
    (strokes,) = strokes_needed(start, truth, tool, face_with_irises, (0.02,), most=5)
    assert strokes <= 5


def test_make_up_is_painted_where_it_was(face_with_irises) -> None:
    assert_array_equal(make_up_texture(face_with_irises), make_up_texture(FACE_468))
