"""The ways to see, by real mouse and key events on the window of a project."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt

from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.workbench.look.thinning import FULL
from annotator.workbench.look.view_settings import Colours, MeshStyle, Texture
from annotator.workbench.toolbox import ToolKind

NOSE_TIP = 1
Workplace = tuple[AnnotatorDock, Pointer]


def on_canvas(dock: AnnotatorDock, vertex: int) -> tuple[float, float]:
    """Where the view shows a vertex, as an image position."""
    assert dock.view.drawing is not None
    x, y = (dock.view.drawing.points[vertex] + 0.5).tolist()
    return x, y


def landmarks(dock: AnnotatorDock) -> np.ndarray:
    assert dock.workbench.session is not None
    return dock.workbench.session.landmarks


def test_a_drag_with_the_right_button_sets_the_light_and_keeps_the_mesh(
    workplace: Workplace,
) -> None:
    dock, _ = workplace
    before = landmarks(dock)
    hand = Pointer(dock._viewer, button=Qt.MouseButton.RightButton)
    x, y = on_canvas(dock, NOSE_TIP)
    hand.drag((x, y), (x + 20, y - 30))
    light = dock.view.settings.light
    assert light.contrast > 1
    assert light.brightness > 0
    assert light.gamma == 1
    assert_array_equal(landmarks(dock), before)


def test_in_the_turned_view_a_drag_turns_and_moves_nothing(workplace: Workplace) -> None:
    dock, pointer = workplace
    before, zoom = landmarks(dock), dock._viewer.scene.camera.zoom
    dock.view.toggle_turned()
    x, y = on_canvas(dock, NOSE_TIP)
    centre = dock._viewer.scene.camera.center
    pointer.drag((x, y), (x - 15, y))
    assert on_canvas(dock, NOSE_TIP)[0] < x - 1
    assert_array_equal(landmarks(dock), before)
    assert dock._viewer.scene.camera.center == centre
    assert dock._viewer.scene.camera.zoom == zoom


def test_with_depth_on_a_drag_in_the_turned_view_moves_depth_as_one_stroke(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    before = landmarks(dock).copy()
    dock.view.settings = replace(dock.view.settings, turned=True, depth_moves=True)
    x, y = on_canvas(dock, NOSE_TIP)
    pointer.drag((x, y), (x + 9, y))
    after = landmarks(dock)
    # Turned by 30 degrees: half of the way is depth.
    moved = after[NOSE_TIP] - before[NOSE_TIP]
    assert moved[2] == pytest.approx(-4.5, abs=1)
    assert moved[0] == pytest.approx(9 * np.cos(np.radians(30)), abs=1)
    assert on_canvas(dock, NOSE_TIP)[0] == pytest.approx(x + 9, abs=1)
    dock.workbench.edits.undo()
    assert_array_equal(landmarks(dock), before)


def test_beside_the_turned_face_a_drag_turns_it_also_while_tools_act(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    before = landmarks(dock)
    dock.view.settings = replace(dock.view.settings, turned=True, depth_moves=True)
    nose = on_canvas(dock, NOSE_TIP)
    left, top = dock.view.drawing.points.min(axis=0).tolist()
    size = np.ptp(dock.view.drawing.points, axis=0).max()
    pointer.drag((left - size / 6, top), (left - size / 6 + 15, top))
    assert on_canvas(dock, NOSE_TIP)[0] > nose[0] + 1
    assert_array_equal(landmarks(dock), before)


def test_each_key_of_the_view_changes_what_is_seen(workplace: Workplace) -> None:
    dock, pointer = workplace
    shift = Qt.KeyboardModifier.ShiftModifier
    pointer.key(Qt.Key.Key_V, "V", shift)
    pointer.key(Qt.Key.Key_Y, "y")
    pointer.key(Qt.Key.Key_K, "k")
    pointer.key(Qt.Key.Key_U, "u")
    pointer.key(Qt.Key.Key_J, "j")
    settings = dock.view.settings
    assert settings.style is MeshStyle.CONTOURS
    assert settings.ghost
    assert settings.colours is Colours.DISPLACEMENT
    assert settings.texture is Texture.CHECKER
    assert settings.turned
    pointer.key(Qt.Key.Key_J, "j")
    assert dock.view.settings == replace(settings, turned=False)


def test_what_is_seen_stays_from_sample_to_sample(workplace: Workplace) -> None:
    dock, _ = workplace
    settings = replace(
        dock.view.settings, texture=Texture.MAKE_UP, turned=True, style=MeshStyle.POINTS
    )
    dock.view.settings = settings
    dock.workbench.step(1)
    assert dock.view.settings == settings
    assert dock.view.drawing is not None
    assert not len(dock.view.drawing.look.edges)


def test_the_status_bar_names_what_the_pointer_is_over(workplace: Workplace) -> None:
    dock, pointer = workplace
    nose = on_canvas(dock, 4)
    pointer.move(nose)
    cursor = dock._viewer.cursor.position
    status = dock.view.mesh_layer.get_status(cursor, world=True)
    assert status["layer_base"] == "Nose tip, vertex 4"
    assert status["coordinates"] == ""
    dock.view.toggle_turned()
    turned = on_canvas(dock, 4)
    pointer.move(turned)
    cursor = dock._viewer.cursor.position
    assert dock.view.mesh_layer.get_status(cursor, world=True)["layer_base"] == "Nose tip, vertex 4"


def test_the_contour_that_would_move_is_named_beside_the_pointer(workplace: Workplace) -> None:
    dock, pointer = workplace
    note = dock.others._note
    dock.workbench.tools.choose(ToolKind.CONTOUR)
    pointer.move(on_canvas(dock, 61))
    assert note.isVisible()
    assert note.text() == "Lips, outer"
    dock.workbench.tools.choose(ToolKind.GRAB)
    pointer.move(on_canvas(dock, 291))
    assert not note.isVisible()


def test_from_afar_the_mesh_is_thinned_and_close_up_it_is_whole(workplace: Workplace) -> None:
    dock, _ = workplace
    camera = dock._viewer.scene.camera
    dock.view.frame()
    camera.zoom *= 4
    assert dock.view.drawing.thinning == FULL
    look = dock.view.drawing.look
    camera.zoom /= 60
    assert dock.view.drawing.thinning.edges == 0
    assert dock.view.drawing.look is look, "no colours are sent to the graphics card for that"
    dock.view.settings = replace(dock.view.settings, style=MeshStyle.POINTS)
    assert dock.view.drawing.thinning.vertices == 1, "or nothing would be left"


def test_a_resized_window_frames_the_face_again_unless_somebody_moved_the_camera(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    camera, canvas = dock._viewer.scene.camera, dock._viewer.canvas
    window = dock._viewer.window

    def resized_to(width: int, height: int) -> None:
        before = canvas.size
        window.resize(width, height)
        wait_for(lambda: canvas.size != before, "the canvas to have another size")

    framed = camera.zoom
    resized_to(900, 800)
    wait_for(lambda: camera.zoom > 1.2 * framed, "the face to be framed")
    resized_to(640, 600)
    wait_for(lambda: camera.zoom == pytest.approx(framed, rel=0.02), "the face as it was")
    pointer.wheel(on_canvas(dock, NOSE_TIP), 2)
    zoomed = camera.zoom
    resized_to(900, 800)
    assert camera.zoom == zoomed
    dock.workbench.step(1)
    framed = camera.zoom
    resized_to(640, 600)
    wait_for(lambda: camera.zoom < framed, "the next face to be framed")
