"""Nothing is lost and nothing stays behind when the dock or the window closes."""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QMessageBox

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.closing import may_close
from annotator.plugin.reader import show_dock
from annotator.project import Project, SampleState

CHIN = 152
Workplace = tuple[AnnotatorDock, Pointer]


@pytest.fixture
def locked(project_folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that holds the database's write lock until it is closed."""
    other = sqlite3.connect(project_folder / "project.sqlite", isolation_level=None)
    yield other
    other.close()


def drag_chin(dock: AnnotatorDock, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.drag((x, y), (x + 6, y + 6), steps=3)


def test_a_stroke_that_the_database_refuses_waits_and_is_saved_later(
    workplace: Workplace, locked: sqlite3.Connection, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    failed: list[str] = []
    dock.workbench.failed.connect(failed.append)
    locked.execute("BEGIN IMMEDIATE")
    drag_chin(dock, pointer)
    shown = np.array(dock.workbench.session.landmarks)
    assert "1 stroke waits in memory" in failed[0]
    assert dock.workbench.session.unsaved_count == 1
    sample_id = dock.workbench.session.sample_id
    pointer.key(Qt.Key.Key_D, "d")
    assert dock.workbench.session.sample_id == sample_id, "it waits until the stroke is saved"
    told_before = len(failed)
    dock.workbench.edits.retry_pending()
    assert len(failed) == told_before, "the retry does not nag"
    locked.execute("ROLLBACK")
    wait_for(lambda: dock.workbench.session.unsaved_count == 0)
    assert_array_equal(dock.workbench.project.annotations.load(sample_id).landmarks, shown)


def test_the_window_stays_open_for_strokes_that_are_not_saved(
    workplace: Workplace,
    locked: sqlite3.Connection,
    when_asked: Callable[..., object],
    wait_for: Callable[..., None],
) -> None:
    dock, pointer = workplace
    locked.execute("BEGIN IMMEDIATE")
    drag_chin(dock, pointer)
    texts: list[str] = []

    def cancel(box: QMessageBox) -> None:
        texts.extend((box.text(), box.informativeText()))
        box.button(QMessageBox.StandardButton.Cancel).click()

    when_asked(cancel)
    assert not dock.window().close()
    assert "1 stroke could not be saved and would be lost." in texts[0]
    assert "another program is writing to it" in texts[1]
    assert dock.window().isVisible()
    locked.execute("ROLLBACK")
    wait_for(lambda: dock.workbench.session.unsaved_count == 0)
    drag_chin(dock, pointer)
    assert len(dock.workbench.project.annotations.strokes(dock.workbench.session.sample_id)) == 2


def test_strokes_can_be_given_up_to_close(
    workplace: Workplace,
    locked: sqlite3.Connection,
    project_folder: Path,
    when_asked: Callable[..., object],
) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.session.sample_id
    locked.execute("BEGIN IMMEDIATE")
    drag_chin(dock, pointer)
    when_asked(lambda box: box.button(QMessageBox.StandardButton.Discard).click())
    assert may_close(dock.workbench, dock)
    dock.shut_down()
    assert dock.workbench.project is None
    locked.execute("ROLLBACK")
    with Project.open(project_folder) as project:
        assert not project.annotations.strokes(sample_id)


def test_a_window_that_napari_keeps_open_keeps_working(workplace: Workplace) -> None:
    dock, pointer = workplace
    dock.life.shut_down_if_closed()
    drag_chin(dock, pointer)
    assert dock.workbench.session.can_undo


SCRIPT = """
import sys
from pathlib import Path
import napari
from qtpy.QtCore import QTimer
from annotator.plugin.launch import open_viewer
from annotator.plugin.canvas.pointer import Pointer
from qtpy.QtTest import QTest
viewer, dock = open_viewer(Path(sys.argv[1]), "kim")
assert QTest.qWaitForWindowExposed(dock.window(), 60_000)
dock.view.frame()
x, y, _ = map(float, dock.workbench.session.landmarks[152])
Pointer(viewer).drag((x, y), (x + 6, y + 11))
QTimer.singleShot(0, dock.window().close)
napari.run()
print("closed", dock.workbench.project, flush=True)
"""


def test_closing_the_window_ends_the_program_and_closes_the_project(
    project_folder: Path, run_script: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    ended = run_script(SCRIPT)
    assert (ended.returncode, ended.stdout) == (0, "closed None\n"), ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (project_folder / "project.sqlite-wal").exists()


def test_a_dock_that_is_closed_and_opened_again_is_alone(
    open_window: Callable[..., tuple[object, AnnotatorDock]], project_folder: Path
) -> None:
    viewer, dock = open_window(project_folder)
    viewer.window.remove_dock_widget(dock)
    process_events()
    assert dock.workbench.project is None
    assert len(viewer.layers) == 0
    again = show_dock(viewer)
    assert again is not dock
    again.open_folder(project_folder)
    process_events()
    again.view.frame()
    assert [layer.name for layer in viewer.layers] == ["Photograph", "Face mesh"]
    drag_chin(again, Pointer(viewer))
    strokes = again.workbench.project.annotations.strokes(again.workbench.session.sample_id)
    assert len(strokes) == 1
    again.shut_down()


def test_a_dock_that_is_closed_draws_no_more(workplace: Workplace) -> None:
    dock, _ = workplace
    viewer, view, drawing = dock._viewer, dock.view, dock.view.drawing
    zoom = viewer.scene.camera.zoom
    viewer.window.remove_dock_widget(dock)
    viewer.scene.camera.zoom = zoom / 8  # so far that the mesh was thinned
    assert view.drawing is drawing


def test_a_mesh_that_cannot_be_seen_is_not_accepted(
    open_dock: Callable[..., tuple[object, AnnotatorDock]], project_folder: Path
) -> None:
    with Project.open(project_folder) as project:
        first = project.samples.summaries()[0]
    first.image_path.write_bytes(b"no photograph")
    viewer, dock = open_dock(project_folder)
    pointer = Pointer(viewer)
    dock.workbench.go_to(first.id)
    pointer.key(Qt.Key.Key_Return, "\r")
    assert dock.workbench.project.samples.get(first.id).state is SampleState.PREDICTED
    pointer.key(Qt.Key.Key_E, "e")
    assert dock.workbench.project.samples.get(first.id).state is SampleState.EXCLUDED
    assert dock.view.is_shown, "the next one is shown"


def test_a_photograph_that_was_replaced_is_not_shown_under_the_old_mesh(
    open_dock: Callable[..., tuple[object, AnnotatorDock]], project_folder: Path
) -> None:
    with Project.open(project_folder) as project:
        first, *_, last = project.samples.summaries()
    first.image_path.write_bytes(last.image_path.read_bytes())
    _, dock = open_dock(project_folder)
    dock.workbench.go_to(first.id)
    assert not dock.view.is_shown
    dock.workbench.verdicts.accept()
    assert dock.workbench.project.samples.get(first.id).state is SampleState.PREDICTED


def test_a_finished_project_opens_on_its_first_sample(
    open_dock: Callable[..., tuple[object, AnnotatorDock]], project_folder: Path
) -> None:
    with Project.open(project_folder) as project:
        for sample in project.samples.summaries():
            project.reviews.accept(sample.id, reviewer="kim")
    _, dock = open_dock(project_folder)
    assert dock.view.is_shown
    assert dock.workbench.samples.row(dock.workbench.current.id) == 0


def test_names_with_markup_are_shown_as_they_are(workplace: Workplace) -> None:
    dock, _ = workplace
    sample = dock.workbench.current
    spelled = sample._replace(image_name="a<h1>b&c.jpg")
    dock.workbench.samples.update(spelled)
    dock.workbench.sample_updated.emit(sample.id)
    assert dock.edit._current.text().startswith("a<h1>b&c.jpg #1: ")
