"""The brushes that move vertices: Smooth, Relax and Restore, on predictions of photographs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.brush import Brush, brush_radius, brush_weights
from annotator.mesh.contours import contour_chains
from annotator.mesh.falloff import Falloff
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks, with_pins
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.tools.base import Aim, Edit, MeshState, Position, Tool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.relax import RelaxTool
from annotator.mesh.tools.restore import RestoreTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.mesh.turning import Turn

PICTURES = ("collins.jpg", "hopper.jpg", "hopper_tilted.jpg", "collins_tiny.jpg")
OPENED = FACE_468.topology.opened_triangles
CHEEK, NOSE, OTHER_CHEEK = 50, 4, 280
PIXEL = 0.25
BRUSH = Brush(0.4)
EVERYTHING = Brush(3.0, falloff=Falloff.CONSTANT)
MOVERS = [SmoothTool, RelaxTool, RestoreTool]


@pytest.fixture(params=PICTURES)
def prediction(request: pytest.FixtureRequest, predicted: dict[str, np.ndarray]) -> np.ndarray:
    return predicted[request.param]


def bumped(mesh: np.ndarray, vertex: int = CHEEK) -> np.ndarray:
    """The mesh with a bump of 0.1 IOD, as a grab leaves one."""
    tool, state = GrabTool(Brush(0.3), guards=False), MeshState.of(mesh, mesh, FACE_468)
    edit = tool.nudged(state, place(mesh, vertex), PIXEL, (0.0, 0.1 * outer_iod(mesh, FACE_468)))
    assert edit is not None
    return edit.landmarks


def jittered(mesh: np.ndarray, share: float = 0.02) -> np.ndarray:
    result = mesh.copy()
    noise = np.random.default_rng(8).normal(0, share * outer_iod(mesh, FACE_468), (468, 2))
    result[:, :2] += noise.astype(np.float32)
    return result


def place(mesh: np.ndarray, vertex: int) -> Position:
    x, y = mesh[vertex, :2].tolist()
    return x, y


def scribble(mesh: np.ndarray, vertex: int, reach: float = 0.3) -> list[Position]:
    """A path to and fro over a vertex's surroundings."""
    turn = np.linspace(0, 4 * np.pi, 60)
    offsets = (
        np.column_stack([np.sin(turn), 0.7 * np.sin(2.3 * turn)])
        * reach
        * outer_iod(mesh, FACE_468)
    )
    return [(x, y) for x, y in (mesh[vertex, :2] + offsets).tolist()]


def painted(tool: Tool, state: MeshState, path: list[Position]) -> Edit | None:
    gesture = tool.begin(state, path[0], PIXEL)
    assert gesture is not None
    for position in path[1:]:
        gesture = gesture.moved(position)
    assert gesture.tool == tool
    return gesture.edit


def paint(tool: Tool, state: MeshState, path: list[Position]) -> np.ndarray:
    edit = painted(tool, state, path)
    assert edit is not None
    return edit.landmarks


def assert_within_circle(mesh: np.ndarray, aim: Aim) -> None:
    assert aim.radius is not None
    away = np.linalg.norm(mesh[aim.influence > 0, :2] - aim.centre, axis=1)
    assert away.max() <= aim.radius


def pieces(path: list[Position], longest: float) -> list[Position]:
    """The same path, told of by more events."""
    result = path[:1]
    for start, end in pairwise(path):
        count = int(np.ceil(np.hypot(end[0] - start[0], end[1] - start[1]) / longest))
        ways = np.linspace(start, end, count + 1)[1:-1].tolist()
        result += [(x, y) for x, y in ways] + [end]
    return result


def test_smoothing_takes_a_bump_out(prediction: np.ndarray) -> None:
    mesh = bumped(prediction)
    after = paint(
        SmoothTool(BRUSH), MeshState.of(mesh, prediction, FACE_468), scribble(mesh, CHEEK)
    )
    before, left = vertex_errors(mesh, prediction), vertex_errors(after, prediction)
    assert left.max() < 0.25 * before.max()
    assert left.mean() < before.mean()


@pytest.mark.parametrize("make", [SmoothTool, RelaxTool])
def test_a_press_already_shows_an_effect(make, prediction: np.ndarray) -> None:
    mesh = bumped(prediction)
    after = paint(make(BRUSH), MeshState.of(mesh, prediction, FACE_468), [place(mesh, CHEEK)])
    errors = [vertex_errors(points, prediction)[CHEEK] for points in (mesh, after)]
    assert errors[1] < 0.7 * errors[0]


@pytest.mark.parametrize("make", MOVERS)
def test_a_mesh_as_predicted_is_left_alone(make, prediction: np.ndarray) -> None:
    state = MeshState.of(prediction, prediction, FACE_468)
    edit = painted(make(BRUSH), state, scribble(prediction, NOSE, 0.6))
    assert edit is None or np.abs(edit.landmarks - prediction).max() < 1e-3


@pytest.mark.parametrize("make", [SmoothTool, RelaxTool])
def test_a_mesh_that_was_moved_turned_and_scaled_keeps_its_shape(
    make, prediction: np.ndarray
) -> None:
    turn = np.float32([[0.9, 0.4], [-0.4, 0.9]])
    mesh = prediction.copy()
    mesh[:, :2] = mesh[:, :2] @ turn + np.float32([30, -20])
    edit = painted(make(BRUSH), MeshState.of(mesh, prediction, FACE_468), scribble(mesh, NOSE, 0.6))
    assert edit is None or np.abs(edit.landmarks - mesh).max() < 1e-3 * outer_iod(mesh, FACE_468)


def test_relaxing_evens_the_surface(prediction: np.ndarray) -> None:
    mesh = jittered(prediction)
    after = paint(RelaxTool(BRUSH), MeshState.of(mesh, prediction, FACE_468), scribble(mesh, CHEEK))
    near = brush_weights(prediction, FACE_468, CHEEK, Brush(0.3)) > 0
    before, left = (vertex_errors(points, prediction)[near].mean() for points in (mesh, after))
    assert left < 0.6 * before


def test_relaxing_shrinks_no_contour(prediction: np.ndarray) -> None:
    mesh = jittered(prediction, 0.004)
    path = scribble(mesh, NOSE, 0.8)
    after = paint(RelaxTool(Brush(0.8)), MeshState.of(mesh, prediction, FACE_468), path)
    for chain in contour_chains(FACE_468):
        lengths = [
            np.linalg.norm(np.diff(points[chain, :2], axis=0), axis=1).sum()
            for points in (mesh, after)
        ]
        assert lengths[1] > 0.95 * lengths[0]


def test_restoring_at_full_strength_is_exact_in_all_three_coordinates(
    prediction: np.ndarray,
) -> None:
    mesh = bumped(bumped(prediction, CHEEK), NOSE) + np.float32([3, 0, 2])
    after = paint(
        RestoreTool(EVERYTHING), MeshState.of(mesh, prediction, FACE_468), [place(mesh, NOSE)]
    )
    assert_array_equal(after, prediction)


def test_restoring_to_and_fro_ends_at_the_prediction_under_the_brush(
    prediction: np.ndarray,
) -> None:
    mesh = bumped(prediction)
    mesh[:, 2] += 2
    path = 2 * scribble(mesh, CHEEK)
    after = paint(RestoreTool(BRUSH), MeshState.of(mesh, prediction, FACE_468), path)
    core, far = (
        brush_weights(prediction, FACE_468, vertex, Brush(0.15)) > 0
        for vertex in (CHEEK, OTHER_CHEEK)
    )
    assert_array_equal(after[core], prediction[core])
    assert_array_equal(after[far], mesh[far])


def test_a_weak_brush_restores_a_share_of_the_way(prediction: np.ndarray) -> None:
    mesh = bumped(prediction)
    brush = replace(EVERYTHING, strength=0.25)
    after = paint(
        RestoreTool(brush), MeshState.of(mesh, prediction, FACE_468), [place(mesh, CHEEK)]
    )
    expected = mesh + 0.25 * (prediction - mesh)
    assert np.abs(after - expected).max() < 1.5e-3 * outer_iod(prediction, FACE_468)


def test_restored_anchors_are_none_any_more_and_smoothed_ones_stay(prediction: np.ndarray) -> None:
    mesh = bumped(prediction)
    state = MeshState.of(mesh, prediction, FACE_468, anchors=(OTHER_CHEEK, CHEEK))
    for make, removed in ((SmoothTool, ()), (RestoreTool, (CHEEK,))):
        edit = painted(make(BRUSH), state, scribble(mesh, CHEEK))
        assert edit is not None
        assert edit.anchors_removed == removed
    there_already = replace(state, landmarks=prediction)
    edit = painted(RestoreTool(BRUSH), there_already, [place(prediction, CHEEK)])
    assert edit is not None
    assert edit.anchors_removed == (CHEEK,)
    assert_array_equal(edit.landmarks, prediction)


@pytest.mark.parametrize("make", MOVERS)
@pytest.mark.parametrize("radius", [0.08, 0.4])
def test_the_result_does_not_depend_on_how_many_events_came(
    make, radius: float, prediction: np.ndarray
) -> None:
    mesh = jittered(bumped(prediction))
    state, tool, path = (
        MeshState.of(mesh, prediction, FACE_468),
        make(Brush(radius)),
        scribble(mesh, CHEEK),
    )
    expected = paint(tool, state, path)
    for longest in (0.01, 0.037):
        assert_array_equal(
            paint(tool, state, pieces(path, longest * outer_iod(mesh, FACE_468))), expected
        )


@pytest.mark.parametrize("make", MOVERS)
def test_painting_twice_over_does_more_than_once(make, prediction: np.ndarray) -> None:
    mesh = bumped(prediction)
    state, there = MeshState.of(mesh, prediction, FACE_468), place(mesh, CHEEK)
    tool = make(Brush(0.3, strength=0.2))
    aside = there[0] + 0.1 * outer_iod(mesh, FACE_468), there[1]
    once = paint(tool, state, [there, aside])
    twice = paint(tool, state, [there, aside, there, aside])
    errors = [vertex_errors(points, prediction)[CHEEK] for points in (mesh, once, twice)]
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("make", MOVERS)
def test_a_press_held_still_is_one_dab(make, prediction: np.ndarray) -> None:
    mesh = bumped(prediction)
    state, there = MeshState.of(mesh, prediction, FACE_468), place(mesh, CHEEK)
    once = paint(make(BRUSH), state, [there])
    assert_array_equal(paint(make(BRUSH), state, [there] * 20), once)


@pytest.mark.parametrize("make", MOVERS)
def test_pinned_and_hidden_vertices_keep_still(make, prediction: np.ndarray) -> None:
    mesh = jittered(prediction)
    hidden = np.zeros(468, bool)
    hidden[200:300] = True
    pinned = list(range(40, 120))
    state = MeshState.of(
        mesh,
        prediction,
        FACE_468,
        marks=with_pins(no_marks(FACE_468.count), pinned, pinned=True),
        hidden=hidden,
    )
    gesture = make(BRUSH).begin(state, place(mesh, CHEEK), PIXEL)
    assert gesture is not None
    assert not gesture.aim.influence[state.still].any()
    after = paint(make(BRUSH), state, scribble(mesh, CHEEK))
    assert_array_equal(after[state.still], mesh[state.still])
    assert not np.array_equal(after, mesh)


@pytest.mark.parametrize("make", MOVERS)
def test_nothing_is_folded_but_back_as_predicted(make, prediction: np.ndarray) -> None:
    mesh = jittered(prediction, 0.05)
    # What is pinned stands in the way, so that there is something to guard.
    pinned = np.random.default_rng(3).choice(468, 60, replace=False)
    state = MeshState.of(
        mesh, prediction, FACE_468, marks=with_pins(no_marks(FACE_468.count), pinned, pinned=True)
    )
    path = scribble(mesh, CHEEK, 0.5)
    folded_at_the_press = newly_flipped(prediction, mesh, OPENED)
    counts = []
    for guard in (False, True):
        after = paint(make(BRUSH, guards=guard), state, path)
        newly = newly_flipped(mesh, after, OPENED)
        counts.append((newly & ~folded_at_the_press).sum())
        assert (newly & folded_at_the_press).any()
    assert counts[1] == 0 < counts[0]


@pytest.mark.parametrize("make", [SmoothTool, RelaxTool])
def test_smoothing_leaves_depth_alone_and_mutates_nothing(make, prediction: np.ndarray) -> None:
    mesh = jittered(prediction)
    copies = mesh.copy(), prediction.copy()
    after = paint(make(BRUSH), MeshState.of(mesh, prediction, FACE_468), scribble(mesh, CHEEK))
    assert_array_equal(after[:, 2], mesh[:, 2])
    assert_array_equal(mesh, copies[0])
    assert_array_equal(prediction, copies[1])


@pytest.mark.parametrize("make", MOVERS)
def test_the_aim_shows_what_the_press_acts_on(make, prediction: np.ndarray) -> None:
    state, position = (
        MeshState.of(bumped(prediction), prediction, FACE_468),
        place(prediction, CHEEK),
    )
    aim = make(BRUSH).aim(state, position, PIXEL)
    gesture = make(BRUSH).begin(state, position, PIXEL)
    assert aim is not None
    assert gesture is not None
    assert aim.radius == brush_radius(state.landmarks, FACE_468, BRUSH)
    centre = int(aim.influence.argmax())
    assert aim.centre == gesture.aim.centre == place(state.landmarks, centre)
    assert aim.influence[centre] == 1
    assert_array_equal(gesture.aim.influence, aim.influence)
    assert_within_circle(state.landmarks, aim)
    far = (position[0] - 3 * outer_iod(prediction, FACE_468), position[1])
    assert gesture.moved(far).aim.centre == far
    assert not gesture.moved(far).aim.influence.any()


def test_restore_comes_to_an_end_on_a_prediction_in_strict_profile(
    predicted: dict[str, np.ndarray],
) -> None:
    prediction = Turn(yaw=90).seen(predicted["collins.jpg"])
    # No distance between the eyes is to be seen.
    prediction[263, :2] = prediction[33, :2]
    near = prediction + np.float32(0.001)
    after = RestoreTool(BRUSH).moved(
        MeshState.of(near, prediction, FACE_468), near, np.full(468, 0.5)
    )
    assert_array_equal(after, prediction)


@pytest.mark.parametrize("make", MOVERS)
def test_beside_the_face_the_circle_lies_around_what_a_press_acts_on(
    make, prediction: np.ndarray
) -> None:
    state, brush = MeshState.of(prediction, prediction, FACE_468), Brush(0.1)
    outermost = int(prediction[:, 0].argmax())
    x, y = place(prediction, outermost)
    aim = make(brush).aim(state, (x + 0.2 * outer_iod(prediction, FACE_468), y), PIXEL)
    assert aim is not None
    assert aim.influence.any()
    assert_within_circle(prediction, aim)


@pytest.mark.parametrize("make", MOVERS)
def test_nothing_is_in_reach_far_from_the_face(make, prediction: np.ndarray) -> None:
    state = MeshState.of(prediction, prediction, FACE_468)
    far = (float(prediction[:, 0].max()) + 0.5 * outer_iod(prediction, FACE_468), 0.0)
    assert make(BRUSH).aim(state, far, PIXEL) is None
    assert make(BRUSH).begin(state, far, PIXEL) is None


def test_tools_compare_equal_to_their_like() -> None:
    assert SmoothTool(BRUSH) == SmoothTool(Brush(0.4))
    assert SmoothTool(BRUSH) != SmoothTool(BRUSH, guards=False)
    assert [make(BRUSH).name for make in MOVERS] == ["smooth", "relax", "restore"]
    assert len({SmoothTool(BRUSH), SmoothTool(Brush(0.4)), RelaxTool(BRUSH)}) == 2
