"""Every tool with real keys and a real mouse on the shown canvas."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from qtpy.QtCore import Qt

from annotator.mesh.contours import contour
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, is_pinned, visibility_of
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.regions import region_vertices
from annotator.mesh.tools.base import Edit
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.workbench.look.palette import VISIBILITY_COLOURS
from annotator.workbench.look.view_settings import Colours
from annotator.workbench.toolbox import ToolKind

Workplace = tuple[AnnotatorDock, Pointer]
CHIN, UPPER_LIP, RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER, RIGHT_LID = 152, 13, 61, 291, 159
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def place(dock: AnnotatorDock, vertex: int) -> tuple[float, float]:
    x, y, _ = dock.workbench.session.landmarks[vertex].tolist()
    return x, y


def drag(dock: AnnotatorDock, pointer: Pointer, vertex: int, by: tuple[float, float]) -> None:
    x, y = place(dock, vertex)
    pointer.drag((x, y), (x + by[0], y + by[1]))


def press_key(pointer: Pointer, letter: str) -> None:
    modifiers = SHIFT if letter.isupper() else Qt.KeyboardModifier.NoModifier
    pointer.key(Qt.Key[f"Key_{letter.upper()}"], letter, modifiers)


def stroke_tools(dock: AnnotatorDock) -> list[str]:
    bench = dock.workbench
    return [s.tool for s in bench.project.annotations.strokes(bench.session.sample_id)]


@pytest.mark.parametrize(
    ("key", "tool"),
    [("g", "grab"), ("q", "guided"), ("p", "pin"), ("i", "visibility")],
)
def test_a_drag_is_one_stroke_of_the_tool_in_hand(
    workplace: Workplace, key: str, tool: str
) -> None:
    dock, pointer = workplace
    press_key(pointer, key)
    assert dock.workbench.tools.kind == tool
    assert dock.tool_panel.button(ToolKind(tool)).isChecked()
    drag(dock, pointer, CHIN, (6, 4))
    assert stroke_tools(dock) == [tool]
    pointer.key(Qt.Key.Key_Z, "z", CONTROL)
    session = dock.workbench.session
    assert_array_equal(session.landmarks, session.prediction)
    assert not session.state.marks.any()


def test_smooth_relax_and_restore_lead_back_from_a_bump(workplace: Workplace) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    drag(dock, pointer, CHIN, (0, 18))
    errors = [vertex_errors(session.landmarks, session.prediction).max()]
    for key in ("s", "w", "z"):
        press_key(pointer, key)
        x, y = place(dock, CHIN)
        pointer.drag((x - 8, y), (x + 8, y))
        errors.append(vertex_errors(session.landmarks, session.prediction).max())
    assert stroke_tools(dock) == ["grab", "smooth", "relax", "restore"]
    assert errors == sorted(errors, reverse=True)


def test_shift_smooths_whatever_the_tool(workplace: Workplace) -> None:
    dock, pointer = workplace
    drag(dock, pointer, CHIN, (0, 15))
    with_shift = Pointer(dock.view._viewer, modifiers=SHIFT)
    drag(dock, with_shift, CHIN, (6, 0))
    assert stroke_tools(dock) == ["grab", "smooth"]
    assert dock.workbench.tools.kind is ToolKind.GRAB


def test_anchors_of_guided_are_shown_counted_and_cleared(workplace: Workplace) -> None:
    dock, pointer = workplace
    press_key(pointer, "q")
    drag(dock, pointer, RIGHT_MOUTH_CORNER, (-4, 3))
    held = place(dock, RIGHT_MOUTH_CORNER)
    drag(dock, pointer, LEFT_MOUTH_CORNER, (4, 3))
    assert_allclose(place(dock, RIGHT_MOUTH_CORNER), held, atol=1e-4)
    assert dock.workbench.session.state.anchors == (RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER)
    clear = dock.tool_panel.options.row("clear_anchors")
    assert "2" in clear.text
    clear.native.click()
    assert dock.workbench.session.state.anchors == ()
    pointer.key(Qt.Key.Key_Z, "z", CONTROL)
    assert len(dock.workbench.session.state.anchors) == 2


def test_mirror_and_the_guard_have_keys(workplace: Workplace) -> None:
    dock, pointer = workplace
    press_key(pointer, "m")
    press_key(pointer, "G")
    settings = dock.workbench.tools.settings
    assert settings.mirrors and not settings.guards
    before = dock.workbench.session.landmarks.copy()
    drag(dock, pointer, RIGHT_MOUTH_CORNER, (-6, 0))
    moved = dock.workbench.session.landmarks - before
    assert moved[RIGHT_MOUTH_CORNER, 0] < -5 and moved[LEFT_MOUTH_CORNER, 0] > 5


def test_a_drawn_line_lays_the_contour_onto_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    press_key(pointer, "l")
    dock.workbench.tools.set(contour="lips_outer")
    ring = contour(FACE_468, "lips_outer").vertices
    line = dock.workbench.session.landmarks[ring, :2] + [2, 3]
    points = [tuple(map(float, point)) for point in [*line, line[0]]]
    pointer.press(points[0])
    for point in points[1:]:
        pointer.move(point, pressed=True)
    pointer.release(points[-1])
    landmarks = dock.workbench.session.landmarks
    distances = np.linalg.norm(landmarks[ring, :2] - line, axis=1)
    assert np.median(distances) < 0.02 * outer_iod(landmarks, FACE_468)
    assert set(dock.workbench.session.state.anchors) == set(ring.tolist())
    assert stroke_tools(dock) == ["contour"]


def click_along_the_brow(dock: AnnotatorDock, pointer: Pointer, count: int) -> None:
    brow = contour(FACE_468, "right_eyebrow").vertices[:5]
    line = dock.workbench.session.landmarks[brow, :2] - [0, 4]
    for point in line[:count].tolist():
        pointer.move(tuple(point))
        pointer.press(tuple(point))
        pointer.release(tuple(point))


def test_clicks_wait_for_enter_which_judges_nothing(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample = dock.workbench.current
    press_key(pointer, "l")
    click_along_the_brow(dock, pointer, 5)
    assert stroke_tools(dock) == []
    pointer.key(Qt.Key.Key_Z, "z", CONTROL)
    assert len(dock.workbench.tools.tool.clicks) == 4
    pointer.key(Qt.Key.Key_Return, "\r")
    assert stroke_tools(dock) == ["contour"]
    assert dock.workbench.current.id == sample.id
    assert dock.workbench.current.reviewer is None


@pytest.mark.parametrize("way_out", [Qt.Key.Key_Escape, Qt.Key.Key_G, Qt.Key.Key_D])
def test_clicks_are_dropped_by_escape_another_tool_or_another_sample(
    workplace: Workplace, way_out: Qt.Key
) -> None:
    dock, pointer = workplace
    press_key(pointer, "l")
    click_along_the_brow(dock, pointer, 3)
    assert dock.workbench.tools.tool.is_pending
    pointer.key(way_out, "")
    assert not dock.workbench.tools.tool.is_pending
    assert stroke_tools(dock) == []


def test_a_clicked_region_is_moved_by_its_frame_and_by_arrows(workplace: Workplace) -> None:
    dock, pointer = workplace
    press_key(pointer, "t")
    before = dock.workbench.session.landmarks.copy()
    x, y = place(dock, UPPER_LIP)
    pointer.drag((x, y), (x, y), steps=1)
    assert dock.workbench.tools.tool.region == "lips"
    assert dock.tool_panel.options.row("region").value == "lips"
    assert stroke_tools(dock) == []
    pixel = 1 / dock.view._viewer.scene.camera.zoom
    way = np.array([12, 4]) * pixel  # a mouse moves by whole pixels
    pointer.drag((x, y), (x + way[0], y + way[1]))
    lips = region_vertices(FACE_468, "lips")
    moved = (dock.workbench.session.landmarks - before)[lips]
    assert_allclose(np.median(moved, axis=0), [*way, 0], atol=0.3)
    after = dock.workbench.session.landmarks.copy()
    pointer.key(Qt.Key.Key_Right)
    nudged = (dock.workbench.session.landmarks - after)[lips]
    assert_allclose(np.median(nudged, axis=0), [pixel, 0, 0], atol=0.05)
    assert stroke_tools(dock) == ["transform", "transform"]


def test_arrows_nudge_what_is_under_the_pointer(workplace: Workplace) -> None:
    dock, pointer = workplace
    pointer.move(place(dock, CHIN))
    before = place(dock, CHIN)
    pointer.key(Qt.Key.Key_Down, "", SHIFT)
    pixel = 1 / dock.view._viewer.scene.camera.zoom
    assert_allclose(place(dock, CHIN), (before[0], before[1] + 10 * pixel), atol=1e-3)


def test_guided_is_nudged_too_and_a_brush_is_not(workplace: Workplace) -> None:
    dock, pointer = workplace
    pointer.move(place(dock, CHIN))
    press_key(pointer, "q")
    before = place(dock, CHIN)
    pointer.key(Qt.Key.Key_Right)
    pixel = 1 / dock.view._viewer.scene.camera.zoom
    assert_allclose(place(dock, CHIN), (before[0] + pixel, before[1]), atol=1e-3)
    assert dock.workbench.session.state.anchors == (CHIN,)
    press_key(pointer, "p")
    pointer.key(Qt.Key.Key_Right)
    assert stroke_tools(dock) == ["guided"]


def test_nothing_is_nudged_that_cannot_be_seen_or_only_turned(workplace: Workplace) -> None:
    dock, pointer = workplace
    pointer.move(place(dock, CHIN))
    for key in ("v", "j"):
        press_key(pointer, key)
        pointer.key(Qt.Key.Key_Down)
        press_key(pointer, key)
    assert stroke_tools(dock) == []


def test_keys_pin_mark_and_hide_the_region_under_the_pointer(workplace: Workplace) -> None:
    dock, pointer = workplace
    session, eye = dock.workbench.session, region_vertices(FACE_468, "right_eye")
    pointer.move(place(dock, RIGHT_LID))
    press_key(pointer, "P")
    press_key(pointer, "o")
    assert set(np.flatnonzero(is_pinned(session.state.marks))) == set(eye.tolist())
    assert (visibility_of(session.state.marks)[eye] == Visibility.OCCLUDED).all()
    press_key(pointer, "H")
    assert set(np.flatnonzero(session.state.hidden)) == set(eye.tolist())
    shown, pinned, visible = dock.region_panel.buttons("right_eye")
    assert (shown.text(), pinned.text(), visible.text()) == ("hidden", "pinned", "occluded")
    # Hiding is the view's business, not the sample's: the next one hides it too.
    press_key(pointer, "d")
    assert dock.workbench.session.state.hidden[eye].all()
    assert not dock.workbench.session.state.marks.any()


def test_what_leaves_the_photograph_shows_as_out_of_frame_at_once(workplace: Workplace) -> None:
    dock, _ = workplace
    dock.view.settings = replace(dock.view.settings, colours=Colours.VISIBILITY)
    session, lips = dock.workbench.session, region_vertices(FACE_468, "lips")
    moved = session.landmarks.copy()
    moved[lips, 0] -= 10_000
    dock.workbench.edits.apply("transform", Edit(moved))
    assert not session.state.marks.any()
    colours = dock.view.drawing.look.vertex_colours
    assert_allclose(colours[lips], [VISIBILITY_COLOURS[Visibility.OUT_OF_FRAME]] * len(lips))
    assert_allclose(colours[CHIN], VISIBILITY_COLOURS[Visibility.VISIBLE])
    assert dock.region_panel.buttons("lips")[2].text() == "out of frame"


def test_off_the_regions_a_key_says_what_to_do(workplace: Workplace) -> None:
    dock, pointer = workplace
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    left, top = dock.workbench.session.landmarks[:, :2].min(axis=0).tolist()
    pointer.move((left - 40, top - 40))
    press_key(pointer, "P")
    assert told == ["Hold the pointer over a region of the face first."]
    assert stroke_tools(dock) == []


def test_hidden_regions_are_not_grabbed(workplace: Workplace) -> None:
    dock, pointer = workplace
    for region in ("face", "lips"):
        dock.regions.toggle_hidden(region)
    drag(dock, pointer, CHIN, (10, 10))
    assert stroke_tools(dock) == []


def test_depth_moves_in_the_turned_view_only_when_switched_on(workplace: Workplace) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    before = session.landmarks.copy()
    press_key(pointer, "j")
    x, y = place(dock, 4)
    pointer.drag((x, y), (x + 60, y))  # turns the face
    assert_array_equal(session.landmarks, before)
    dock.view_panel.depth_moves.setChecked(True)
    nose = dock.view.seen_landmarks[4, :2].tolist()
    pointer.drag(tuple(nose), (nose[0] + 8, nose[1]))
    moved = (session.landmarks - before)[4]
    assert abs(moved[2]) > 1
    assert np.linalg.norm(moved) == pytest.approx(8, abs=0.5)
