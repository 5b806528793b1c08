"""The keys: how they are written, which are in effect, and what wins when one is pressed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from napari.utils.key_bindings import coerce_keybinding
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QFocusEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.keyboard import bound_keys, key_help
from annotator.plugin.keyboard.bound_keys import BoundKeys
from annotator.plugin.keyboard.key_help import KeyHelp, help_groups, help_html, spread
from annotator.plugin.keyboard.space_bar import SpaceBar
from annotator.plugin.panels.parts import KeyButton
from annotator.project import SampleState
from annotator.workbench import keys
from annotator.workbench.key_names import (
    bound_key,
    parse_key,
)
from annotator.workbench.keys import (
    DEFAULT_BINDINGS,
    SHORTCUTS,
    Shortcut,
    chosen_bindings,
)

Workplace = tuple[AnnotatorDock, Pointer]


def test_every_key_of_the_table_is_in_its_one_form_and_known_to_napari() -> None:
    unknown = str(coerce_keybinding("NoSuchKey"))
    for key in DEFAULT_BINDINGS.all_keys():
        assert parse_key(key) == key
        assert str(coerce_keybinding(bound_key(key))) != unknown, key


def test_a_sign_that_is_bound_to_nothing_does_nothing(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = dock.workbench.current.id
    for sign, key in (("{", Qt.Key.Key_BraceLeft), ("!", Qt.Key.Key_Exclam)):
        pointer.key(key, sign, Qt.KeyboardModifier.ShiftModifier)
    assert dock.workbench.current.id == first
    assert dock.workbench.samples.get(first).state is SampleState.PREDICTED


def test_other_keys_work_from_the_moment_they_are_in_effect(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = dock.workbench.current.id
    bindings, _ = chosen_bindings({"next": "F11", "exclude": "Mod-D"})
    dock.use_keys(bindings)
    pointer.key(Qt.Key.Key_D, "d")
    assert dock.workbench.current.id == first
    pointer.key(Qt.Key.Key_F11)
    assert dock.workbench.current.id != first
    texts = [button.text() for button in dock.findChildren(KeyButton)]
    assert any("Next" in text and "F11" in text for text in texts)
    assert "<b>F11</b>" in help_html(bindings)
    dock.use_keys(DEFAULT_BINDINGS)
    pointer.key(Qt.Key.Key_D, "", Qt.KeyboardModifier.ControlModifier)
    assert dock.view.mesh_layer.mode == "pan_zoom"


def test_a_key_wins_over_a_menu_of_napari_while_the_dock_is_open(
    open_dock: Callable[[Path | None], tuple[Any, AnnotatorDock]],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    viewer, dock = open_dock(project_folder)
    canvas = canvas_widget(viewer)
    dock.window().activateWindow()
    dock.focus_canvas()
    wait_for(canvas.hasFocus, "the keyboard")
    layers = len(viewer.layers)
    bindings, _ = chosen_bindings({"next": "Mod-N"})
    dock.use_keys(bindings)
    first = dock.workbench.current.id
    QTest.keyClick(canvas, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    process_events()
    assert dock.workbench.current.id != first
    assert len(viewer.layers) == layers


@pytest.fixture
def held_key(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Pointer, Any, list[bool]]]:
    """A key that holds, the canvas it is pressed on, and what its action was told."""
    dock, pointer = workplace
    held = Shortcut("held", ("F12",), "Hold", "View", holds=True)
    for module in (keys, bound_keys):
        monkeypatch.setattr(module, "SHORTCUTS", (held,))
    monkeypatch.setitem(keys._DEFAULT_KEYS, "held", ("F12",))
    told: list[bool] = []
    bound = BoundKeys(dock.view._viewer, {"held": told.append}, SpaceBar(dock._mouse))
    bound.use(DEFAULT_BINDINGS)
    yield pointer, pointer._canvas, told
    bound.close()


def test_an_action_that_holds_is_told_of_press_and_release(
    held_key: tuple[Pointer, Any, list[bool]],
) -> None:
    _, canvas, told = held_key
    QTest.keyPress(canvas, Qt.Key.Key_F12)
    assert told == [True]
    QTest.keyRelease(canvas, Qt.Key.Key_F12)
    assert told == [True, False]


def test_what_is_held_ends_when_the_keyboard_goes_elsewhere(
    held_key: tuple[Pointer, Any, list[bool]],
) -> None:
    pointer, canvas, told = held_key
    QTest.keyPress(canvas, Qt.Key.Key_F12)
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    assert told == [True, False]
    QTest.keyRelease(canvas, Qt.Key.Key_F12)
    pointer.key(Qt.Key.Key_F12)
    assert told == [True, False, True, False]


def test_an_action_without_a_callback_is_noticed_at_once(workplace: Workplace) -> None:
    dock, _ = workplace
    with pytest.raises(KeyError):
        BoundKeys(dock.view._viewer, {}, SpaceBar(dock._mouse))


def test_the_columns_of_the_sheet_are_level_and_in_order() -> None:
    groups = [(str(n), [("A", "text")] * n) for n in (9, 3, 4, 8, 2)]
    columns = spread(groups, 3)
    assert [group for column in columns for group in column] == groups
    assert max(sum(len(lines) + 1 for _, lines in column) for column in columns) <= 13


def test_sixty_keys_fit_the_window_of_a_small_laptop(
    open_window: Callable[[Path | None], tuple[Any, AnnotatorDock]],
    project_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, dock = open_window(project_folder)
    more = tuple(
        Shortcut(f"action{n}", (f"F{n % 12 + 1}",), "Colour by displacement", f"Group {n // 6}")
        for n in range(60 - len(SHORTCUTS))
    )
    monkeypatch.setattr(key_help, "SHORTCUTS", SHORTCUTS + more)
    for shortcut in more:
        monkeypatch.setitem(keys._DEFAULT_KEYS, shortcut.action, shortcut.keys)
    sheet = KeyHelp(canvas_widget(dock.view._viewer))
    sheet.toggle()
    assert len([1 for _, lines in help_groups(DEFAULT_BINDINGS) for _ in lines]) >= 60
    assert dock.window().rect().contains(sheet.geometry())
