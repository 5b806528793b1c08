"""Strokes in a turned view fold the mesh neither in the image nor as it is seen."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.brush import Brush
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import Edit, MeshState, Tool
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.mesh.tools.transform import TransformTool
from annotator.mesh.tools.turned import TurnedTool
from annotator.mesh.turning import Turn

TRIANGLES = FACE_468.topology.opened_triangles
STROKE, STROKES = 30, 60  # px, which is 0.3 of the IOD
NOSE_TIP = 1


def turned_by(yaw: float) -> Turn:
    return Turn(yaw, centre=(300.0, 250.0, 0.0))


def folds(before: np.ndarray, after: np.ndarray) -> int:
    return int(newly_flipped(before, after, TRIANGLES).sum())


def strokes(
    tool: Tool, state: MeshState, turn: Turn, count: int = STROKES
) -> Iterator[tuple[Edit, np.ndarray, int, np.ndarray]]:
    """Yield edits of random drags with the mesh as then seen, the vertex and its way there."""
    rng, seen = np.random.default_rng(11), turn.seen(state.landmarks)
    for _ in range(count):
        pivot, angle = int(rng.integers(468)), rng.uniform(0, 2 * np.pi)
        way = STROKE * np.array([np.cos(angle), np.sin(angle)])
        x, y = seen[pivot, :2].tolist()
        edit = TurnedTool(tool, turn).nudged(state, (x, y), 0.01, (way[0], way[1]))
        if edit is not None:
            yield edit, turn.seen(edit.landmarks), pivot, way


@pytest.mark.parametrize("yaw", [30, 60, -75])
@pytest.mark.parametrize("tool", [GrabTool(Brush(0.5)), GuidedTool()])
def test_random_drags_fold_nothing_in_the_image_nor_in_the_view(
    state: MeshState, tool: Tool, yaw: float
) -> None:
    turn = turned_by(yaw)
    seen, in_image, in_view, taken = turn.seen(state.landmarks), 0, 0, []
    for edit, after, pivot, way in strokes(tool, state, turn):
        in_image += folds(state.landmarks, edit.landmarks)
        in_view += folds(seen, after)
        taken.append((after - seen)[pivot, :2] @ way / STROKE**2)
    assert in_image <= 0.1 * STROKES
    assert in_view <= 0.5 * STROKES
    assert np.median(taken) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("yaw", [30, 60])
def test_a_selection_moved_in_a_turned_view_folds_next_to_nothing(
    state: MeshState, yaw: float
) -> None:
    tool = TransformTool().with_region("nose")
    edits = [edit for edit, *_ in strokes(tool, state, turned_by(yaw), 12)]
    assert len(edits) == 12
    assert sum(folds(state.landmarks, edit.landmarks) for edit in edits) <= 2


def test_a_contour_drawn_in_a_turned_view_folds_nothing(state: MeshState) -> None:
    turn = turned_by(40)
    seen = turn.seen(state.landmarks)
    tool = TurnedTool(ContourTool(contour="lips_outer"), turn)
    ring = FACE_468.topology.regions["lips_outer"]
    start, *path = (seen[ring, :2] + [0, 12]).tolist()
    gesture = tool.begin(state, tuple(start), 0.5)
    assert gesture is not None
    for position in path:
        gesture = gesture.moved(tuple(position))
    assert gesture.edit is not None
    assert folds(state.landmarks, gesture.edit.landmarks) == 0


def test_a_mesh_smoothed_in_a_turned_view_folds_nothing(state: MeshState) -> None:
    turn = turned_by(50)
    bumps = np.random.default_rng(4).normal(0, 1.5, (468, 3)).astype(np.float32)
    rough = MeshState.of(state.landmarks + bumps, state.landmarks, FACE_468)
    x, y, _ = turn.seen(rough.landmarks)[NOSE_TIP].tolist()
    gesture = TurnedTool(SmoothTool(Brush(0.6)), turn).begin(rough, (x, y), 1.0)
    assert gesture is not None
    edit = gesture.moved((x - 20, y)).moved((x, y)).edit
    assert edit is not None
    was_right = ~newly_flipped(rough.landmarks, rough.prediction, TRIANGLES)
    assert not newly_flipped(rough.landmarks, edit.landmarks, TRIANGLES[was_right]).any()


def test_without_the_guard_a_drag_is_turned_back_as_it_is(state: MeshState) -> None:
    turn, tool = turned_by(60), GrabTool(Brush(0.5), guards=False)
    plain = MeshState.of(turn.seen(state.landmarks), turn.seen(state.prediction), FACE_468)
    for edit, after, pivot, way in strokes(tool, state, turn, 5):
        x, y = plain.landmarks[pivot, :2].tolist()
        expected = tool.nudged(plain, (x, y), 0.01, (way[0], way[1]))
        assert expected is not None
        assert_allclose(after, expected.landmarks, atol=1e-3)
        assert edit.guard is None


def test_a_drag_that_folds_nothing_is_no_other_with_the_guard(state: MeshState) -> None:
    turn = turned_by(30)
    x, y, _ = turn.seen(state.landmarks)[NOSE_TIP].tolist()
    edits = [
        TurnedTool(GrabTool(guards=guards), turn).nudged(state, (x, y), 1.0, (0.2, 0.1))
        for guards in (False, True)
    ]
    assert edits[0] is not None and edits[1] is not None
    assert_array_equal(edits[0].landmarks, edits[1].landmarks)
