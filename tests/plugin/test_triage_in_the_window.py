"""What is worth work, in the window of a project: filtered, sorted, and told why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from qtpy.QtCore import Qt

from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.samples.sample_rows import DETAIL_ROLE
from annotator.project import Project
from annotator.quality.standing import Triage
from annotator.workbench.measures import Among
from annotator.workflow import assess, assessor_for
from annotator.workflow.round_models import load_round_model
from tests.plugin.conftest import wait_for


@pytest.fixture(scope="module")
def assessed(pristine_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project with all its samples assessed; copy it before touching it."""
    folder = Path(shutil.copytree(pristine_project, tmp_path_factory.mktemp("t") / "faces"))
    with Project.open(folder) as project:
        list(assess(project, assessor_for(project, load_round_model(project))))
        doubts = sorted(Triage.of(project).columns.doubt.tolist())
        middle = doubts[len(doubts) // 2]
        project.settings.put("triage", {"accept": middle, "hopeless": doubts[-2]}, by="Rae")
    return folder


@pytest.fixture
def dock(assessed: Path, tmp_path: Path, open_dock: Callable) -> AnnotatorDock:
    _, dock = open_dock(Path(shutil.copytree(assessed, tmp_path / "faces")))
    return dock


def rows(dock: AnnotatorDock) -> list[int]:
    samples = dock.workbench.samples
    return [samples.at(row).id for row in range(len(samples))]


def details(dock: AnnotatorDock) -> list[str]:
    model = dock.samples.list.model()
    return [model.index(row, 0).data(DETAIL_ROLE) for row in range(model.rowCount())]


def test_the_list_shows_one_pile_and_each_row_says_why(dock):
    every = len(rows(dock))
    assert dock.samples.choices.quality.isVisibleTo(dock)
    dock.samples.choices.quality.setCurrentText(Among.HOPELESS.value)
    assert len(rows(dock)) == 1
    assert details(dock)[0].startswith("error ")
    dock.samples.choices.quality.setCurrentText(Among.CORRECT.value)
    correct = len(rows(dock))
    dock.samples.choices.quality.setCurrentText(Among.ACCEPT.value)
    assert 1 + correct + len(rows(dock)) == every
    dock.samples.show_all()
    assert len(rows(dock)) == every
    assert set(details(dock)) == {""}


def test_the_list_is_sorted_by_the_expected_error_and_by_signals(dock):
    dock.samples.sorting.setCurrentText("By likely error")
    dock.samples.direction.setChecked(True)
    with Project.open(dock.workbench.project.home) as project:
        columns = project.assessments.columns()
    doubts = dict(zip(columns.sample_ids.tolist(), columns.doubt.tolist(), strict=True))
    found = [doubts[sample_id] for sample_id in rows(dock)]
    assert found == sorted(doubts.values(), reverse=True)
    said = [text.partition(":")[0] for text in details(dock)]
    assert said == [f"error {doubt:.1%}" for doubt in found]
    dock.samples.sorting.setCurrentText("By face size")
    sizes = [int(text.removesuffix(" px")) for text in details(dock)]
    assert sizes == sorted(sizes, reverse=True)


def test_the_face_under_edit_says_why_it_is_there(dock):
    dock.samples.sorting.setCurrentText("By likely error")
    dock.samples.direction.setChecked(True)
    dock.workbench.go_to(rows(dock)[0])
    assert dock.why.isVisibleTo(dock)
    assert dock.why.text().startswith("Hopeless: error ")
    assert "of the eye distance is expected. Why: " in dock.why.toolTip()
    dock.workbench.go_to(rows(dock)[-1])
    assert dock.why.text().startswith("Fit to accept after a look: error ")


def test_what_was_not_assessed_is_assessed_from_the_menu(
    pristine_project: Path, tmp_path: Path, open_dock: Callable
) -> None:
    _, dock = open_dock(Path(shutil.copytree(pristine_project, tmp_path / "faces")))
    assert not dock.samples.choices.quality.isVisibleTo(dock)
    assert not dock.why.isVisibleTo(dock)
    (entry,) = [a for a in dock.project_menu.menu().actions() if a.text() == "Assess predictions"]
    entry.trigger()
    wait_for(lambda: not dock.progress.is_running, "the assessment")
    wait_for(lambda: dock.samples.choices.quality.isVisibleTo(dock), "the choice of piles")
    wait_for(dock.why.text, "why the face is there")
    assert dock.workbench.project.assessments.columns().sample_ids.tolist() == rows(dock)


def test_what_another_program_assesses_is_shown(
    pristine_project: Path, tmp_path: Path, open_dock: Callable
) -> None:
    folder = Path(shutil.copytree(pristine_project, tmp_path / "faces"))
    _, dock = open_dock(folder)
    with Project.open(folder) as other:
        run = assess(other, assessor_for(other, load_round_model(other)))
        list(run)
    wait_for(dock.why.text, "why the face is there")
    dock.samples.choices.quality.setCurrentText(Among.UNKNOWN.value)
    assert rows(dock) == []
    assert dock.samples.list.model().rowCount() == 0


def test_an_opinion_that_is_asked_for_meanwhile_says_what_is_known_of_its_face(dock):
    bench = dock.workbench
    dock.samples.sorting.setCurrentText("By likely error")
    said = dict(zip(rows(dock), details(dock), strict=True))
    bench.go_to(2)
    why = bench.triaged.current
    with Project.open(bench.project.home) as other:
        (opinion,) = other.opinions.ask([(2, "kim")])
    wait_for(lambda: opinion in rows(dock), "the opinion in the list")
    wait_for(lambda: dict(zip(rows(dock), details(dock), strict=True))[opinion] == said[2])
    bench.go_to(opinion)
    assert bench.triaged.current == why != ""


def test_the_contact_sheet_chooses_the_same_pile(dock):
    dock.samples.choices.quality.setCurrentText(Among.HOPELESS.value)
    dock.samples.sheet_asked.emit()
    assert dock.sheet.choices.quality.currentData() is Among.HOPELESS
    assert dock.samples.list.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_same_picture_twice_is_filtered_and_told_of_both(dock):
    named = {one.image_name: one.id for one in dock.workbench.project.samples.summaries()}
    grey, coloured = named["hopper_grey.png"], named["hopper.jpg"]
    dock.samples.choices.quality.setCurrentText(Among.FOUND.value)
    assert {grey, coloured} <= set(rows(dock))
    for one, other in ((grey, f"hopper.jpg (sample {coloured})"), (coloured, "hopper_grey.png")):
        dock.workbench.go_to(one)
        process_events()
        shown = [row.sentence for row in dock.finding_rows.rows if row.isVisibleTo(dock)]
        (said,) = [text for text in shown if text.startswith("The same picture again: see ")]
        assert other in said
