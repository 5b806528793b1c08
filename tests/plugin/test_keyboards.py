"""Real key events of other keyboards, of the space bar, and with other layers selected."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QFocusEvent, QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.keyboard import key_reader
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import Reason, SampleState
from annotator.workbench.keys import chosen_bindings
from annotator.workbench.tools.kinds import ToolKind

Workplace = tuple[AnnotatorDock, Pointer]
NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
CHIN = 152


@pytest.fixture
def on_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number the keys as X11 does, whatever this machine has."""
    there = SimpleNamespace(platformName=lambda: "xcb")
    monkeypatch.setattr(key_reader, "QGuiApplication", there)


def stroke(widget: QWidget, typed: str, scan_code: int = 0, modifiers: Any = NONE) -> None:
    """Press and release a key that types this."""
    key = ord(typed.upper())
    for kind in (QEvent.Type.ShortcutOverride, PRESS, RELEASE):
        text = typed if modifiers == NONE else ""
        event = QKeyEvent(kind, key, modifiers, scan_code, key, 0, text)
        QApplication.sendEvent(widget, event)
    process_events()


def send(pointer: Pointer, kind: QEvent.Type, key: Any, repeats: bool = False) -> None:
    QApplication.sendEvent(pointer._canvas, QKeyEvent(kind, key, NONE, "", repeats))
    process_events()


def drag_chin(dock: AnnotatorDock, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.drag((x, y), (x + 12, y + 8))


def test_letters_work_on_keyboards_without_latin_ones(on_x11: None, workplace: Workplace) -> None:
    dock, pointer = workplace
    tools = dock.workbench.tools
    for q, d in [("й", "в"), (";", "δ"), ("/", "ג"), ("ض", "ي"), ("q", "d")]:
        first, other = dock.workbench.current.id, tools.kind
        stroke(pointer._canvas, q, 24)
        assert tools.kind is ToolKind.GUIDED, (q, other)
        stroke(pointer._canvas, d, 40)
        assert dock.workbench.current.id != first, d
        tools.choose(ToolKind.RESTORE)


def test_shift_types_latin_on_a_hebrew_keyboard_and_changes_nothing_else(
    on_x11: None, workplace: Workplace
) -> None:
    dock, pointer = workplace
    stroke(pointer._canvas, "V", 55, SHIFT)
    stroke(pointer._canvas, "/", 24)
    assert dock.workbench.tools.kind is ToolKind.GUIDED


def test_undo_and_redo_work_on_a_cyrillic_keyboard(on_x11: None, workplace: Workplace) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    before = np.array(session.landmarks)
    drag_chin(dock, pointer)
    after = np.array(session.landmarks)
    stroke(pointer._canvas, "я", 52, CONTROL)
    assert_array_equal(session.landmarks, before)
    stroke(pointer._canvas, "я", 52, CONTROL | SHIFT)
    assert_array_equal(session.landmarks, after)


def test_a_german_keyboard_is_taken_as_it_types(on_x11: None, workplace: Workplace) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    stroke(pointer._canvas, "z", 29, CONTROL)
    assert not dock.workbench.session.can_undo
    stroke(pointer._canvas, "y", 52)
    assert dock.view.settings.ghost
    radius = dock.workbench.tools.brush.radius_iod
    stroke(pointer._canvas, "ü", 34)
    assert dock.workbench.tools.brush.radius_iod < radius


def test_a_key_that_was_rebound_in_cyrillic_is_shown_and_heard_in_latin(
    on_x11: None, workplace: Workplace
) -> None:
    dock, pointer = workplace
    bindings, problems = chosen_bindings({"next": "щ", "mark_region": ""})
    assert not problems
    dock.use_keys(bindings)
    first = dock.workbench.current.id
    stroke(pointer._canvas, "щ", 32)
    second = dock.workbench.current.id
    assert second != first
    stroke(pointer._canvas, "o", 32)
    assert dock.workbench.current.id not in (first, second)
    assert "Next sample" in dock._help.text() or bindings.text("next") == "O"


def test_reasons_are_ticked_without_shift_on_a_french_keyboard(
    on_x11: None, workplace: Workplace, when_asked: Callable[..., object]
) -> None:
    _, pointer = workplace

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        stroke(dialog, "é", 11)
        stroke(dialog, "'", 13)
        assert dialog.reasons == (Reason.POOR_MESH, Reason.BLURRED)
        stroke(dialog, "2", 11, SHIFT)
        assert dialog.reasons == (Reason.BLURRED,)
        keypad = Qt.KeyboardModifier.KeypadModifier
        QApplication.sendEvent(dialog, QKeyEvent(PRESS, Qt.Key.Key_4, keypad, "4"))
        assert not dialog.reasons
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_asked(answer)
    pointer.key(Qt.Key.Key_X, "x")


def test_digits_of_the_keypad_are_digits(workplace: Workplace) -> None:
    dock, pointer = workplace
    bindings, _ = chosen_bindings({"next": "7"})
    dock.use_keys(bindings)
    first = dock.workbench.current.id
    pointer.key(Qt.Key.Key_7, "7", Qt.KeyboardModifier.KeypadModifier)
    assert dock.workbench.current.id != first


@pytest.mark.parametrize("selected", ["Photograph", None])
def test_keys_work_whatever_layer_is_selected(workplace: Workplace, selected: str | None) -> None:
    dock, pointer = workplace
    viewer = dock.view._viewer
    viewer.layers.selection.active = None if selected is None else viewer.layers[selected]
    camera = viewer.scene.camera
    framed = camera.zoom
    camera.zoom = 0.5 * framed
    pointer.key(Qt.Key.Key_C, "c")
    assert camera.zoom == pytest.approx(framed)
    pointer.key(Qt.Key.Key_O, "o")
    pointer.key(Qt.Key.Key_Z, "z")
    assert dock.workbench.tools.kind is ToolKind.RESTORE
    drag_chin(dock, pointer)
    active = viewer.layers.selection.active
    assert (None if active is None else active.name) == selected, "no fight"
    pointer.key(Qt.Key.Key_D, "d")
    assert viewer.layers.selection.active.name == "Face mesh"


def test_a_held_key_acts_once_but_for_the_size_of_the_brush(workplace: Workplace) -> None:
    dock, pointer = workplace
    ids = [dock.workbench.samples.at(row).id for row in range(2)]
    send(pointer, PRESS, Qt.Key.Key_D)
    for _ in range(3):
        send(pointer, RELEASE, Qt.Key.Key_D, repeats=True)
        send(pointer, PRESS, Qt.Key.Key_D, repeats=True)
    send(pointer, RELEASE, Qt.Key.Key_D)
    assert dock.workbench.current.id == ids[1]
    radius = dock.workbench.tools.brush.radius_iod
    send(pointer, PRESS, Qt.Key.Key_BracketRight)
    once = dock.workbench.tools.brush.radius_iod
    send(pointer, PRESS, Qt.Key.Key_BracketRight, repeats=True)
    assert dock.workbench.tools.brush.radius_iod > once > radius


def test_a_held_arrow_is_one_stroke(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.move((x, y))
    for repeats in (False, True, True, True):
        send(pointer, PRESS, Qt.Key.Key_Right, repeats=repeats)
    strokes = dock.workbench.project.annotations.strokes(dock.workbench.session.sample_id)
    assert len(strokes) == 1


def test_a_held_undo_takes_back_one_stroke(workplace: Workplace) -> None:
    dock, pointer = workplace
    for _ in range(2):
        drag_chin(dock, pointer)
    strokes = dock.workbench.project.annotations.strokes
    for repeats in (False, True, True):
        event = QKeyEvent(PRESS, Qt.Key.Key_Z, CONTROL, "", repeats)
        QApplication.sendEvent(pointer._canvas, event)
    in_effect = [s for s in strokes(dock.workbench.session.sample_id) if not s.undone]
    assert len(in_effect) == 1


class TestSpace:
    def test_a_tap_goes_on_when_it_is_released(self, workplace: Workplace) -> None:
        dock, pointer = workplace
        first = dock.workbench.current.id
        times = iter((10.0, 10.3))
        dock._bound_keys._space_bar._clock = lambda: next(times)
        send(pointer, PRESS, Qt.Key.Key_Space)
        assert dock.workbench.current.id == first
        send(pointer, RELEASE, Qt.Key.Key_Space)
        assert dock.workbench.current.id != first

    def test_held_it_pans_and_neither_edits_nor_goes_on(self, workplace: Workplace) -> None:
        dock, pointer = workplace
        first, camera = dock.workbench.current.id, dock.view._viewer.scene.camera
        centre, mesh = camera.center, np.array(dock.workbench.session.landmarks)
        send(pointer, PRESS, Qt.Key.Key_Space)
        drag_chin(dock, pointer)
        send(pointer, RELEASE, Qt.Key.Key_Space)
        assert dock.workbench.current.id == first
        assert_array_equal(dock.workbench.session.landmarks, mesh)
        assert not dock.workbench.session.can_undo
        assert camera.center != centre

    def test_held_for_longer_than_a_tap_it_does_nothing(self, workplace: Workplace) -> None:
        dock, pointer = workplace
        first = dock.workbench.current.id
        times = iter((10.0, 11.0))
        dock._bound_keys._space_bar._clock = lambda: next(times)
        send(pointer, PRESS, Qt.Key.Key_Space)
        for _ in range(3):
            send(pointer, PRESS, Qt.Key.Key_Space, repeats=True)
        send(pointer, RELEASE, Qt.Key.Key_Space)
        assert dock.workbench.current.id == first

    def test_in_the_midst_of_a_stroke_it_does_nothing(self, workplace: Workplace) -> None:
        dock, pointer = workplace
        first = dock.workbench.current.id
        x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
        pointer.move((x, y))
        pointer.press((x, y))
        send(pointer, PRESS, Qt.Key.Key_Space)
        pointer.move((x + 9, y), pressed=True)
        pointer.release((x + 9, y))
        send(pointer, RELEASE, Qt.Key.Key_Space)
        assert dock.workbench.current.id == first
        assert dock.workbench.session.can_undo

    def test_another_key_that_goes_on_has_no_hold(self, workplace: Workplace) -> None:
        dock, pointer = workplace
        bindings, _ = chosen_bindings({"next_to_do": "F10"})
        dock.use_keys(bindings)
        first = dock.workbench.current.id
        send(pointer, PRESS, Qt.Key.Key_Space)
        send(pointer, RELEASE, Qt.Key.Key_Space)
        assert dock.workbench.current.id == first
        send(pointer, PRESS, Qt.Key.Key_F10)
        assert dock.workbench.current.id != first

    def test_the_keyboard_that_goes_elsewhere_ends_the_hold(self, workplace: Workplace) -> None:
        dock, pointer = workplace
        first = dock.workbench.current.id
        send(pointer, PRESS, Qt.Key.Key_Space)
        QApplication.sendEvent(pointer._canvas, QFocusEvent(QEvent.Type.FocusOut))
        send(pointer, RELEASE, Qt.Key.Key_Space)
        assert dock.workbench.current.id == first
        drag_chin(dock, pointer)
        assert dock.workbench.session.can_undo


def test_the_middle_button_pans(workplace: Workplace) -> None:
    dock, _ = workplace
    camera = dock.view._viewer.scene.camera
    centre = camera.center
    drag_chin(dock, Pointer(dock.view._viewer, button=Qt.MouseButton.MiddleButton))
    assert camera.center != centre
    assert not dock.workbench.session.can_undo


def test_alt_zooms_into_a_box_as_everywhere_in_napari(workplace: Workplace) -> None:
    dock, _ = workplace
    camera = dock.view._viewer.scene.camera
    zoom = camera.zoom
    hand = Pointer(dock.view._viewer, modifiers=Qt.KeyboardModifier.AltModifier)
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    hand.drag((x - 20, y - 20), (x + 20, y + 20), steps=4)
    assert not dock.workbench.session.can_undo
    assert camera.zoom > zoom


def test_ctrl_s_says_that_everything_is_saved(workplace: Workplace) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    stroke(pointer._canvas, "s", 0, CONTROL)
    assert dock._message.text().startswith("Everything is saved")
    assert QApplication.activeModalWidget() is None


def test_a_verdict_of_the_current_sample_stays_possible_after_all_that(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    first = dock.workbench.current.id
    pointer.key(Qt.Key.Key_Enter, "\r", Qt.KeyboardModifier.KeypadModifier)
    assert dock.workbench.project.samples.get(first).state is SampleState.ACCEPTED
