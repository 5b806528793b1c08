"""Who works in the dock, on what, and how one gets back there: through the real dock."""

import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import napari
import pytest
from napari._app_model import get_app_model
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QInputDialog, QPushButton

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.preferences.recent_projects import RecentProjects
from annotator.plugin.reader import show_dock

OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]
Workplace = tuple[AnnotatorDock, Pointer]
WaitFor = Callable[..., None]


def close(viewer: Any, dock: AnnotatorDock) -> None:
    viewer.window.remove_dock_widget(dock)
    process_events()


def reopened(viewer: Any, dock: AnnotatorDock) -> AnnotatorDock:
    close(viewer, dock)
    again = show_dock(viewer)
    process_events()
    return again


def entries(dock: AnnotatorDock) -> list[tuple[str, bool]]:
    menu = dock.project_menu._recent_menu
    menu.fill()
    return [(action.text(), action.isEnabled()) for action in menu.actions()]


def test_a_dock_that_is_opened_again_comes_back_to_the_name_the_project_and_the_sample(
    open_dock: OpenDock, project_folder: Path
) -> None:
    viewer, dock = open_dock(project_folder)
    dock.name.use_here("anna")
    dock.workbench.step(2)
    place = dock.workbench.project.home, dock.workbench.sample_id
    again = reopened(viewer, dock)
    assert again.workbench.annotator == "anna"
    assert again.who.text() == "anna"
    assert (again.workbench.project.home, again.workbench.sample_id) == place
    assert again.view.is_shown


def test_the_name_of_the_command_line_is_not_kept_for_other_windows(
    open_dock: OpenDock,
) -> None:
    _, dock = open_dock(None)
    dock.name.use_here("anna")
    assert dock._store.settings.annotator == ""


def test_a_new_name_is_kept_for_the_next_start(
    open_dock: OpenDock, when_asked: Callable[..., Any]
) -> None:
    viewer, dock = open_dock(None)
    assert dock.workbench.annotator == "kim"

    def answer(dialog: Any) -> None:
        assert isinstance(dialog, QInputDialog)
        dialog.setTextValue("  Zoë  ")
        dialog.accept()

    when_asked(answer)
    dock.who.click()
    assert dock.workbench.annotator == "Zoë"
    dock._memory.forget()
    assert reopened(viewer, dock).workbench.annotator == "Zoë"


def test_whoever_logs_in_as_nobody_in_particular_is_asked_once(
    open_dock: OpenDock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    viewer, dock = open_dock(None)
    assert dock.ask_name.isVisible()
    field = dock.ask_name.field
    field.setFocus()
    for refused in ("   ", "x" * 81, "an\u202ena"):
        field.setText(refused)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert dock.ask_name.isVisible()
        assert dock._message.text().startswith("A name ")
    field.setText("Anna <b>Å</b>")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dock.workbench.annotator == "Anna <b>Å</b>"
    assert not dock.ask_name.isVisible()
    dock._memory.forget()
    assert not reopened(viewer, dock).ask_name.isVisible()


def test_a_login_name_may_be_kept(open_dock: OpenDock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ubuntu")
    viewer, dock = open_dock(None)
    dock.ask_name.keep.click()
    dock._memory.forget()
    again = reopened(viewer, dock)
    assert again.workbench.annotator == "ubuntu"
    assert not again.ask_name.isVisible()


def test_nobody_with_a_name_is_asked(workplace: Workplace) -> None:
    dock, _ = workplace
    assert not dock.ask_name.isVisible()
    assert dock.who.isVisible()
    assert dock.who.text() == "kim"


def test_a_name_in_the_preferences_is_used(workplace: Workplace, wait_for: WaitFor) -> None:
    dock, _ = workplace
    dock._store._pages["work"].annotator = "robin"
    wait_for(lambda: dock.workbench.annotator == "robin")
    assert dock.workbench.session.annotator == "robin"


def test_projects_opened_last_are_listed_and_those_gone_say_so(
    open_dock: OpenDock, project_folder: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(project_folder, tmp_path / "a&b")
    empty = shutil.copytree(project_folder, tmp_path / "soon empty")
    viewer, dock = open_dock(project_folder)
    for folder in (empty, other, project_folder):
        assert dock.open_folder(folder)
    assert entries(dock) == [("faces", True), ("a&&b", True), ("soon empty", True)]
    shutil.rmtree(other)
    (empty / "project.sqlite").unlink()
    assert entries(dock) == [
        ("faces", True),
        ("a&&b: folder is gone", False),
        ("soon empty: no project there", False),
    ]
    menu = dock.project_menu._recent_menu
    assert menu.actions()[1].toolTip() == f"<qt>{escape(str(other))}</qt>"
    dock._memory.forget()
    close(viewer, dock)
    dock._memory.forget()
    again = show_dock(viewer)
    process_events()
    button = next(b for b in again.findChildren(QPushButton) if b.text() == "Reopen “faces”")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert again.workbench.project.home == project_folder


def test_a_recent_project_is_opened_from_the_menu(
    open_dock: OpenDock, project_folder: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(project_folder, tmp_path / "other")
    _, dock = open_dock(project_folder)
    dock.open_folder(other)
    dock.project_menu._recent_menu.fill()
    dock.project_menu._recent_menu.actions()[1].trigger()
    assert dock.workbench.project.home == project_folder


@pytest.mark.parametrize("kept", ["", "[General\n\0", "[General]\nrecent_projects=@Variant(x)"])
def test_a_damaged_list_of_recent_projects_is_an_empty_one(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "recent.ini"
    file.write_text(kept)
    projects = RecentProjects(file)
    projects.entries()
    projects.add("/somewhere")
    assert RecentProjects(file).entries()[0].address == "/somewhere"


def test_enter_in_the_file_filter_opens_the_match(workplace: Workplace) -> None:
    dock, _ = workplace
    bench = dock.workbench
    target = bench.samples.at(len(bench.samples) - 1)
    field = dock.samples.text
    field.setFocus()
    QTest.keyClicks(field, target.image_name[:-4])
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.current.image_name == target.image_name
    QTest.keyClicks(field, "no such file")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.current.image_name == target.image_name


def test_a_right_click_on_a_row_acts_on_that_row(workplace: Workplace) -> None:
    dock, _ = workplace
    rows, bench = dock.samples.list, dock.workbench
    row = bench.samples.row(bench.sample_id) + 1
    spot = rows.visualRect(rows.model().index(row, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.RightButton, pos=spot)
    rows.customContextMenuRequested.emit(spot)
    process_events()
    assert rows.selected_ids == [bench.samples.at(row).id]
    assert bench.sample_id != bench.samples.at(row).id, "it is not opened"
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert "Accept" in menu.actions()[0].text()
    menu.close()


def by_the_menu() -> None:
    """Choose Plugins > Annotate faces."""
    get_app_model().commands.execute_command("facemesh-annotator.dock")
    process_events()


def docks(viewer: Any) -> list[AnnotatorDock]:
    return [w for w in viewer.window.dock_widgets.values() if isinstance(w, AnnotatorDock)]


def test_the_plugins_menu_hides_and_shows_the_dock_that_is_there(workplace: Workplace) -> None:
    dock, _ = workplace
    viewer = napari.current_viewer()
    for is_visible in (False, True):
        by_the_menu()
        assert docks(viewer) == [dock]
        assert dock.isVisible() is is_visible


def test_a_dock_that_the_menu_opened_is_the_one_that_opens_projects(
    viewer: Any, project_folder: Path
) -> None:
    by_the_menu()
    (dock,) = docks(viewer)
    by_the_menu()
    assert not dock.isVisible()
    assert show_dock(viewer) is dock
    assert dock.isVisible()
    assert docks(viewer) == [dock]
