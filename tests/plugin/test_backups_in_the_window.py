"""Backups in the real dock: asked for in the project menu, and made by themselves once a day."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from napari.settings import get_plugin_settings

from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu import backup_clock
from annotator.plugin.menu.project_forms import BackupDialog
from annotator.plugin.preferences import settings_store
from annotator.plugin.preferences.preferences import PLUGIN
from annotator.project import Project

Workplace = tuple[AnnotatorDock, Pointer]
OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]
WaitFor = Callable[..., None]


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for what happens a while after a project was opened."""
    monkeypatch.setattr(backup_clock, "_AFTER_MS", 10)
    monkeypatch.setattr(settings_store, "_TYPING_MS", 10)


def strokes(file: Path, folder: Path) -> int:
    Project.restore(folder, file)
    with Project.open(folder) as project:
        return sum(summary.stroke_count for summary in project.samples.summaries())


def a_stroke(dock: AnnotatorDock, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[4])
    pointer.drag((x, y), (x + 9, y))
    assert dock.workbench.session.can_undo


def test_the_menu_backs_the_project_up_where_the_dialog_says(
    workplace: Workplace,
    when_asked: Callable[..., object],
    wait_for: WaitFor,
    tmp_path: Path,
    project_folder: Path,
) -> None:
    dock, pointer = workplace
    a_stroke(dock, pointer)
    told: list[str] = []
    dock.progress.finished.connect(told.append)
    suggested: list[Path] = []

    def answer(dialog: BackupDialog) -> None:
        suggested.append(dialog.file)
        dialog._name.value = "mine.sqlite"
        dialog.accept()

    when_asked(answer)
    (action,) = [a for a in dock.project_menu.menu().actions() if a.text() == "Back up…"]
    action.trigger()
    wait_for(lambda: told, "the backup")
    assert suggested[0].parent == project_folder.parent
    assert suggested[0].name.startswith(project_folder.name)
    assert "photographs are not in it" in told[0]
    assert strokes(project_folder.parent / "mine.sqlite", tmp_path / "restored") == 1


@pytest.mark.usefixtures("_soon")
def test_a_project_that_is_open_is_backed_up_once_a_day_where_that_is_wished(
    workplace: Workplace, wait_for: WaitFor, project_folder: Path, tmp_path: Path
) -> None:
    dock, pointer = workplace
    a_stroke(dock, pointer)
    assert not (project_folder / "backups").exists()
    get_plugin_settings(PLUGIN).backups.often = "daily"
    wait_for(lambda: list((project_folder / "backups").glob("daily-*")), "the backup of today")
    wait_for(lambda: not dock._backups.is_running, "its end")
    (file,) = (project_folder / "backups").glob("daily-*")
    assert strokes(file, tmp_path / "restored") == 1


@pytest.mark.usefixtures("_soon")
def test_trouble_with_the_daily_backup_is_told_in_the_dock(
    open_dock: OpenDock, project_folder: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    backups = get_plugin_settings(PLUGIN).backups
    backups.often, backups.folder = "daily", str(tmp_path / "no such disk")
    _, dock = open_dock(project_folder)
    told: list[str] = []
    dock.workbench.failed.connect(told.append)
    wait_for(lambda: told, "the trouble")
    assert "Today's backup was not made, and is tried again later" in told[0]
    assert "no such disk is no folder" in told[0]
    (tmp_path / "no such disk").mkdir()
    dock._backups.look()
    wait_for(lambda: list((tmp_path / "no such disk").iterdir()), "the backup of today")
    wait_for(lambda: not dock._backups.is_running, "its end")
    assert len(told) == 1
