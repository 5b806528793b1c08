"""Annotations of others come in through the project menu of the real dock."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from qtpy.QtWidgets import QDialogButtonBox

from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.import_dialog import ImportDialog, ImportPlanDialog
from annotator.project import Project, SampleState
from annotator.release import export_release
from tests.release.conftest import move_vertex

Workplace = tuple[AnnotatorDock, Pointer]
WaitFor = Callable[..., None]


@pytest.fixture
def release(project_folder: Path, tmp_path: Path) -> Path:
    """A release of a copy of the project, in which somebody worked on two faces."""
    with Project.open(shutil.copytree(project_folder, tmp_path / "elsewhere")) as project:
        for sample in project.samples.summaries()[:2]:
            move_vertex(project, sample.id)
            project.reviews.accept(sample.id, reviewer="Grace")
        export_release(project, tmp_path / "portraits-1", "npz")
    return tmp_path / "portraits-1"


def chosen(what: Path) -> Callable[[ImportDialog], None]:
    def answer(dialog: ImportDialog) -> None:
        dialog._folder.value = what
        dialog.accept()

    return answer


def import_through_the_menu(
    dock: AnnotatorDock,
    what: Path,
    when_asked: Callable[..., object],
    wait_for: WaitFor,
    decide: Callable[[ImportPlanDialog], None],
) -> list[str]:
    told: list[str] = []
    dock.progress.finished.connect(told.append)
    seen: list[ImportPlanDialog] = []

    def look(dialog: ImportPlanDialog) -> None:
        seen.append(dialog)
        decide(dialog)

    (action,) = [a for a in dock.project_menu.menu().actions() if a.text() == "Import annotations…"]
    when_asked(chosen(what))
    action.trigger()
    when_asked(look)
    wait_for(lambda: seen, "the plan")
    wait_for(lambda: not dock.progress.is_running)
    return told


def test_a_release_is_looked_at_and_then_imported(
    workplace: Workplace, release: Path, when_asked: Callable[..., object], wait_for: WaitFor
) -> None:
    dock, _ = workplace
    shown: list[str] = []

    def agree(dialog: ImportPlanDialog) -> None:
        shown.append(" ".join(text.text() for text in dialog.texts))
        shown.extend(dialog.faces.item(row).text() for row in range(dialog.faces.count()))
        dialog.accept()

    told = import_through_the_menu(dock, release, when_asked, wait_for, agree)

    assert "2 matched to samples" in shown[0]
    assert len(shown) == 3
    assert "matched to sample" in shown[1]
    project = dock.workbench.project
    assert project is not None
    assert project.samples.counts()[SampleState.ACCEPTED] == 2
    assert told[-1].startswith("Imported 2 faces of 2")


def test_nothing_is_written_if_the_annotator_says_no(
    workplace: Workplace, release: Path, when_asked: Callable[..., object], wait_for: WaitFor
) -> None:
    dock, _ = workplace

    import_through_the_menu(dock, release, when_asked, wait_for, ImportPlanDialog.reject)

    project = dock.workbench.project
    assert project is not None
    assert project.samples.counts()[SampleState.ACCEPTED] == 0


def test_there_is_nothing_to_agree_to_where_nothing_would_be_written(
    workplace: Workplace,
    tmp_path: Path,
    project_folder: Path,
    when_asked: Callable[..., object],
    wait_for: WaitFor,
) -> None:
    dock, _ = workplace
    same = shutil.copytree(project_folder, tmp_path / "same")
    enabled: list[bool] = []

    def look(dialog: ImportPlanDialog) -> None:
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        ok = box.button(QDialogButtonBox.StandardButton.Ok)
        enabled.append(ok is not None and ok.isEnabled())
        dialog.reject()

    import_through_the_menu(dock, same, when_asked, wait_for, look)

    assert enabled == [False]


def test_what_cannot_be_read_is_told(
    workplace: Workplace, tmp_path: Path, when_asked: Callable[..., object], wait_for: WaitFor
) -> None:
    dock, _ = workplace
    (tmp_path / "holiday").mkdir()
    told: list[str] = []
    dock.progress.failed.connect(told.append)

    when_asked(chosen(tmp_path / "holiday"))
    dock.project_menu.ask_import()
    wait_for(lambda: told)

    assert "is no release, no project and nothing that is recognised" in told[0]
