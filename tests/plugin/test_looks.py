"""What the window looks like: who gets the room, what lines up, what is left out where it lacks."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint
from qtpy.QtGui import QImage
from qtpy.QtWidgets import QFormLayout, QWidget

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.export_dialog import ExportDialog
from annotator.plugin.menu.project_forms import PredictDialog
from annotator.plugin.panels.status_line import StatusLine
from annotator.workbench.toolbox import ToolKind

Workplace = tuple[AnnotatorDock, Pointer]
OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]


def brightness(widget: QWidget) -> np.ndarray:
    """Return how bright each pixel of a widget is, as it is painted."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    rows = pixels.reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(int)


@pytest.fixture
def tall(workplace: Workplace, wait_for: Callable[..., None]) -> AnnotatorDock:
    """The dock in a window as high as a full screen."""
    dock, _ = workplace
    dock._viewer.window.resize(900, 1040)
    wait_for(lambda: dock.height() > 900, "the window to be high")
    process_events()
    return dock


def test_the_list_takes_the_height_that_there_is(
    tall: AnnotatorDock, wait_for: Callable[..., None]
) -> None:
    samples = tall.samples
    wait_for(lambda: samples.list.height() > 7 * 52, "the list to be high")
    assert samples.text.height() < 40
    assert samples._tally.height() < 40
    gaps = samples.list.y() - samples.text.geometry().bottom()
    assert gaps < 30, "no empty bands above the list"


def test_in_a_low_window_all_settings_of_grab_are_in_sight(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    dock._viewer.window.resize(1000, 720)
    wait_for(lambda: dock.height() > 600, "the window to have its size")
    process_events()
    page = dock.edit.tabs.currentWidget()
    last = dock.tool_panel.options.row("guards").native
    wait_for(lambda: last.mapTo(page, last.rect().bottomLeft()).y() <= page.height(), "all rows")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_tool_icons_have_the_colour_of_text_from_the_first_moment(
    open_dock: OpenDock, theme: str, viewer: Any, project_folder: Path
) -> None:
    before = viewer.theme
    viewer.theme = theme
    _, dock = open_dock(project_folder)
    button = dock.tool_panel.button(ToolKind.CONTOUR)
    pixels = brightness(button)
    background = int(np.median(pixels))
    strokes = pixels.max() if theme == "dark" else pixels.min()
    assert abs(int(strokes) - background) > 120
    viewer.theme = before


def fields(form: QFormLayout, within: QWidget) -> list[int]:
    """Return where the visible fields with a label begin."""
    label, field = QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole
    found = []
    for row in range(form.rowCount()):
        name, item = form.itemAt(row, label), form.itemAt(row, field)
        if name is not None and item.widget() is not None and item.widget().isVisible():
            found.append(item.widget().mapTo(within, QPoint()).x())
    return found


def test_what_stands_beside_labels_lines_up_with_every_tool(workplace: Workplace) -> None:
    dock, _ = workplace
    options = dock.tool_panel.options
    begins = set()
    for kind in ToolKind:
        dock.workbench.tools.choose(kind)
        process_events()
        begins.update(fields(options.layout(), options))
    assert len(begins) == 1


def test_the_forms_rows_line_up(qtbot: Any, tmp_path: Path, workplace: Workplace) -> None:
    project = workplace[0].workbench.project
    assert project is not None
    dialog = ExportDialog(project, tmp_path / "release", 1)
    qtbot.addWidget(dialog)
    dialog.show()
    (form,) = dialog.findChildren(QFormLayout)
    begins = fields(form, dialog)
    assert len(begins) > 4
    assert len(set(begins)) == 1
    dialog.reject()


def test_forms_count_as_people_do(qtbot: Any, tmp_path: Path, workplace: Workplace) -> None:
    project = workplace[0].workbench.project
    assert project is not None
    folder = tmp_path / "release"
    for dialog, text in (
        (ExportDialog(project, folder, 1), "A new folder gets 1 accepted sample,"),
        (ExportDialog(project, folder, 2_000), "A new folder gets 2,000 accepted samples,"),
        (PredictDialog(1), "Of the project's 1 photograph, those"),
    ):
        qtbot.addWidget(dialog)
        assert any(text in label.text() for label in dialog.findChildren(QWidget, "explanation"))
        dialog.reject()


def test_a_line_without_room_ends_in_an_ellipsis_and_keeps_the_state(qtbot: Any) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    name = "a_photograph_with_quite_a_long_name_of_a_person.jpg"
    line.say(name, " #1: in progress, 3 strokes", "#f0a830")
    line.resize(1000, 20)
    assert line.shown_text() == (name, " #1: in progress, 3 strokes")
    line.resize(300, 20)
    shown, rest = line.shown_text()
    assert "…" in shown
    assert rest == " #1: in progress, 3 strokes"
    line.resize(120, 20)
    assert line.shown_text()[1].endswith("…")
    assert line.toolTip() == f"<qt>{name} #1: in progress, 3 strokes</qt>"


def test_the_window_opens_on_most_of_the_screen_unless_a_size_is_remembered(
    run_script: Callable[[str], CompletedProcess[str]],
) -> None:
    script = """
import sys
from napari.settings import get_settings
from annotator.plugin.launch import open_viewer
from annotator.plugin.canvas.pointer import process_events
from qtpy.QtTest import QTest

for remembered in (None, (900, 700)):
    get_settings().application.window_size = remembered
    viewer, dock = open_viewer(sys.argv[1])
    window = dock.window()
    assert QTest.qWaitForWindowExposed(window, 60_000)
    process_events(0.2)
    screen = window.screen().availableGeometry()
    print(window.width() / screen.width(), window.height() / screen.height(), window.width())
    dock.shut_down()
    viewer.close()
"""
    result = run_script(script)
    assert result.returncode == 0, result.stderr
    first, second = ([float(v) for v in line.split()] for line in result.stdout.splitlines()[-2:])
    assert min(first[:2]) > 0.9
    assert second[2] == pytest.approx(900, abs=200)


def test_the_current_row_stays_in_sight_where_lines_come_below_the_list(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    dock._viewer.window.resize(900, 1040)
    rows = dock.samples.list
    wait_for(lambda: rows.height() > 7 * 52, "the list to be high")
    dock.workbench.go_to(dock.workbench.samples.at(6).id)
    dock._viewer.window.resize(900, 760)
    wait_for(lambda: rows.height() < 6 * 52, "the list to be low")
    assert rows.viewport().rect().contains(rows.visualRect(rows.currentIndex()))
