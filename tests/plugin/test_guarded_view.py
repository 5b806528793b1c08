"""napari's own switches while a sample is shown: put back, or nothing acts that is not seen."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from napari.utils.action_manager import action_manager
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt

from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.project import SampleState, Verdict
from annotator.workbench.batch import planned

CHIN = 152
Workplace = tuple[AnnotatorDock, Pointer]
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def real(dock: AnnotatorDock) -> Any:
    """The viewer itself, as napari's own buttons and scripts have it."""
    return dock.view._viewer.__wrapped__


def drag_chin(dock: AnnotatorDock, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.drag((x, y), (x + 12, y + 8))


def messages(dock: AnnotatorDock) -> list[str]:
    said: list[str] = []
    dock.workbench.failed.connect(said.append)
    dock.workbench.told.connect(said.append)
    return said


def assert_nothing_acts(dock: AnnotatorDock, pointer: Pointer) -> list[str]:
    """Try a drag, a nudge, verdicts and undo; return what was said."""
    said, bench = messages(dock), dock.workbench
    sample, session = bench.current, bench.session
    mesh = np.array(session.landmarks)
    revision = session.revision
    drag_chin(dock, pointer)
    pointer.key(Qt.Key.Key_Right)
    pointer.key(Qt.Key.Key_Return, "\r")
    pointer.key(Qt.Key.Key_X, "x")
    pointer.key(Qt.Key.Key_E, "e")
    pointer.key(Qt.Key.Key_Z, "\x1a", CONTROL)
    pointer.key(Qt.Key.Key_Y, "\x19", CONTROL)
    assert bench.session is session
    assert session.revision == revision
    assert_array_equal(session.landmarks, mesh)
    assert bench.project.samples.get(sample.id).state is sample.state
    assert said
    return said


def assert_as_it_should_be(dock: AnnotatorDock, pointer: Pointer) -> None:
    """The view is as the tools need it, and a drag makes a stroke where it was made."""
    viewer = real(dock)
    assert viewer.dims.ndisplay == 2
    assert tuple(viewer.dims.order) == tuple(range(viewer.dims.ndim))
    assert not viewer.canvas.grid.enabled
    ours = [layer for layer in viewer.layers if layer.name in ("Photograph", "Face mesh")]
    assert [layer.name for layer in ours] == ["Photograph", "Face mesh"]
    assert viewer.layers[-1].name == "Face mesh"
    for layer in ours:
        assert_array_equal(layer.data_to_world((5, 7)), (5, 7))
    dock.view.frame()
    before = np.array(dock.workbench.session.landmarks)
    drag_chin(dock, pointer)
    moved = dock.workbench.session.landmarks[CHIN] - before[CHIN]
    assert_array_equal(np.round(moved[:2]), (12, 8))


def test_keys_of_napari_leave_the_view_as_the_tools_need_it(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    for key, modifiers in (
        (Qt.Key.Key_E, CONTROL),
        (Qt.Key.Key_T, CONTROL),
        (Qt.Key.Key_T, CONTROL | ALT),
        (Qt.Key.Key_Delete, CONTROL),
        (Qt.Key.Key_Backspace, CONTROL),
    ):
        dock._message.setText("")
        pointer.key(key, "", modifiers)
        wait_for(lambda: len(real(dock).layers) == 2, "both layers")
        wait_for(dock._message.text, f"a sentence after {key}")
        assert_as_it_should_be(dock, pointer)


def test_buttons_of_napari_leave_the_view_as_the_tools_need_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    camera = real(dock).scene.camera
    for action in (
        "roll_axes", "transpose_axes", "rotate_layers", "toggle_ndisplay", "toggle_grid",
    ):  # fmt: skip
        dock._message.setText("")
        before = (camera.center, camera.zoom)
        action_manager.trigger(f"napari:{action}")
        assert (camera.center, camera.zoom) == before, action
        assert dock._message.text(), action
        assert_as_it_should_be(dock, pointer)


def test_the_2d_3d_button_is_not_left_pressed(workplace: Workplace) -> None:
    dock, _ = workplace
    buttons = real(dock).window._qt_viewer.viewerButtons
    buttons.ndisplayButton.click()
    assert real(dock).dims.ndisplay == 2
    assert not buttons.ndisplayButton.isChecked()
    assert "J turns the face in 3D" in dock._message.text()
    buttons.gridViewButton.click()
    assert not real(dock).canvas.grid.enabled
    assert not buttons.gridViewButton.isChecked()


@pytest.mark.parametrize("name", ["Photograph", "Face mesh"])
def test_layers_that_a_script_moves_are_put_back(workplace: Workplace, name: str) -> None:
    dock, pointer = workplace
    for attribute, value in (
        ("scale", (2, 2)),
        ("translate", (30, -20)),
        ("rotate", 90),
        ("shear", [0.5]),
        ("affine", np.diag([1.0, -1.0, 1.0])),
        ("units", ("mm", "mm")),
    ):
        dock._message.setText("")
        setattr(real(dock).layers[name], attribute, value)
        assert "one on the other" in dock._message.text(), attribute
        assert dock.workbench.in_sight(), attribute
    assert_as_it_should_be(dock, pointer)


def test_layers_that_are_deleted_come_back(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    viewer = real(dock)
    camera = viewer.scene.camera
    for names in (["Photograph"], ["Face mesh"], ["Photograph", "Face mesh"]):
        before = (camera.center, camera.zoom)
        for name in names:
            viewer.layers.remove(name)
        assert not dock.workbench.in_sight()
        wait_for(lambda: len(viewer.layers) == 2, "both layers")
        assert (camera.center, camera.zoom) == before
        assert_as_it_should_be(dock, pointer)
    dock.workbench.step(1)
    assert_as_it_should_be(dock, pointer)


def test_layers_that_are_put_in_another_order_go_back(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    layers = real(dock).layers
    layers.move(1, 0)
    assert not dock.workbench.in_sight()
    wait_for(lambda: layers[-1].name == "Face mesh", "the order")
    assert_as_it_should_be(dock, pointer)


def test_modes_of_napari_are_not_taken_up(workplace: Workplace) -> None:
    dock, pointer = workplace
    for layer in real(dock).layers:
        real(dock).layers.selection.active = layer
        layer.mode = "transform"
        assert layer.mode == "pan_zoom"
        pointer.key(Qt.Key.Key_2, "2")
        assert layer.mode == "pan_zoom"
    assert_as_it_should_be(dock, pointer)


def test_pixels_that_a_script_puts_in_the_photograph_s_place_do_not_stay(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    layer = real(dock).layers["Photograph"]
    before = np.array(layer.data)
    layer.data = before[::-1]
    assert_array_equal(layer.data, before)
    assert_as_it_should_be(dock, pointer)


def test_nothing_acts_on_a_mesh_that_is_hidden(workplace: Workplace) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    pointer.key(Qt.Key.Key_V, "v")
    said = assert_nothing_acts(dock, pointer)
    assert set(said) == {"The mesh is hidden: press V to show it."}
    pointer.key(Qt.Key.Key_V, "v")
    assert_as_it_should_be(dock, pointer)


def test_a_mesh_that_was_hidden_while_its_sample_was_open_was_not_seen(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    samples = dock.workbench.samples
    ids = samples.ids(0, 3)
    assert dock.workbench.sample_id == ids[0]
    pointer.key(Qt.Key.Key_V, "v")
    for _ in ids[1:]:
        pointer.key(Qt.Key.Key_Space, " ")
    assert planned(samples, Verdict.ACCEPT, ids).unseen == tuple(ids[1:])
    pointer.key(Qt.Key.Key_V, "v")
    dock.samples.batch._fill()
    assert planned(samples, Verdict.ACCEPT, ids).unseen == tuple(ids[1:3])
    dock.workbench.go_to(ids[1])
    pointer.key(Qt.Key.Key_Space, " ")
    assert planned(samples, Verdict.ACCEPT, ids).unseen == ()


@pytest.mark.parametrize(("attribute", "value"), [("visible", False), ("opacity", 0.0)])
def test_nothing_acts_where_the_photograph_cannot_be_seen(
    workplace: Workplace, attribute: str, value: Any
) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    setattr(real(dock).layers["Photograph"], attribute, value)
    said = assert_nothing_acts(dock, pointer)
    assert all("press V to" in sentence for sentence in said)
    pointer.key(Qt.Key.Key_V, "v")
    assert_as_it_should_be(dock, pointer)


def test_nothing_acts_on_a_face_that_is_outside_the_view(workplace: Workplace) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    real(dock).scene.camera.center = (0, -5000, 0)
    said = messages(dock)
    first = dock.workbench.current.id
    pointer.key(Qt.Key.Key_Return, "\r")
    assert dock.workbench.current.id == first
    assert said == ["The face is outside the view: press C to see it."]
    pointer.key(Qt.Key.Key_C, "c")
    pointer.key(Qt.Key.Key_Return, "\r")
    assert dock.workbench.project.samples.get(first).state is SampleState.ACCEPTED


def test_no_verdict_is_given_while_the_prediction_is_shown_instead(workplace: Workplace) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    dock.view.flicker(shows_prediction=True)
    assert_nothing_acts(dock, pointer)
    dock.view.flicker(shows_prediction=False)
    assert_as_it_should_be(dock, pointer)


def test_other_layers_stay_below_the_mesh_and_images_below_the_photograph(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    viewer = real(dock)
    viewer.add_image(np.zeros((400, 400)), name="foreign")
    assert not dock.workbench.in_sight()
    viewer.add_points([[10, 10]], name="spots")
    wanted = ["foreign", "Photograph", "spots", "Face mesh"]
    wait_for(lambda: [layer.name for layer in viewer.layers] == wanted, "the order")
    assert_as_it_should_be(dock, pointer)
    for name in ("foreign", "spots"):
        viewer.layers.remove(name)


def test_a_stack_of_images_does_not_turn_the_axes(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    viewer = real(dock)
    viewer.add_image(np.zeros((3, 40, 40)), name="stack")
    wait_for(lambda: viewer.layers[0].name == "stack", "the order")
    viewer.dims.roll()
    assert tuple(viewer.dims.order) == (0, 1, 2)
    dock.view.frame()
    assert_as_it_should_be(dock, pointer)
    viewer.layers.remove("stack")


def test_what_napari_s_switches_did_is_free_again_when_the_dock_is_closed(
    workplace: Workplace,
) -> None:
    dock, _ = workplace
    viewer = real(dock)
    dock.shut_down()
    viewer.dims.ndisplay = 3
    assert viewer.dims.ndisplay == 3
    viewer.dims.ndisplay = 2
