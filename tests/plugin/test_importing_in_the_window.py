"""Annotations of others come in through the project menu of the real dock."""

import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
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


def test_looking_can_be_cancelled_and_nothing_is_imported(
    workplace: Workplace,
    release: Path,
    when_asked: Callable[..., object],
    wait_for: WaitFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dock, _ = workplace
    began = threading.Event()

    def read_for_ever(source: object, *, on_progress: Callable[[int, int], None]) -> None:
        while True:
            on_progress(0, 0)
            began.set()

    monkeypatch.setattr("annotator.workbench.importing.open_faces", read_for_ever)
    when_asked(chosen(release))
    dock.project_menu.ask_import()
    wait_for(began.is_set, "the reading to begin")
    QTest.mouseClick(dock.progress._cancel, Qt.MouseButton.LeftButton)
    wait_for(lambda: not dock.progress.is_running, "the work to end")

    assert dock._message.text() == "Cancelled: nothing was imported."
    project = dock.workbench.project
    assert project is not None
    assert project.samples.counts()[SampleState.ACCEPTED] == 0


WORK_ON_IT = """
import sys
import numpy as np
from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, Project
with Project.open(sys.argv[1]) as project:
    session = EditSession(project, project.samples.summaries()[0].id, annotator="robin")
    assert session.apply("grab", Edit(session.landmarks + np.float32([2, 0, 0])))
"""


def test_what_another_process_does_while_the_plan_is_looked_at_stays(
    workplace: Workplace,
    release: Path,
    when_asked: Callable[..., object],
    wait_for: WaitFor,
    run_script: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    dock, _ = workplace
    session = dock.workbench.session
    before = session.landmarks

    def agree(dialog: ImportPlanDialog) -> None:
        done = run_script(WORK_ON_IT)
        assert done.returncode == 0, done.stderr
        dialog.accept()

    told = import_through_the_menu(dock, release, when_asked, wait_for, agree)

    project = dock.workbench.project
    stored = project.annotations.load(session.sample_id)
    np.testing.assert_allclose(stored.landmarks, before + np.float32([2, 0, 0]), atol=1e-3)
    assert told[-1].startswith("Imported 1 face")
    assert project.samples.counts()[SampleState.ACCEPTED] == 1
    wait_for(lambda: session.revision == stored.revision, "their mesh in the window")
