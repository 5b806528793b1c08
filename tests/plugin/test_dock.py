"""What the dock shows, from nothing to a full project."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton, QScrollArea

from annotator.mesh.tools.grab import GrabTool
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.project_forms import free_folder
from annotator.project import EditSession, Project, SampleState
from annotator.release import Choice
from annotator.workbench.export_choices import ExportWish
from annotator.workbench.steps import adding, exporting, predicting

OpenDock = Callable[[Path | None], tuple[object, AnnotatorDock]]
Workplace = tuple[AnnotatorDock, Pointer]


def visible_texts(dock: AnnotatorDock) -> str:
    labels = [*dock.findChildren(QLabel), *dock.findChildren(QPushButton)]
    return " ".join(label.text() for label in labels if label.isVisible())


def test_without_a_project_the_dock_says_what_to_do(open_dock: OpenDock) -> None:
    _, dock = open_dock(None)
    assert "New project" in visible_texts(dock)
    assert "Try the sample project" in visible_texts(dock)


def test_an_empty_project_asks_for_photographs(open_dock: OpenDock, tmp_path: Path) -> None:
    Project.create(tmp_path / "empty").close()
    _, dock = open_dock(tmp_path / "empty")
    assert "Add photographs" in visible_texts(dock)


def test_a_folder_that_is_no_project_is_refused_in_words(
    open_dock: OpenDock, tmp_path: Path
) -> None:
    _, dock = open_dock(None)
    told: list[str] = []
    dock.project_menu._tell = told.append
    assert not dock.open_folder(tmp_path)
    assert str(tmp_path) in told[0]
    assert "New project" in visible_texts(dock)


def test_opening_frames_the_first_face_to_do(workplace: Workplace) -> None:
    dock, pointer = workplace
    corners = dock.workbench.session.landmarks[:, :2]
    shown = np.array([pointer.on_canvas(tuple(corner)) for corner in corners])
    canvas = pointer._canvas
    assert (shown > 0).all()
    assert (shown < [canvas.width(), canvas.height()]).all()
    assert np.ptp(shown[:, 1]) > canvas.height() / 2 or np.ptp(shown[:, 0]) > canvas.width() / 2


def test_the_filter_shows_the_samples_in_a_state(workplace: Workplace) -> None:
    dock, pointer = workplace
    total = len(dock.workbench.samples)
    pointer.key(Qt.Key.Key_Return, "\r")
    dock.samples.filter.setCurrentText("Accepted")
    assert dock.samples.list.model().rowCount() == 1
    dock.samples.filter.setCurrentText("To do")
    assert dock.samples.list.model().rowCount() == total - 1
    dock.samples.filter.setCurrentText("Sent back")
    assert "No sample passes this filter." in visible_texts(dock)


def test_thumbnails_arrive_for_the_rows_in_sight(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    sample, thumbnails = dock.workbench.samples.at(0), dock.samples.list.thumbnails
    wait_for(lambda: thumbnails.get(sample) is not None)
    assert thumbnails.get(sample).width() > 40


def test_a_photograph_that_vanished_is_told_and_the_rest_goes_on(
    open_dock: OpenDock, project_folder: Path
) -> None:
    with Project.open(project_folder) as project:
        first = project.samples.summaries()[0]
    first.image_path.unlink()
    viewer, dock = open_dock(project_folder)
    assert not dock.view.is_shown
    dock.workbench.step(1)
    process_events()
    if dock.workbench.current.image_id == first.image_id:
        dock.workbench.step(1)
    assert dock.view.is_shown
    assert dock.view.mesh_layer in viewer.layers


def test_photographs_are_added_and_predicted_from_the_dock(
    open_dock: OpenDock, project_folder: Path, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    with Project.open(project_folder) as project:
        source = project.samples.summaries()[0].image_path
    Project.create(tmp_path / "new").close()
    _, dock = open_dock(tmp_path / "new")
    assert dock.progress.run(adding(dock.workbench.project, [source], copy=True))
    assert not dock.progress.run(predicting(dock.workbench.project))
    wait_for(lambda: not dock.progress.is_running)
    assert dock.workbench.samples.total >= 1
    assert dock.view.is_shown
    assert dock._message.text().startswith("Predicted 1 photograph, ")


def test_work_that_is_cancelled_leaves_a_project_that_goes_on(
    open_dock: OpenDock, project_folder: Path, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    images = project_folder / "images"
    Project.create(tmp_path / "new").close()
    _, dock = open_dock(tmp_path / "new")
    dock.progress.run(adding(dock.workbench.project, [images], copy=False))
    dock.progress.cancel()
    wait_for(lambda: not dock.progress.is_running)
    dock.progress.run(adding(dock.workbench.project, [images], copy=False))
    wait_for(lambda: not dock.progress.is_running)
    with Project.open(project_folder) as complete:
        assert dock.workbench.samples.total == sum(complete.samples.counts().values())


def test_work_that_fails_is_told(
    workplace: Workplace, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    told: list[str] = []
    dock.progress.failed.connect(told.append)
    existing = tmp_path / "existing"
    existing.mkdir()
    dock.progress.run(exporting(dock.workbench.project, ExportWish(existing, Choice("npz"))))
    wait_for(lambda: not dock.progress.is_running)
    assert told


def test_accepted_samples_are_exported_from_the_dock(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    pointer.key(Qt.Key.Key_Return, "\r")
    folder = free_folder(dock.workbench.project.home)
    dock.progress.run(exporting(dock.workbench.project, ExportWish(folder, Choice("npz"))))
    wait_for(lambda: not dock.progress.is_running)
    assert (folder / "manifest.json").is_file()
    assert free_folder(dock.workbench.project.home) != folder


def test_the_window_fits_a_small_laptop(open_window: OpenDock, project_folder: Path) -> None:
    viewer, dock = open_window(project_folder)
    window = dock.window()
    assert (window.width(), window.height()) == (1280, 800)
    assert canvas_widget(viewer).width() > 500
    (tools,) = (a for a in dock.findChildren(QScrollArea) if a.isAncestorOf(dock.tool_panel))
    assert not tools.verticalScrollBar().isVisible(), "the tool with most settings fits"
    for button in dock.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width(), button.text()


def test_the_list_is_dark_on_light_and_light_on_dark(workplace: Workplace) -> None:
    dock, _ = workplace
    brightness = {}
    for theme in ("light", "dark"):  # ends with the one it began with
        dock.view._viewer.theme = theme
        process_events()
        shot = dock.view._viewer.window.screenshot(canvas_only=False, flash=False)
        corner = dock.samples.list.mapTo(dock.window(), dock.samples.list.rect().topLeft())
        rows = shot[corner.y() : corner.y() + 120, corner.x() + 70 : corner.x() + 250, :3]
        brightness[theme] = np.median(rows)
        assert np.ptp(rows) > 120, "text stands out"
    assert brightness["dark"] < 110 < brightness["light"]


def nudge(session: EditSession) -> None:
    """Make a stroke without any window."""
    x, y, _ = session.landmarks[10].tolist()
    session.press(GrabTool(), (x, y))
    session.release((x + 5, y + 5))


def test_a_second_window_never_overwrites_strokes_silently(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    told: list[str] = []
    dock.workbench.failed.connect(told.append)
    sample_id = dock.workbench.current.id
    x, y, _ = map(float, dock.workbench.session.landmarks[152])
    with Project.open(project_folder) as other:
        theirs = EditSession(other, sample_id, annotator="robin")
        dock._look.stop()  # this window has not looked when its annotator acts
        nudge(theirs)
        pointer.drag((x, y), (x + 5, y))
        assert told
        assert "robin" in told[0]
        # Mine lies on top of theirs, and can be taken off.
        pointer.key(Qt.Key.Key_Z, "z", Qt.KeyboardModifier.ControlModifier)
        np.testing.assert_array_equal(dock.workbench.session.landmarks, theirs.landmarks)
        assert other.samples.get(sample_id).state is SampleState.IN_PROGRESS


def test_a_mesh_that_another_window_changed_is_not_accepted_unseen(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.current.id
    with Project.open(project_folder) as other:
        theirs = EditSession(other, sample_id, annotator="robin")
        dock._look.stop()  # this window has not looked when its annotator acts
        nudge(theirs)
        pointer.key(Qt.Key.Key_Return, "\r")
        assert other.samples.get(sample_id).state is SampleState.IN_PROGRESS
        assert dock.workbench.current.id == sample_id
        pointer.key(Qt.Key.Key_Return, "\r")
        assert other.samples.get(sample_id).state is SampleState.ACCEPTED
