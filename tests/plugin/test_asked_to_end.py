"""SIGTERM and SIGHUP close the window as its close button does, and ask nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QDialog, QMessageBox

from annotator.plugin.asked_to_end import closed_when_asked
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.closing import may_close
from annotator.project import Project
from annotator.system.ending import Ended

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
CHIN = 152
Workplace = tuple[AnnotatorDock, Pointer]
WaitFor = Callable[..., None]


@pytest.fixture
def locked(project_folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that holds the database's write lock until it is closed."""
    other = sqlite3.connect(project_folder / "project.sqlite", isolation_level=None)
    yield other
    other.close()


def drag_chin(dock: AnnotatorDock, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.drag((x, y), (x + 6, y + 6), steps=3)


def end(dock: AnnotatorDock, wait_for: WaitFor) -> str:
    """Send this process a signal, handle events until the window is to close; return what is said.

    The window itself stays: all tests share it.
    """
    closed: list[bool] = []

    def close() -> None:
        closed.append(may_close(dock.workbench, dock))  # as the close button asks

    with pytest.raises(Ended) as caught, closed_when_asked(dock.workbench, close):
        os.kill(os.getpid(), signal.SIGTERM)
        wait_for(lambda: closed)
    assert closed == [True]
    assert caught.value.code == 143
    return str(caught.value)


def test_a_stroke_that_waits_is_tried_once_more(
    workplace: Workplace, locked: sqlite3.Connection, wait_for: WaitFor
) -> None:
    dock, pointer = workplace
    locked.execute("BEGIN IMMEDIATE")
    drag_chin(dock, pointer)
    assert dock.workbench.session.unsaved_count == 1
    locked.execute("ROLLBACK")
    assert "kept" in end(dock, wait_for)
    sample_id = dock.workbench.session.sample_id
    assert len(dock.workbench.project.annotations.strokes(sample_id)) == 1


def test_strokes_that_cannot_be_stored_are_said_to_be_lost_and_nobody_is_asked(
    workplace: Workplace, locked: sqlite3.Connection, wait_for: WaitFor
) -> None:
    dock, pointer = workplace
    locked.execute("BEGIN IMMEDIATE")
    drag_chin(dock, pointer)
    said = end(dock, wait_for)
    assert said == "ended by SIGTERM; 1 stroke could not be saved and was lost"


def test_dialogs_are_closed_first_even_those_that_have_to_be_answered(
    workplace: Workplace, wait_for: WaitFor
) -> None:
    dock, _ = workplace
    answers: list[int] = []
    closed: list[int] = []

    def ask_more(box: QMessageBox) -> None:
        QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGTERM))
        answers.append(QDialog(box).exec())

    def ask() -> None:
        box = QMessageBox(dock)
        box.setStandardButtons(
            QMessageBox.StandardButton.Retry | QMessageBox.StandardButton.Discard
        )
        QTimer.singleShot(0, lambda: ask_more(box))
        answers.append(box.exec())

    with (
        pytest.raises(Ended),
        closed_when_asked(dock.workbench, lambda: closed.append(len(answers))),
    ):
        QTimer.singleShot(0, ask)
        wait_for(lambda: closed)
    assert answers == [QDialog.DialogCode.Rejected.value] * 2
    assert closed == [2]


@pytest.mark.parametrize("name", ["SIGHUP"])
def test_the_command_that_opened_the_window_closes_it_and_says_so_in_one_line(
    run_script: Callable[[str], subprocess.CompletedProcess[str]], project_folder: Path, name: str
) -> None:
    script = """
        import napari, os, signal, sys
        from qtpy.QtCore import QTimer
        from annotator.cli import main

        run = napari.run

        def run_and_end():
            QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.NAME))
            run()

        napari.run = run_and_end
        print("code", main(["open", sys.argv[1]]))
    """
    done = run_script(dedent(script).replace("NAME", name))
    assert f"code {128 + getattr(signal, name)}\n" in done.stdout
    assert f"error: ended by {name}; what was finished is kept\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project_folder / "project.sqlite-wal").exists(), "the project was closed"
    Project.open(project_folder).close()
