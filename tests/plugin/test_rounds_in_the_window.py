"""Rounds in the window of a project, by real key and mouse events."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox

from annotator.mesh.metrics import vertex_errors
from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project
from annotator.workbench.look.coordinates import to_pixel_centres
from annotator.workbench.sort_keys import SortKey
from annotator.workflow.rounds import Ending, begin_to_finish, predict_and_finish
from tests.retraining import retrained


def accept_first(folder: Path) -> int:
    """Accept the first sample as predicted, and return its id."""
    with Project.open(folder) as project:
        sample_id = project.samples.summaries()[0].id
        project.reviews.accept(sample_id, reviewer="Rae")
    return sample_id


def finish_round(folder: Path, model: Path) -> None:
    with Project.open(folder) as project:
        finishing = begin_to_finish(project, Ending(model))
        with closing(predict_and_finish(project, finishing)) as steps:
            assert not [step for step in steps if step.failure]


@pytest.fixture(scope="module")
def in_round_2(pristine_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project in its second round, once for all tests; copy it before touching it."""
    folder = tmp_path_factory.mktemp("rounds")
    project = Path(shutil.copytree(pristine_project, folder / "faces"))
    accept_first(project)
    finish_round(project, retrained(folder / "second"))
    return project


@pytest.fixture
def dock(in_round_2: Path, tmp_path: Path, open_dock: Callable) -> AnnotatorDock:
    _, dock = open_dock(Path(shutil.copytree(in_round_2, tmp_path / "faces")))
    dock.workbench.go_to(1)
    return dock


def drawn(dock: AnnotatorDock) -> np.ndarray:
    assert dock.view.drawing is not None
    return dock.view.drawing.points


def choose(dock: AnnotatorDock, qtbot, title: str) -> None:
    """Go down a list by its keys until something is chosen."""
    box = dock.compare_row.choice
    dock.edit.tabs.setCurrentIndex(1)
    assert box.isVisible()
    rows = [box.itemText(row) for row in range(box.count())]
    for _ in range(rows.index(title) - box.currentIndex()):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == title


def test_the_window_tells_the_round_its_model_and_what_that_says_of_a_face(dock) -> None:
    assert dock.round_title.isVisible()
    assert dock.round_title.text() == "Round 2 · model second"
    assert dock.round_remark.isVisible()
    assert dock.round_remark.text().startswith("Round 2’s model would move it by ")
    sample = dock.workbench.current
    assert f"by {sample.round_change:.1%}" in dock.round_remark.text()
    dock.workbench.step(1)
    assert not dock.round_remark.isVisible(), "it follows the new model"


def test_the_key_that_compares_shows_the_prediction_that_was_chosen(dock, qtbot) -> None:
    said = dock.workbench.project.predictions.of(1)
    mesh = dock.workbench.session.landmarks
    older, newer = (to_pixel_centres(each.landmarks) for each in said.every)
    canvas = canvas_widget(dock._viewer)
    for title, expected in (
        ("What it began with", older),
        ("The newest model’s", newer),
        ("Round 2 · second", newer),
        ("Round 1 · face_landmark", older),
    ):
        choose(dock, qtbot, title)
        qtbot.keyPress(canvas, Qt.Key.Key_B)
        assert_allclose(drawn(dock), expected, atol=1e-3)
        qtbot.keyRelease(canvas, Qt.Key.Key_B)
        assert_allclose(drawn(dock), to_pixel_centres(mesh), atol=1e-3)
    assert vertex_errors(older, newer).mean() > 0.3, "the two can be told apart"


def test_the_ghost_is_the_prediction_that_was_chosen_on_the_next_face_too(dock, qtbot) -> None:
    qtbot.mouseClick(dock.view_panel.ghost, Qt.MouseButton.LeftButton)
    dock.view_panel.ghost.setChecked(True)
    choose(dock, qtbot, "The newest model’s")
    for sample_id in (1, 2):
        dock.workbench.go_to(sample_id)
        newest = dock.workbench.project.predictions.of(sample_id).every[-1].landmarks
        comparison = dock.view.drawing.comparison
        assert_allclose(comparison.points, to_pixel_centres(newest), atol=1e-3)


def test_predicting_again_takes_the_model_of_the_round(dock, qtbot) -> None:
    older, newer = (each.landmarks for each in dock.workbench.project.predictions.of(1).every)
    own = dock.workbench.session.prediction.copy()
    qtbot.keyClick(canvas_widget(dock._viewer), Qt.Key.Key_N)
    mesh = dock.workbench.session.landmarks
    assert vertex_errors(mesh, newer).mean() < vertex_errors(mesh, older).mean()
    assert dock.workbench.current.stroke_count == 1
    assert dock.workbench.session.prediction.tobytes() == own.tobytes(), "restore leads back"
    qtbot.keyClick(canvas_widget(dock._viewer), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert dock.workbench.session.landmarks.tobytes() == own.tobytes()


def test_the_list_is_sorted_by_the_change_between_rounds(dock, qtbot) -> None:
    sorting: QComboBox = dock.samples.sorting
    sorting.setCurrentText(f"By {SortKey.CHANGE.value}")
    shown = dock.workbench.samples
    changes = [shown.at(row).round_change for row in range(len(shown))]
    known = [-1.0 if change is None else change for change in changes]
    assert known == sorted(known)
    assert len({change for change in known if change > 0}) > 3


def test_a_round_that_ends_elsewhere_shows_in_the_open_window(
    open_dock, project_folder, tmp_path, wait_for
) -> None:
    accepted = accept_first(project_folder)
    _, dock = open_dock(project_folder)
    assert dock.round_title.text() == "Round 1 · model face_landmark"
    assert not dock.compare_row.isVisible()
    assert dock.compare_row.choice.count() == 1
    untouched = dock.workbench.sample_id
    assert untouched != accepted
    before = dock.workbench.session.landmarks.copy()
    finish_round(project_folder, retrained(tmp_path / "second"))
    wait_for(lambda: dock.round_title.text() == "Round 2 · model second", "the next round")
    wait_for(
        lambda: not np.array_equal(dock.workbench.session.landmarks, before),
        "the untouched face to follow",
    )
    wait_for(lambda: dock.compare_row.choice.count() == 4, "what it can be compared with")
