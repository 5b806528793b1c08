"""The real window: every stroke is stored at once, or waits in memory until it can be."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QMessageBox

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project, SampleState
from annotator.project.strokes import Stroke
from annotator.workbench.stroke_text import SAVED

CHIN = 152
Workplace = tuple[AnnotatorDock, Pointer]


@pytest.fixture
def locked(project_folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that can take the database's write lock, and gives it back at the end."""
    other = sqlite3.connect(project_folder / "project.sqlite", isolation_level=None)
    yield other
    other.close()


@pytest.fixture
def said(workplace: Workplace) -> list[str]:
    """All that the annotator is told."""
    sentences: list[str] = []
    workplace[0].workbench.told.connect(sentences.append)
    workplace[0].workbench.failed.connect(sentences.append)
    return sentences


def was_said_at_last(said: list[str], words: str) -> bool:
    """Return whether words were said, and after them not that strokes wait."""
    waiting = [number for number, sentence in enumerate(said) if "in memory" in sentence]
    return any(words in sentence for sentence in said[waiting[-1] :])


def drag(dock: AnnotatorDock, pointer: Pointer, dx: float, dy: float, vertex: int = CHIN) -> None:
    assert dock.workbench.session is not None
    x, y, _ = dock.workbench.session.landmarks[vertex].tolist()
    pointer.drag((x, y), (x + dx, y + dy), steps=3)


def shown(dock: AnnotatorDock) -> np.ndarray:
    assert dock.workbench.session is not None
    return np.array(dock.workbench.session.landmarks)


def ticks(timer: QTimer) -> list[None]:
    """A list that grows each time a timer fires."""
    fired: list[None] = []
    timer.timeout.connect(lambda: fired.append(None))
    return fired


def stored(folder: Path, sample_id: int) -> np.ndarray:
    """What another program reads from the file."""
    with Project.open(folder) as project:
        return np.array(project.annotations.load(sample_id).landmarks)


def record_other_stroke(project: Project, sample_id: int) -> None:
    annotation = project.annotations.load(sample_id)
    before = annotation.landmarks[:20]
    stroke = Stroke("grab", np.arange(20), before, before + np.float32([3, 1, 0]))
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="robin"
    )


def test_a_stroke_is_in_the_database_when_the_release_event_returns(
    workplace: Workplace, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    assert session is not None
    x, y, _ = session.landmarks[CHIN].tolist()
    pointer.move((x, y))
    pointer.press((x, y))
    pointer.move((x + 7, y + 4), pressed=True)
    assert_array_equal(stored(project_folder, session.sample_id), session.prediction)
    # Nothing but this event is handled: no timer and no idle moment helps.
    monkeypatch.setattr("annotator.plugin.canvas.pointer.process_events", lambda: None)
    pointer.release((x + 7, y + 4))
    assert_array_equal(stored(project_folder, session.sample_id), session.landmarks)
    assert (session.landmarks != session.prediction).any()


def test_the_history_outlives_the_window_with_what_was_undone(
    open_window: Callable[[Path], tuple[object, AnnotatorDock]], project_folder: Path
) -> None:
    viewer, dock = open_window(project_folder)
    sample_id = dock.workbench.session.sample_id
    meshes = [shown(dock)]
    for step in range(3):
        drag(dock, Pointer(viewer), 4 + step, 3)
        meshes.append(shown(dock))
    Pointer(viewer).key(Qt.Key.Key_Z, "\x1a", Qt.KeyboardModifier.ControlModifier)
    viewer.window.remove_dock_widget(dock)
    process_events()
    viewer, dock = open_window(project_folder)
    dock.workbench.go_to(sample_id)
    assert_array_equal(shown(dock), meshes[2])
    dock.workbench.edits.redo()
    assert_array_equal(shown(dock), meshes[3])
    for mesh in reversed(meshes[:3]):
        dock.workbench.edits.undo()
        assert_array_equal(shown(dock), mesh)
    assert not dock.workbench.session.can_undo


def test_strokes_pile_up_while_the_database_is_locked_and_are_written_in_order(
    workplace: Workplace,
    locked: sqlite3.Connection,
    said: list[str],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    locked.execute("BEGIN IMMEDIATE")
    meshes = []
    for step in range(3):
        drag(dock, pointer, 4, 2 + step)
        meshes.append(shown(dock))
    retries = ticks(dock._retry)
    wait_for(lambda: len(retries) >= 2)
    assert "another program is writing to it" in said[0]
    assert said[0].endswith(
        "1 stroke waits in memory and will be saved as soon as that is possible."
    )
    assert [sentence.split(" wait")[0] for sentence in said[1:]] == ["2 strokes", "3 strokes"]
    assert "3 not saved yet!" in dock.edit._current.text()
    assert_array_equal(stored(project_folder, session.sample_id), session.prediction)
    locked.execute("ROLLBACK")
    wait_for(lambda: was_said_at_last(said, SAVED))
    assert "not saved" not in dock.edit._current.text()
    records = dock.workbench.project.annotations.strokes(session.sample_id)
    mesh = np.array(session.prediction)
    for record, expected in zip(records, meshes, strict=True):
        mesh[record.vertex_indices] = record.after
        assert_array_equal(mesh, expected)


def test_undo_next_and_verdicts_are_refused_in_words_while_strokes_wait(
    workplace: Workplace, locked: sqlite3.Connection, said: list[str]
) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.session.sample_id
    locked.execute("BEGIN IMMEDIATE")
    drag(dock, pointer, 5, 5)
    mesh = shown(dock)
    for key, text, modifiers, words in (
        (Qt.Key.Key_Z, "\x1a", Qt.KeyboardModifier.ControlModifier, "Nothing was undone."),
        (Qt.Key.Key_D, "d", Qt.KeyboardModifier.NoModifier, "Until then this face stays open."),
        (Qt.Key.Key_Return, "\r", Qt.KeyboardModifier.NoModifier, "this face stays open."),
    ):
        pointer.key(key, text, modifiers)
        assert said[-1].endswith(words)
        assert "1 stroke waits in memory" in said[-1]
        assert_array_equal(shown(dock), mesh)
        assert dock.workbench.session.sample_id == sample_id
    locked.execute("ROLLBACK")
    pointer.key(Qt.Key.Key_Z, "\x1a", Qt.KeyboardModifier.ControlModifier)
    assert_array_equal(shown(dock), dock.workbench.session.prediction)
    assert [r.undone for r in dock.workbench.project.annotations.strokes(sample_id)] == [True]


def test_a_verdict_on_a_locked_database_is_refused_in_words(
    workplace: Workplace, locked: sqlite3.Connection, said: list[str]
) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.session.sample_id
    locked.execute("BEGIN IMMEDIATE")
    pointer.key(Qt.Key.Key_Return, "\r")
    assert "another program is writing to it" in said[-1]
    assert dock.workbench.session.sample_id == sample_id
    assert dock.workbench.samples.get(sample_id).state is SampleState.PREDICTED


def test_a_stroke_that_was_refused_is_put_on_top_of_what_another_window_made_meanwhile(
    workplace: Workplace,
    locked: sqlite3.Connection,
    said: list[str],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    locked.execute("BEGIN IMMEDIATE")
    drag(dock, pointer, 5, 0)
    mine = shown(dock) - session.prediction
    locked.execute("ROLLBACK")
    with Project.open(project_folder) as project:
        record_other_stroke(project, session.sample_id)
        theirs = project.annotations.load(session.sample_id).landmarks
    wait_for(lambda: was_said_at_last(said, "with your last stroke on top"))
    np.testing.assert_allclose(shown(dock), theirs + mine, atol=1e-3)
    assert_array_equal(stored(project_folder, session.sample_id), shown(dock))


def test_no_stroke_goes_into_a_database_that_was_replaced(
    workplace: Workplace,
    said: list[str],
    project_folder: Path,
    tmp_path: Path,
    wait_for: Callable[..., None],
) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    database, aside = project_folder / "project.sqlite", tmp_path / "aside.sqlite"
    database.rename(aside)
    database.write_bytes(aside.read_bytes())  # as a backup that is restored would
    drag(dock, pointer, 5, 0)
    assert "was replaced by another file" in said[0]
    assert session.unsaved_count == 1
    aside.replace(database)
    wait_for(lambda: was_said_at_last(said, SAVED))
    assert_array_equal(stored(project_folder, session.sample_id), shown(dock))


def test_another_project_is_opened_only_after_asking_about_strokes_that_wait(
    workplace: Workplace,
    locked: sqlite3.Connection,
    project_folder: Path,
    when_asked: Callable[..., object],
) -> None:
    dock, pointer = workplace
    locked.execute("BEGIN IMMEDIATE")
    drag(dock, pointer, 5, 0)
    when_asked(lambda box: box.button(QMessageBox.StandardButton.Cancel).click())
    assert not dock.open_folder(project_folder)
    assert dock.workbench.session.unsaved_count == 1
    when_asked(lambda box: box.button(QMessageBox.StandardButton.Discard).click())
    assert dock.open_folder(project_folder)
    assert not dock.workbench.session.unsaved_count


def test_a_photograph_that_vanished_is_shown_when_it_is_back(
    open_dock: Callable[[Path], tuple[object, AnnotatorDock]],
    project_folder: Path,
    tmp_path: Path,
    wait_for: Callable[..., None],
) -> None:
    with Project.open(project_folder) as project:
        sample = project.samples.summaries()[0]
    away = sample.image_path.rename(tmp_path / "away.jpg")
    _, dock = open_dock(project_folder)
    said: list[str] = []
    dock.workbench.failed.connect(said.append)
    dock.workbench.step(1)
    dock.workbench.go_to(sample.id)
    assert sample.image_name in said[-1]
    assert "cannot be shown" in said[-1]
    assert not dock.view.is_shown
    assert dock._message.isVisible()
    looks = ticks(dock._display._look_again)
    wait_for(lambda: looks)
    assert len(said) == 1, "it is looked for in silence"
    away.rename(sample.image_path)
    wait_for(lambda: dock.view.is_shown)
    assert not dock._message.isVisible(), "it can be shown"
    dock.workbench.verdicts.accept()
    assert dock.workbench.project.samples.get(sample.id).state is SampleState.ACCEPTED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_photograph_that_became_a_pipe_is_refused_in_words_and_not_waited_for(
    workplace: Workplace, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    sample = dock.workbench.current
    said: list[str] = []
    dock.workbench.failed.connect(said.append)
    dock.workbench.step(1)
    assert dock.workbench.current.image_path != sample.image_path
    away = sample.image_path.rename(tmp_path / "away.jpg")
    os.mkfifo(sample.image_path)
    dock.workbench.go_to(sample.id)
    wait_for(lambda: said)
    assert "a device or a pipe, not a file" in said[-1]
    assert not dock.view.is_shown
    sample.image_path.unlink()
    away.rename(sample.image_path)
    wait_for(lambda: dock.view.is_shown)
    assert not dock._message.isVisible()


def test_strokes_are_stored_while_the_photograph_on_screen_has_vanished(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.current.id
    dock.workbench.current.image_path.unlink()
    drag(dock, pointer, 5, 0)
    assert_array_equal(stored(project_folder, sample_id), shown(dock))
    assert dock.view.is_shown
