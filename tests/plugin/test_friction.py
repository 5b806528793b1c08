"""Small things that stopped people: saving, quitting, the wheel, where a tool's options are."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import pytest
from napari._qt.dialogs.qt_notification import NapariQtNotification
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QGuiApplication, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QScrollBar,
    QWidget,
)

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.export_dialog import ExportDialog
from annotator.workbench.tools.kinds import ToolKind

Workplace = tuple[AnnotatorDock, Pointer]


_KINDS = (QAbstractSlider, QAbstractSpinBox)


def wheel(widget: QWidget, notches: int = -1) -> bool:
    """Turn the wheel over a widget; return whether it took that for itself."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    process_events()
    return event.isAccepted()


def test_ctrl_s_opens_no_dialog_wherever_the_keyboard_is(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    opened: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_, **__: (opened.append("x") or "", "")
    )
    dock.window().activateWindow()
    for part in (pointer._canvas, dock.samples.list):
        part.setFocus()
        wait_for(part.hasFocus, "the keyboard")
        dock._message.setText("")
        QTest.keyClick(part, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        process_events()
        assert dock._message.text().startswith("Everything is saved"), part
    assert not opened


def test_the_wheel_changes_no_box_that_it_passes_over(workplace: Workplace) -> None:
    dock, _ = workplace
    boxes = [box for box in dock.findChildren(QComboBox) if box.count() > 1]
    assert boxes
    before = [box.currentIndex() for box in boxes]
    for box in boxes:
        wheel(box)
        wheel(box, 1)
    assert [box.currentIndex() for box in boxes] == before


def test_the_wheel_over_a_slider_is_left_to_what_scrolls(workplace: Workplace) -> None:
    dock, _ = workplace
    settings = dock.workbench.tools.settings
    inside = dock.tool_panel.findChildren(QWidget)
    sliders = [s for s in inside if isinstance(s, _KINDS) and not isinstance(s, QScrollBar)]
    assert sliders
    assert not any(wheel(part) for part in sliders)
    assert dock.workbench.tools.settings == settings


def test_the_wheel_changes_a_box_of_a_dialog_only_where_it_has_the_keyboard(
    workplace: Workplace, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    dialog = ExportDialog(dock.workbench.project, tmp_path / "out", 3, dock.project_menu)
    dialog.show()
    process_events()
    box = next(b for b in dialog.findChildren(QComboBox) if b.count() > 1)
    other = next(w for w in dialog.findChildren(QWidget) if w is not box and w.isEnabled())
    other.setFocus()
    before = box.currentIndex()
    wheel(box)
    assert box.currentIndex() == before
    box.setFocus()
    dialog.activateWindow()
    wait_for(box.hasFocus, "the keyboard")
    wheel(box)
    assert box.currentIndex() != before
    dialog.close()
    dialog.deleteLater()


def test_a_tool_s_key_shows_its_options_from_any_page(workplace: Workplace) -> None:
    dock, pointer = workplace
    for key, text, kind in ((Qt.Key.Key_S, "s", ToolKind.SMOOTH), (Qt.Key.Key_S, "s", None)):
        dock.edit.tabs.setCurrentIndex(2)
        pointer.key(key, text)
        assert dock.edit.tabs.currentIndex() == 0
        assert dock.workbench.tools.kind is (kind or ToolKind.SMOOTH)


# Closes the window by its frame's button, as X11 tells of it, and by the menu.
CLOSING = """
import ctypes, sys
from pathlib import Path
import napari
import numpy as np
from napari._qt.dialogs.confirm_close_dialog import ConfirmCloseDialog
from qtpy.QtCore import QTimer
from qtpy.QtTest import QTest
from annotator.plugin.launch import open_viewer

asked = []
ConfirmCloseDialog.exec_ = lambda dialog: asked.append(1) and None

class Message(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
                ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5), ("room", ctypes.c_long * 16)]

def press_the_frame_s_button():
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
    x11.XSendEvent.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long,
                               ctypes.c_void_p)
    x11.XCloseDisplay.argtypes = (ctypes.c_void_p,)
    display, number = x11.XOpenDisplay(None), int(dock.window().winId())
    kind = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
    message = Message(type=33, window=number, message_type=kind, format=32)
    message.data[0] = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(display, number, 0, 0, ctypes.byref(message))
    x11.XCloseDisplay(display)

def choose_exit():
    dock.window().close(quit_app=True, confirm_need=True)

viewer, dock = open_viewer(Path(sys.argv[1]), "kim")
assert QTest.qWaitForWindowExposed(dock.window(), 60_000)
close = {"frame": press_the_frame_s_button, "menu": choose_exit}["WAY"]
viewer.add_points(np.zeros((1, 2)), name="somebody's")
close()
while not asked:
    QTest.qWait(5)
assert dock.window().isVisible()
viewer.layers.remove("somebody's")
QTimer.singleShot(0, close)
napari.run()
print("asked", len(asked), dock.workbench.project, flush=True)
"""


@pytest.mark.parametrize("way", ["frame", "menu"])
def test_napari_asks_before_closing_only_where_something_would_be_lost(
    run_script: Callable[[str], subprocess.CompletedProcess[str]], way: str
) -> None:
    if way == "frame" and QGuiApplication.platformName() != "xcb":
        pytest.skip("the frame's button is pressed with X11 only")
    ended = run_script(CLOSING.replace("WAY", way))
    assert (ended.returncode, ended.stdout) == (0, "asked 1 None\n"), ended.stderr
    assert "Traceback" not in ended.stderr


def test_napari_with_a_project_hides_what_open_hides(
    make_napari_viewer_proxy: Callable[..., Any],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    assert viewer.__wrapped__ is napari.current_viewer()
    viewer.open(str(project_folder), plugin="facemesh-annotator")
    dock = next(w for w in viewer.window.dock_widgets.values() if isinstance(w, AnnotatorDock))
    wait_for(lambda: dock.workbench.project is not None)
    qt_viewer = viewer.__wrapped__.window._qt_viewer
    assert not qt_viewer.dockLayerList.isVisible()
    assert not qt_viewer.dockLayerControls.isVisible()
    dock.shut_down()


def test_a_brush_that_finds_nothing_to_do_says_so(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y, _ = map(float, dock.workbench.session.landmarks[205])
    for key, text in ((Qt.Key.Key_S, "s"), (Qt.Key.Key_W, "w"), (Qt.Key.Key_Z, "z")):
        pointer.key(key, text)
        dock._message.show_for_a_while("")
        pointer.drag((x, y), (x + 9, y))
        assert dock._message.text().startswith("Nothing changed: the mesh is as predicted")
    assert not dock.workbench.session.can_undo


def test_what_was_said_of_a_face_goes_when_something_is_done_to_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y, _ = map(float, dock.workbench.session.landmarks[152])
    pointer.drag((x, y), (x + 6, y))
    pointer.key(Qt.Key.Key_D, "d")
    pointer.key(Qt.Key.Key_Z, "", Qt.KeyboardModifier.ControlModifier)
    assert dock._message.text().startswith("Back on ")
    pointer.key(Qt.Key.Key_Y, "", Qt.KeyboardModifier.ControlModifier)
    assert dock.workbench.session.can_undo
    assert not dock._message.isVisible(), "the stroke is not undone any more"


def shown_warnings(window: QWidget) -> list[str]:
    """Return what napari's notifications in a window say."""
    found = window.findChildren(NapariQtNotification)
    return [each.message.text() for each in found if each.isVisible()]


def test_a_warning_does_not_stay_over_the_face(workplace: Workplace) -> None:
    dock, pointer = workplace
    window = dock.window()
    pointer.key(Qt.Key.Key_V, "v")
    pointer.key(Qt.Key.Key_Return)
    assert shown_warnings(window) == ["The mesh is hidden: press V to show it."]
    dock.workbench.failed.emit("Another sentence.")
    assert shown_warnings(window) == ["Another sentence."]
    pointer.key(Qt.Key.Key_D, "d")
    assert shown_warnings(window) == []
    pointer.key(Qt.Key.Key_V, "v")


def test_a_warning_goes_with_the_dock_that_gave_it(workplace: Workplace) -> None:
    dock, _ = workplace
    window = dock.window()
    dock.workbench.failed.emit("The database is busy.")
    assert shown_warnings(window) == ["The database is busy."]
    dock._viewer.window.remove_dock_widget(dock)
    assert shown_warnings(window) == []
