"""Transform on predictions of photographs: regions, lassos, handles and soft edges."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.frame import Handle, HandleKind
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks, with_pins
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.regions import region_vertices
from annotator.mesh.tools.base import Edit, MeshState
from annotator.mesh.tools.transform import LassoGesture, TransformTool

PIXEL = 0.3  # px of the image to one of the screen
LIPS = region_vertices(FACE_468, "lips")
MOVE = Handle(HandleKind.MOVE)
KNOB = Handle(HandleKind.TURN, -1j)
LOWER_RIGHT = Handle(HandleKind.SCALE, 1 + 1j)
RIGHT_SIDE = Handle(HandleKind.STRETCH, 1 + 0j)


@pytest.fixture
def predictions(predicted: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [predicted[name] for name in ("collins.jpg", "hopper.jpg", "hopper_tilted.jpg")]


@pytest.fixture
def mesh(predictions: list[np.ndarray]) -> np.ndarray:
    return predictions[0]


def plane(mesh: np.ndarray) -> np.ndarray:
    return mesh[:, 0].astype(np.float64) + 1j * mesh[:, 1]


def pulled(tool: TransformTool, state: MeshState, handle: Handle, way: complex) -> Edit | None:
    """The edit of pulling a handle of the tool's frame by a way in px."""
    at = tool.frame(state, PIXEL).at(handle)
    gesture = tool.begin(state, (at.real, at.imag), PIXEL)
    assert gesture.handle == handle
    for share in (0.3, 1.0):
        gesture = gesture.moved(((at + share * way).real, (at + share * way).imag))
    assert gesture.tool == tool
    return gesture.edit


def clicked(tool: TransformTool, state: MeshState, vertex: int) -> TransformTool:
    gesture = tool.begin(state, tuple(state.landmarks[vertex, :2].tolist()), PIXEL)
    assert gesture.edit is None
    return gesture.tool


def circled(state: MeshState, centre: complex, radius: float) -> LassoGesture:
    around = centre + radius * np.exp(1j * np.linspace(0, 6, 60))
    gesture = TransformTool().begin(state, (around[0].real, around[0].imag), PIXEL)
    for point in around[1:]:
        gesture = gesture.moved((point.real, point.imag))
    return gesture


def test_moving_moves_the_selection_as_asked_and_its_surroundings_less(mesh) -> None:
    tool = TransformTool().with_region("lips")
    edit = pulled(tool, MeshState.of(mesh, mesh, FACE_468), MOVE, 3 - 2j)
    moves = plane(edit.landmarks) - plane(mesh)
    assert_allclose(moves[LIPS], 3 - 2j, atol=1e-4)
    others = np.setdiff1d(np.arange(468), LIPS)
    assert (np.abs(moves[others]) < abs(3 - 2j)).all()
    assert (np.abs(moves[others]) > 0).sum() > 20
    assert_array_equal(edit.landmarks[:, 2], mesh[:, 2])


def test_a_hard_edge_moves_nothing_else(mesh) -> None:
    tool = TransformTool(soft_radius_iod=0).with_region("lips")
    edit = pulled(tool, MeshState.of(mesh, mesh, FACE_468), MOVE, 1 + 0j)
    others = np.setdiff1d(np.arange(468), LIPS)
    assert_array_equal(edit.landmarks[others], mesh[others])


def test_the_whole_face_can_be_turned_by_its_knob(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_region("face")
    frame = tool.frame(state, PIXEL)
    arm = frame.at(KNOB) - frame.centre
    edit = pulled(tool, state, KNOB, 1.7 * arm * np.exp(0.4j) - arm)
    expected = frame.centre + (plane(mesh) - frame.centre) * np.exp(0.4j)
    assert_allclose(plane(edit.landmarks), expected, atol=1e-3)


def test_a_corner_scales_about_the_opposite_one(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_region("face")
    frame = tool.frame(state, PIXEL)
    still, corner = frame.at(Handle(HandleKind.SCALE, -1 - 1j)), frame.at(LOWER_RIGHT)
    edit = pulled(tool, state, LOWER_RIGHT, 0.2 * (corner - still))
    assert_allclose(plane(edit.landmarks), still + 1.2 * (plane(mesh) - still), atol=1e-3)


def test_scaling_about_the_centre_keeps_the_centre(mesh) -> None:
    state = MeshState.of(mesh, mesh, FACE_468)
    tool = TransformTool(about_centre=True).with_region("face")
    frame = tool.frame(state, PIXEL)
    arm = frame.at(LOWER_RIGHT) - frame.centre
    edit = pulled(tool, state, LOWER_RIGHT, -0.3 * arm)
    expected = frame.centre + 0.7 * (plane(mesh) - frame.centre)
    assert_allclose(plane(edit.landmarks), expected, atol=1e-3)


def test_a_side_stretches_along_the_faces_axis(predictions) -> None:
    tilted = predictions[2]
    state, tool = MeshState.of(tilted, tilted, FACE_468), TransformTool().with_region("face")
    frame = tool.frame(state, PIXEL)
    edit = pulled(tool, state, RIGHT_SIDE, 0.2 * frame.width * frame.axis)
    before, after = (plane(m) * frame.axis.conjugate() for m in (tilted, edit.landmarks))
    assert_allclose(after.imag, before.imag, atol=1e-3)
    assert np.ptp(after.real) == pytest.approx(1.1 * np.ptp(before.real), rel=1e-3)


def test_nothing_is_turned_inside_out_by_pulling_too_far(mesh) -> None:
    tool = TransformTool(soft_radius_iod=0).with_region("face")
    edit = pulled(tool, MeshState.of(mesh, mesh, FACE_468), LOWER_RIGHT, -1000 - 1000j)
    before, after = plane(mesh), plane(edit.landmarks)
    assert np.ptp(after.real) == pytest.approx(0.05 * np.ptp(before.real), rel=1e-2)
    assert not newly_flipped(mesh, edit.landmarks, FACE_468.topology.triangles).any()


def test_dragging_back_restores_the_mesh(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_region("nose")
    at = tool.frame(state, PIXEL).centre
    gesture = tool.begin(state, (at.real, at.imag), PIXEL)
    gesture = gesture.moved((at.real + 30, at.imag)).moved((at.real, at.imag))
    assert gesture.edit is None
    assert gesture.tool == tool


def test_a_turned_moved_and_larger_face_is_transformed_likewise(mesh) -> None:
    turn, shift = 1.6 * np.exp(-0.7j), 50 + 400j

    def elsewhere(points: np.ndarray) -> np.ndarray:
        there = turn * plane(points) + shift
        return np.column_stack([there.real, there.imag, points[:, 2]]).astype(np.float32)

    tool = TransformTool().with_region("left_eye")
    here = tool.nudged(MeshState.of(mesh, mesh, FACE_468), None, PIXEL, (4.0, 3.0))
    other, way = elsewhere(mesh), turn * (4 + 3j)
    there = tool.nudged(MeshState.of(other, other, FACE_468), None, PIXEL, (way.real, way.imag))
    assert vertex_errors(elsewhere(here.landmarks), there.landmarks).max() < 1e-2


def test_the_frame_lies_at_the_faces_angle(predictions) -> None:
    tilted = predictions[2]
    frame = TransformTool().with_region("face").frame(MeshState.of(tilted, tilted, FACE_468), PIXEL)
    eyes = plane(tilted)[263] - plane(tilted)[33]
    assert_allclose(frame.axis, eyes / abs(eyes), atol=1e-6)
    # Above means towards the forehead.
    knob, forehead, chin = frame.at(KNOB), *plane(tilted)[[10, 152]]
    assert abs(knob - forehead) < abs(knob - chin)


def test_pinned_and_hidden_vertices_stay(mesh) -> None:
    hidden = np.zeros(468, bool)
    hidden[[17, 200]] = True
    marks = with_pins(no_marks(FACE_468.count), [13, 152], pinned=True)
    state = MeshState.of(mesh, mesh, FACE_468, marks=marks, hidden=hidden)
    edit = pulled(TransformTool().with_region("lips"), state, MOVE, 4 + 1j)
    assert_array_equal(edit.landmarks[[13, 17, 152, 200]], mesh[[13, 17, 152, 200]])
    assert not np.array_equal(edit.landmarks[61], mesh[61])


def test_a_selection_all_pinned_is_no_edit(mesh) -> None:
    state = MeshState.of(
        mesh, mesh, FACE_468, marks=with_pins(no_marks(FACE_468.count), range(468), pinned=True)
    )
    tool = TransformTool().with_region("lips")
    assert pulled(tool, state, MOVE, 4 + 1j) is None
    assert tool.nudged(state, None, PIXEL, (1, 0)) is None


@pytest.mark.parametrize("soft", [0.0, 0.15])
def test_the_guard_keeps_the_surroundings_from_folding(soft, predictions) -> None:
    rng = np.random.default_rng(3)
    free, guarded, strokes = 0, 0, 0
    for name in tuple(FACE_468.region_features)[:-1]:
        for truth in 4 * predictions:
            tool = TransformTool(soft_radius_iod=soft).with_region(name)
            state = MeshState.of(truth, truth, FACE_468)
            handles = [MOVE, *tool.frame(state, PIXEL).handles]
            handle = handles[rng.integers(len(handles))]
            way = 0.15 * outer_iod(truth, FACE_468) * np.exp(2j * np.pi * rng.random())
            after = pulled(tool, state, handle, way).landmarks
            unguarded = pulled(replace(tool, guards=False), state, handle, way).landmarks
            selected = region_vertices(FACE_468, name)
            assert_array_equal(after[selected], unguarded[selected])
            triangles = FACE_468.topology.opened_triangles
            free += newly_flipped(truth, unguarded, triangles).sum()
            guarded += newly_flipped(truth, after, triangles).sum()
            strokes += 1
    assert free > strokes
    assert guarded <= 0.1 * strokes


def test_a_click_selects_the_region_under_the_pointer(mesh) -> None:
    state = MeshState.of(mesh, mesh, FACE_468)
    tool = clicked(TransformTool(), state, 0)
    assert tool.region == "lips"
    assert tool.selected(FACE_468) == frozenset(LIPS.tolist())
    # Beside its frame, and inside of a larger one, another is selected.
    assert clicked(tool, state, 66).region == "right_eyebrow"
    assert clicked(TransformTool().with_region("face"), state, 159).region == "right_eye"


def test_a_line_round_vertices_selects_them(mesh) -> None:
    state, centre = MeshState.of(mesh, mesh, FACE_468), plane(mesh)[50]
    radius = 0.2 * outer_iod(mesh, FACE_468)
    gesture = circled(state, centre, radius)
    assert gesture.edit is None
    inside = set(np.flatnonzero(np.abs(plane(mesh) - centre) < 0.97 * radius).tolist())
    assert inside <= gesture.tool.selected(FACE_468)
    assert gesture.tool.region is None
    assert set(np.flatnonzero(gesture.aim.influence).tolist()) == gesture.tool.selected(FACE_468)
    assert_allclose(gesture.aim.lines[0][0], gesture.aim.lines[0][-1])


def test_a_lasso_leaves_hidden_vertices_out_and_may_catch_nothing(mesh) -> None:
    hidden = np.zeros(468, bool)
    hidden[50] = True
    centre, radius = plane(mesh)[50], 0.2 * outer_iod(mesh, FACE_468)
    assert 50 not in circled(
        MeshState.of(mesh, mesh, FACE_468, hidden=hidden), centre, radius
    ).tool.selected(FACE_468)
    hidden[:] = True
    nothing = circled(MeshState.of(mesh, mesh, FACE_468, hidden=hidden), centre, radius).tool
    assert nothing == TransformTool()


def test_before_a_press_the_frame_or_the_region_shows(mesh) -> None:
    state = MeshState.of(mesh, mesh, FACE_468)
    over_lips = tuple(mesh[0, :2].tolist())
    hover = TransformTool(soft_radius_iod=0).aim(state, over_lips, PIXEL)
    assert_array_equal(np.flatnonzero(hover.influence), LIPS)
    assert hover.handles is None and not hover.lines
    selected = TransformTool().with_region("lips").aim(state, over_lips, PIXEL)
    assert selected.handles.shape == (9, 2)
    assert [line.shape for line in selected.lines] == [(5, 2), (2, 2)]
    assert (selected.influence[LIPS] == 1).all()


def test_beside_the_frame_a_press_moves_nothing_and_nothing_shows(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_region("lips")
    beside = tuple(mesh[10, :2].tolist())
    assert tool.handle_at(state, beside, PIXEL) is None
    aim = tool.aim(state, beside, PIXEL)
    assert not aim.influence.any()
    assert aim.handles.shape == (9, 2)
    assert isinstance(tool.begin(state, beside, PIXEL), LassoGesture)
    knob = tool.frame(state, PIXEL).at(KNOB)
    assert (tool.aim(state, (knob.real, knob.imag), PIXEL).influence[LIPS] == 1).all()


def test_while_pulling_the_frame_goes_along(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_region("lips")
    centre = tool.frame(state, PIXEL).centre
    gesture = tool.begin(state, (centre.real, centre.imag), PIXEL)
    moved = gesture.moved((centre.real + 5, centre.imag + 2))
    assert_allclose(moved.aim.lines[0], gesture.aim.lines[0] + np.array((5, 2)))
    assert_allclose(moved.aim.handles, gesture.aim.handles + np.array((5, 2)))


def test_handles_keep_their_size_on_the_screen(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_region("lips")
    for pixel in (0.1, 0.3):
        corner = tool.frame(state, pixel).at(LOWER_RIGHT)
        for way, expected in ((8, HandleKind.SCALE), (10, None)):
            beside = corner + way * pixel
            found = tool.handle_at(state, (beside.real, beside.imag), pixel)
            assert (found and found.kind) == expected


def test_small_frames_leave_out_the_handles_that_would_crowd(mesh) -> None:
    state, tool = MeshState.of(mesh, mesh, FACE_468), TransformTool().with_selection([1])
    assert len(tool.frame(state, 5.0).handles) == 5


def test_far_from_the_face_there_is_nothing_to_take_hold_of(mesh) -> None:
    state, away = MeshState.of(mesh, mesh, FACE_468), (-3000.0, 0.0)
    for tool in (TransformTool(), TransformTool().with_region("lips")):
        assert tool.begin(state, away, PIXEL) is None
    assert TransformTool().aim(state, away, PIXEL) is None
    assert TransformTool().handle_at(state, away, PIXEL) is None


def test_nudging_moves_the_selection_and_without_one_does_nothing(mesh) -> None:
    state = MeshState.of(mesh, mesh, FACE_468)
    edit = TransformTool().with_region("nose").nudged(state, None, PIXEL, (0.5, -1))
    moves = (
        edit.landmarks[region_vertices(FACE_468, "nose"), :2]
        - mesh[region_vertices(FACE_468, "nose"), :2]
    )
    assert_allclose(moves, np.tile((0.5, -1), (74, 1)), atol=1e-4)
    assert TransformTool().nudged(state, None, PIXEL, (1, 0)) is None
    assert TransformTool().with_region("nose").nudged(state, None, PIXEL, (0, 0)) is None


def test_the_selection_can_be_dropped() -> None:
    tool = TransformTool(soft_radius_iod=0.3).with_region("lips")
    assert tool.cancelled() == TransformTool(soft_radius_iod=0.3)
    assert not tool.is_pending
    assert hash(tool) == hash(TransformTool(soft_radius_iod=0.3).with_region("lips"))


def test_vertices_that_a_mesh_does_not_have_are_not_selected_on_it(mesh) -> None:
    state = MeshState.of(mesh, mesh, FACE_468)
    assert TransformTool().with_selection([4, 468]).selected(FACE_468) == {4}
    assert TransformTool().with_selection([468]).frame(state, PIXEL) is None


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="soft radius from 0 to 1"):
        TransformTool(soft_radius_iod=-0.1)
    with pytest.raises(ValueError, match="soft radius"):
        TransformTool(soft_radius_iod=float("nan"))
    with pytest.raises(ValueError, match="vertices from 0 on, but got -1"):
        TransformTool().with_selection([12, -1])
    with pytest.raises(ValueError, match="but got 'ear'"):
        TransformTool().with_region("ear")
