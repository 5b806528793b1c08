"""Real Qt mouse events on a shown canvas."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from annotator.mesh.brush import Brush, brush_weights
from annotator.mesh.layout import FACE_468
from annotator.plugin.canvas.pointer import Pointer, positions_between
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project

CHIN = 152
FOREHEAD = 10
Workplace = tuple[AnnotatorDock, Pointer]
# vispy drops moves that come within 10 ms of the one before.
APART_MS = 15


def position_of(dock: AnnotatorDock, vertex: int) -> tuple[float, float]:
    assert dock.workbench.session is not None
    x, y, _ = dock.workbench.session.landmarks[vertex]
    return float(x), float(y)


def stored(dock: AnnotatorDock) -> np.ndarray:
    project, session = dock.workbench.project, dock.workbench.session
    assert project is not None
    assert session is not None
    return np.array(project.annotations.load(session.sample_id).landmarks)


def test_a_drag_moves_the_vertex_by_the_mouses_way_and_the_others_by_their_share(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    before = stored(dock)
    weights = brush_weights(before, FACE_468, CHIN, Brush())
    x, y = position_of(dock, CHIN)
    pointer.drag((x, y), (x + 6, y + 11))
    moved = stored(dock) - before
    # A screen pixel is the finest step a mouse can make.
    pixel = 1 / dock.view._viewer.scene.camera.zoom
    assert_allclose(moved[CHIN, :2], [6, 11], atol=1.5 * pixel)
    assert_allclose(moved[:, :2], weights[:, None] * moved[CHIN, :2], atol=1e-3)
    assert not moved[:, 2].any()
    assert_array_equal(stored(dock), dock.workbench.session.landmarks)


def test_the_canvas_shows_what_is_stored(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    pointer.drag((x, y), (x + 9, y))
    shown = dock.view.mesh_layer.data
    assert_allclose(shown, stored(dock)[:, 1::-1] - 0.5, atol=1e-4)
    assert_allclose(dock.view.drawing.points, dock.workbench.session.landmarks[:, :2] - 0.5)


def test_the_release_has_the_last_word_when_moves_are_lost(workplace: Workplace) -> None:
    dock, pointer = workplace
    before = stored(dock)
    x, y = position_of(dock, CHIN)
    pointer.move((x, y))
    pointer.press((x, y))
    pointer.release((x + 10, y))
    assert (stored(dock) - before)[CHIN, 0] == pytest.approx(10, abs=0.5)


def test_escape_cancels_a_stroke_under_way(workplace: Workplace) -> None:
    dock, pointer = workplace
    before = stored(dock)
    x, y = position_of(dock, CHIN)
    pointer.press((x, y))
    for position in positions_between((x, y), (x, y + 20), 5):
        pointer.move(position, pressed=True)
    assert (dock.workbench.session.landmarks != before).any()
    pointer.key(Qt.Key.Key_Escape)
    pointer.release((x, y + 20))
    assert_array_equal(dock.workbench.session.landmarks, before)
    assert_array_equal(stored(dock), before)
    assert not dock.workbench.session.can_undo


def test_a_click_without_a_drag_is_no_stroke(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    pointer.drag((x, y), (x, y))
    assert not dock.workbench.session.can_undo


def test_a_drag_far_from_the_mesh_moves_the_photograph_instead(workplace: Workplace) -> None:
    dock, pointer = workplace
    before = stored(dock)
    centre = dock.view._viewer.scene.camera.center
    left, top = before[:, :2].min(axis=0)
    pointer.drag((left - 10, top - 10), (left, top + 5))
    assert dock.view._viewer.scene.camera.center != centre
    assert_array_equal(stored(dock), before)


def test_the_camera_stays_while_the_mesh_is_dragged(workplace: Workplace) -> None:
    dock, pointer = workplace
    centre = dock.view._viewer.scene.camera.center
    x, y = position_of(dock, CHIN)
    pointer.drag((x, y), (x + 8, y + 8))
    assert dock.view._viewer.scene.camera.center == centre


def test_hovering_shows_the_circle_and_colours_what_would_move(workplace: Workplace) -> None:
    dock, pointer = workplace
    pointer.move(position_of(dock, CHIN))
    drawing = dock.view.drawing
    red, green, _, _ = drawing.vertex_colours[CHIN]
    assert red > green
    assert_array_equal(drawing.vertex_colours[FOREHEAD], [1, 1, 1, 1])
    assert drawing.vertex_sizes[CHIN] > drawing.vertex_sizes[FOREHEAD]
    radius = np.ptp(drawing.circles[:, 0]) / 2
    iod = np.linalg.norm(stored(dock)[33, :2] - stored(dock)[263, :2])
    assert radius == pytest.approx(dock.workbench.tools.brush.radius_iod * iod, rel=1e-3)


def test_f_sets_the_radius_by_moving_the_mouse_and_escape_takes_it_back(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    before = dock.workbench.tools.brush
    pointer.move((x, y))
    pointer.key(Qt.Key.Key_F, "f")
    assert dock.workbench.tools.brush == before
    pointer.move((x + 15, y))
    assert dock.workbench.tools.brush.radius_iod > before.radius_iod
    pointer.key(Qt.Key.Key_Escape)
    assert dock.workbench.tools.brush == before
    pointer.key(Qt.Key.Key_F, "F", Qt.KeyboardModifier.ShiftModifier)
    pointer.move((x - 10, y))
    pointer.press((x - 10, y))
    pointer.release((x - 10, y))
    assert dock.workbench.tools.brush.strength < before.strength
    assert dock.workbench.tools.brush.radius_iod == before.radius_iod
    assert not dock.workbench.session.can_undo


def test_undo_and_redo_walk_through_every_stroke(workplace: Workplace) -> None:
    dock, pointer = workplace
    meshes = [stored(dock)]
    for _ in range(4):
        x, y = position_of(dock, CHIN)
        pointer.drag((x, y), (x + 3, y + 4))
        meshes.append(stored(dock))
    for mesh in reversed(meshes[:-1]):
        pointer.key(Qt.Key.Key_Z, "\x1a", Qt.KeyboardModifier.ControlModifier)
        assert_array_equal(stored(dock), mesh)
    for mesh in meshes[1:]:
        pointer.key(Qt.Key.Key_Y, "\x19", Qt.KeyboardModifier.ControlModifier)
        assert_array_equal(stored(dock), mesh)
        assert_array_equal(dock.workbench.session.landmarks, mesh)


def test_a_key_in_mid_stroke_does_not_change_the_sample(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.session.sample_id
    x, y = position_of(dock, CHIN)
    pointer.press((x, y))
    pointer.move((x + 4, y), pressed=True)
    for key, text in ((Qt.Key.Key_D, "d"), (Qt.Key.Key_Space, " "), (Qt.Key.Key_Return, "\r")):
        pointer.key(key, text)
    assert dock.workbench.session.sample_id == sample_id
    pointer.release((x + 8, y))
    assert (stored(dock) - dock.workbench.session.prediction)[CHIN, 0] == pytest.approx(8, abs=0.5)
    pointer.key(Qt.Key.Key_D, "d")
    shown = dock.view.drawing.points
    assert_allclose(shown, dock.workbench.session.landmarks[:, :2] - 0.5, atol=1e-4)


def test_a_stroke_whose_release_went_elsewhere_ends_where_it_was_seen(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    pointer.press((x, y))
    for position in positions_between((x, y), (x + 8, y), 4):
        pointer.move(position, pressed=True)
        QTest.qWait(APART_MS)
    pointer.key(Qt.Key.Key_X, "x")
    assert QApplication.activeModalWidget() is None, "no dialog in mid-stroke"
    pointer.move((x + 30, y + 30))
    wait_for(lambda: not dock.workbench.session.is_dragging)
    assert (stored(dock) - dock.workbench.session.prediction)[CHIN, 0] == pytest.approx(8, abs=2.5)
    assert_array_equal(stored(dock), dock.workbench.session.landmarks)
    shown = np.array(dock.workbench.session.landmarks)
    pointer.move((x + 60, y))
    QTest.qWait(APART_MS)
    assert_array_equal(dock.workbench.session.landmarks, shown)
    pointer.release((x + 60, y))  # napari still waits for it
    assert_array_equal(dock.workbench.session.landmarks, shown)


def test_a_stroke_lasts_until_the_window_systems_release(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    """Through the window system Qt owns the events, and they are gone when napari hands on late."""
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    window = pointer._canvas.window()

    def place(position: tuple[float, float]) -> QPoint:
        left, top = pointer.on_canvas(position)
        return pointer._canvas.mapTo(window, QPoint(round(left), round(top)))

    handle = window.windowHandle()
    QTest.mouseMove(handle, place((x, y)))
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=place((x, y)))
    for step in range(1, 9):
        QTest.mouseMove(handle, place((x + step, y)))
        QTest.qWait(APART_MS)
    session = dock.workbench.session
    wait_for(lambda: position_of(dock, CHIN)[0] > x + 6)
    assert session.is_dragging
    assert not dock.workbench.project.annotations.strokes(session.sample_id)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=place((x + 8, y)))
    wait_for(lambda: dock.workbench.project.annotations.strokes(session.sample_id))
    assert (stored(dock) - dock.workbench.session.prediction)[CHIN, 0] == pytest.approx(8, abs=0.6)


def test_undo_in_mid_stroke_only_cancels_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    pointer.drag((x, y), (x + 5, y))
    before = stored(dock)
    pointer.press((x + 5, y))
    pointer.move((x + 20, y), pressed=True)
    pointer.key(Qt.Key.Key_Z, "\x1a", Qt.KeyboardModifier.ControlModifier)
    pointer.release((x + 20, y))
    assert_array_equal(stored(dock), before)
    assert_array_equal(dock.workbench.session.landmarks, before)


@pytest.mark.parametrize("way", ["middle", "control"])
def test_the_photograph_can_be_moved_from_anywhere(workplace: Workplace, way: str) -> None:
    dock, pointer = workplace
    before, zoom = stored(dock), dock.view._viewer.scene.camera.zoom
    _, row, column = dock.view._viewer.scene.camera.center
    x, y = position_of(dock, CHIN)
    if way == "middle":
        hand = Pointer(pointer._viewer, button=Qt.MouseButton.MiddleButton)
    else:
        hand = Pointer(pointer._viewer, modifiers=Qt.KeyboardModifier.ControlModifier)
    start = hand.on_canvas((x, y))
    hand.press_at(start)
    for step in range(1, 6):
        hand.move_at((start[0] + 10 * step, start[1] + 4 * step), pressed=True)
        QTest.qWait(APART_MS)
    hand.release_at((start[0] + 50, start[1] + 20))
    moved = dock.view._viewer.scene.camera.center
    assert moved[-1] == pytest.approx(column - 50 / zoom, abs=0.6)
    assert moved[-2] == pytest.approx(row - 20 / zoom, abs=0.6)
    assert dock.view._viewer.scene.camera.zoom == zoom
    assert_array_equal(stored(dock), before)


def test_the_circle_goes_when_the_pointer_leaves_the_canvas(workplace: Workplace) -> None:
    dock, pointer = workplace
    viewer = dock.view._viewer.__wrapped__
    viewer.mouse_over_canvas = True
    pointer.move(position_of(dock, CHIN))
    assert len(dock.view.drawing.circles)
    viewer.mouse_over_canvas = False
    assert not len(dock.view.drawing.circles)


def test_a_hidden_mesh_cannot_be_dragged(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y = position_of(dock, CHIN)
    pointer.key(Qt.Key.Key_V, "v")
    pointer.drag((x, y), (x + 8, y))
    assert not dock.workbench.session.can_undo
    pointer.key(Qt.Key.Key_V, "v")
    assert dock.view.is_editable


SCRIPT = """
import os, signal, sys
from pathlib import Path
from annotator.plugin.launch import open_viewer
from annotator.plugin.canvas.pointer import Pointer
from qtpy.QtTest import QTest
viewer, dock = open_viewer(Path(sys.argv[1]), "kim")
assert QTest.qWaitForWindowExposed(dock.window(), 60_000)
dock.view.frame()
x, y, _ = dock.workbench.session.landmarks[152]
Pointer(viewer).drag((x, y), (x + 6, y + 11))
print(dock.workbench.session.sample_id, *dock.workbench.session.landmarks[152], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_stroke_is_in_the_database_after_kill_9(
    project_folder: Path, run_script: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    killed = run_script(SCRIPT)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    sample_id, *chin = killed.stdout.split()
    with Project.open(project_folder) as project:
        annotation = project.annotations.load(int(sample_id))
        assert_allclose(annotation.landmarks[CHIN], np.float32(chin), rtol=1e-6)
        assert project.annotations.strokes(int(sample_id))[0].annotator == "kim"
        assert (annotation.landmarks[CHIN, :2] != annotation.prediction[CHIN, :2]).all()
