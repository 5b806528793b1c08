"""Real key events on the canvas, and what they do to the project."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import Project, Reason, SampleState, Verdict
from annotator.workbench.key_names import key_text
from annotator.workbench.keys import SHORTCUTS

Workplace = tuple[AnnotatorDock, Pointer]


def current_id(dock: AnnotatorDock) -> int:
    assert dock.workbench.current is not None
    return dock.workbench.current.id


def state_in_database(dock: AnnotatorDock, sample_id: int) -> SampleState:
    assert dock.workbench.project is not None
    return dock.workbench.project.samples.get(sample_id).state


def test_d_and_a_walk_through_the_list(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = current_id(dock)
    pointer.key(Qt.Key.Key_D, "d")
    second = current_id(dock)
    assert dock.workbench.samples.row(second) == dock.workbench.samples.row(first) + 1
    pointer.key(Qt.Key.Key_A, "a")
    assert current_id(dock) == first


def test_enter_accepts_as_predicted_and_goes_on_to_the_next_to_do(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = current_id(dock)
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_in_database(dock, first) is SampleState.ACCEPTED
    assert current_id(dock) != first
    assert dock.workbench.current.state is SampleState.PREDICTED


def test_space_skips_samples_that_have_their_verdict(workplace: Workplace) -> None:
    dock, pointer = workplace
    ids = [dock.workbench.samples.at(row).id for row in range(3)]
    dock.workbench.go_to(ids[1])
    dock.workbench.verdicts.goes_on = False
    pointer.key(Qt.Key.Key_Return, "\r")
    pointer.key(Qt.Key.Key_A, "a")
    pointer.key(Qt.Key.Key_Space, " ")
    assert current_id(dock) == ids[2]


def test_e_excludes_and_r_withdraws_the_verdict(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = current_id(dock)
    pointer.key(Qt.Key.Key_E, "e")
    assert state_in_database(dock, first) is SampleState.EXCLUDED
    dock.workbench.go_to(first)
    pointer.key(Qt.Key.Key_R, "r")
    assert state_in_database(dock, first) is SampleState.PREDICTED
    history = dock.workbench.project.reviews.history(first)
    assert [review.verdict for review in history] == [Verdict.EXCLUDE, Verdict.REOPEN]


def test_x_asks_for_reasons_by_digit_and_sends_back(
    workplace: Workplace, when_asked: Callable[..., object]
) -> None:
    dock, pointer = workplace
    first = current_id(dock)

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        QTest.keyClicks(dialog, "24")
        assert dialog.reasons == (Reason.POOR_MESH, Reason.BLURRED)
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    when_asked(answer)
    pointer.key(Qt.Key.Key_X, "x")
    assert state_in_database(dock, first) is SampleState.SENT_BACK
    (review,) = dock.workbench.project.reviews.history(first)
    assert review.reasons == (Reason.POOR_MESH, Reason.BLURRED)


def test_x_asks_for_the_reasons_of_the_project(
    workplace: Workplace, when_asked: Callable[..., object]
) -> None:
    dock, pointer = workplace
    project, first = dock.workbench.project, current_id(dock)
    reasons = ["lids_wrong", *(f"reason_{letter}" for letter in "abcdefghi"), "other"]
    project.settings.put("reasons", reasons, by="Rae")

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        texts = [box.text for box in dialog._boxes.values()]
        assert texts[0] == "1   Lids wrong"
        assert texts[9].strip() == "Reason i", "ten digits there are not"
        QTest.keyClicks(dialog, "1")
        dialog._boxes["reason_i"].value = True
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    when_asked(answer)
    pointer.key(Qt.Key.Key_X, "x")
    assert project.reviews.newest(first).reasons == ("lids_wrong", "reason_i")


def test_an_accepted_mesh_that_is_edited_is_accepted_no_more(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = current_id(dock)
    pointer.key(Qt.Key.Key_Return)
    assert state_in_database(dock, first) is SampleState.ACCEPTED
    dock.workbench.go_to(first)
    x, y, _ = map(float, dock.workbench.session.landmarks[152])
    pointer.move((x, y))
    pointer.key(Qt.Key.Key_Right)
    assert state_in_database(dock, first) is SampleState.IN_PROGRESS
    assert dock.workbench.current.state is SampleState.IN_PROGRESS


def test_sending_back_without_a_reason_is_not_possible(
    workplace: Workplace, when_asked: Callable[..., object]
) -> None:
    dock, pointer = workplace
    first = current_id(dock)

    def answer(dialog: QWidget) -> None:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert dialog.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_asked(answer)
    pointer.key(Qt.Key.Key_X, "x")
    assert state_in_database(dock, first) is SampleState.PREDICTED


def test_keys_that_would_add_or_delete_points_do_nothing(workplace: Workplace) -> None:
    dock, pointer = workplace
    layer = dock.view.mesh_layer
    before = np.array(layer.data)
    for key in (Qt.Key.Key_Backspace, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_P):
        layer.selected_data = {1, 2, 3}
        pointer.key(key)
        assert layer.mode == "pan_zoom", key
        assert_array_equal(layer.data, before)


def test_a_mesh_that_napari_itself_spoils_is_restored(workplace: Workplace) -> None:
    dock, _ = workplace
    layer = dock.view.mesh_layer
    before = np.array(layer.data)
    layer.selected_data = {5}
    layer.remove_selected()
    layer.add([10, 10])
    layer.mode = "add"
    assert layer.mode == "pan_zoom"
    assert_array_equal(layer.data, before)


def test_the_status_bar_names_our_key_whatever_napari_says_of_its_own(
    workplace: Workplace,
) -> None:
    dock, _ = workplace
    layer = dock.view.mesh_layer
    assert "shows every key" in layer.help
    layer.help = "F1 shows every key"
    layer.mode = "add"
    layer.mode = "transform"
    assert layer.help == "F1 shows every key"
    assert dock.view._viewer.help == "F1 shows every key"


def test_brackets_change_the_radius_and_the_form_follows(workplace: Workplace) -> None:
    dock, pointer = workplace
    before = dock.workbench.tools.brush.radius_iod
    pointer.key(Qt.Key.Key_BracketRight, "]")
    assert dock.workbench.tools.brush.radius_iod > before
    assert dock.tool_panel.options.row("radius").value == pytest.approx(
        dock.workbench.tools.brush.radius_iod, abs=0.01
    )
    pointer.key(Qt.Key.Key_BracketLeft, "[")
    assert dock.workbench.tools.brush.radius_iod == pytest.approx(before)


def test_the_form_changes_the_brush(workplace: Workplace) -> None:
    dock, _ = workplace
    dock.tool_panel.options.row("strength").value = 0.5
    assert dock.workbench.tools.brush.strength == 0.5


def test_the_keys_work_after_a_click_in_the_list(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    dock.window().activateWindow()
    dock.focus_canvas()
    wait_for(pointer._canvas.hasFocus, "the keyboard")
    rows = dock.samples.list
    index = rows.model().index(2, 0)
    QTest.mouseClick(
        rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(index).center()
    )
    third = current_id(dock)
    assert dock.workbench.samples.row(third) == 2
    process_events()
    # The key goes to whatever has the keyboard now, as it would on an annotator's desk.
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_D)
    process_events()
    assert dock.workbench.samples.row(current_id(dock)) == 3


def test_h_shows_every_key_and_hides_it_again(workplace: Workplace) -> None:
    dock, pointer = workplace
    pointer.key(Qt.Key.Key_H, "h")
    assert dock._help.isVisible()
    for shortcut in SHORTCUTS:
        assert shortcut.text in dock._help.text()
        assert all(key_text(key) in dock._help.text() for key in shortcut.keys)
    pointer.key(Qt.Key.Key_H, "h")
    assert not dock._help.isVisible()


def test_behind_the_list_of_keys_no_verdict_is_given(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = current_id(dock)
    pointer.key(Qt.Key.Key_H, "h")
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_in_database(dock, first) is SampleState.PREDICTED
    assert not dock._help.isVisible()
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_in_database(dock, first) is SampleState.ACCEPTED


def test_keys_are_given_back_when_the_dock_closes(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    first = current_id(dock)
    dock.shut_down()
    pointer.key(Qt.Key.Key_Return, "\r")
    with Project.open(project_folder) as project:
        assert project.samples.get(first).state is SampleState.PREDICTED


def test_shift_and_the_wheel_change_the_radius_and_not_the_zoom(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y, _ = map(float, dock.workbench.session.landmarks[152])
    before, zoom = dock.workbench.tools.brush.radius_iod, dock.view._viewer.scene.camera.zoom
    pointer.wheel((x, y), 1, Qt.KeyboardModifier.ShiftModifier)
    larger = dock.workbench.tools.brush.radius_iod
    assert larger > before
    pointer.wheel((x, y), -1, Qt.KeyboardModifier.ShiftModifier)
    assert dock.workbench.tools.brush.radius_iod == pytest.approx(before)
    assert dock.view._viewer.scene.camera.zoom == zoom
    pointer.wheel((x, y), 1)
    assert dock.workbench.tools.brush.radius_iod == pytest.approx(before)
    assert dock.view._viewer.scene.camera.zoom > zoom


def test_the_slider_does_not_cut_a_radius_beyond_its_end(workplace: Workplace) -> None:
    dock, _ = workplace
    dock.workbench.tools.brush = dock.workbench.tools.brush.with_radius_iod(2.5)
    dock.tool_panel.options.row("strength").value = 0.5
    assert dock.workbench.tools.brush.radius_iod == 2.5
    assert dock.workbench.tools.brush.strength == 0.5


def test_the_last_sample_to_do_is_named_as_such(workplace: Workplace) -> None:
    dock, pointer = workplace
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    first = current_id(dock)
    others = [s.id for s in dock.workbench.project.samples.summaries() if s.id != first]
    dock.workbench.project.reviews.give(Verdict.EXCLUDE, others, reviewer="kim")
    dock.workbench.refresh()
    pointer.key(Qt.Key.Key_Space, " ")
    assert "only sample" in told[-1]
    pointer.key(Qt.Key.Key_Return, "\r")
    assert "Every sample has its verdict" in told[-1]
    dock.workbench.verdicts.reopen()
    dock.samples.filter.setCurrentText("Excluded")
    dock.workbench.go_to(others[0])
    pointer.key(Qt.Key.Key_Space, " ")
    assert "filter hides" in told[-1]
