"""One writer at a time, and a file that is moved or replaced under an open project."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from annotator.project.errors import ProjectBusy, ProjectUnavailable
from annotator.project.image_records import FailedImage
from annotator.project.project import Project
from annotator.project.records import SampleState, Verdict


def test_a_busy_project_can_be_read_and_says_that_it_cannot_be_written(
    predicted, new_image, make_face, draw
):
    predicted.close()
    with Project.open(predicted.address, busy_timeout=0.05) as project:
        annotation = project.annotations.load(1)
        stroke = draw(annotation)
        with closing(
            sqlite3.connect(project.home / "project.sqlite", isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            for write in (
                lambda: project.annotations.record_stroke(1, stroke, revision=0, annotator="Ann"),
                lambda: project.annotations.undo(1, revision=0),
                lambda: project.reviews.give(Verdict.ACCEPT, [1], reviewer="Rae"),
                lambda: project.images.add([FailedImage(project.home / "x.jpg", "is empty")]),
                lambda: project.predictions.store(1, [(1, [make_face()])]),
            ):
                with pytest.raises(ProjectBusy, match="try again in a moment"):
                    write()
            assert project.samples.counts()[SampleState.PREDICTED] == 3
            assert project.annotations.load(1).revision == 0
            other.execute("ROLLBACK")
        project.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
        assert len(project.annotations.strokes(1)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved there")
def test_a_stroke_is_not_written_into_a_project_that_was_moved_away(predicted, edit, tmp_path):
    edit(predicted, 1)
    predicted.home.rename(tmp_path / "away")
    with pytest.raises(ProjectUnavailable, match="put it back"):
        edit(predicted, 1)
    (tmp_path / "away").rename(predicted.home)
    edit(predicted, 1)
    assert len(predicted.annotations.strokes(1)) == 2


def test_a_thread_that_waits_too_long_for_another_is_told_so(predicted, edit):
    predicted.close()
    with Project.open(predicted.address, busy_timeout=0.05) as project:
        with project._engine.writing(), ThreadPoolExecutor(1) as pool:
            future = pool.submit(edit, project, 1)
            with pytest.raises(ProjectBusy):
                future.result()
        edit(project, 1)


HOLD = """
import sqlite3
import sys
import time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(60)
"""


def test_a_program_that_is_killed_with_the_lock_in_its_hand_holds_nobody_up(
    predicted, start_program, draw
):
    stroke = draw(predicted.annotations.load(1))
    program = start_program(HOLD, predicted.home / "project.sqlite")
    assert program.stdout.readline() == "held\n"
    with pytest.raises(ProjectBusy), predicted.waiting_at_most(0):
        predicted.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
    program.kill()
    program.wait()
    with predicted.waiting_at_most(0):
        predicted.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")
    assert len(predicted.annotations.strokes(1)) == 1


def test_a_thread_in_a_hurry_hurries_no_other(predicted, edit):
    with predicted.waiting_at_most(0), ThreadPoolExecutor(1) as pool:
        with predicted._engine.writing():
            with pytest.raises(ProjectBusy):
                predicted._engine.writing().__enter__()
            patient = pool.submit(edit, predicted, 1)
        patient.result()
    assert len(predicted.annotations.strokes(1)) == 1


def test_nothing_is_written_into_a_database_that_took_the_place_of_the_one_opened(
    predicted, edit, tmp_path
):
    edit(predicted, 1)
    database, aside = predicted.home / "project.sqlite", tmp_path / "aside.sqlite"
    database.rename(aside)
    database.write_bytes(aside.read_bytes())
    with pytest.raises(ProjectUnavailable, match="was replaced by another file"):
        edit(predicted, 1)
    aside.replace(database)
    edit(predicted, 1)
    assert len(predicted.annotations.strokes(1)) == 2


LOCK = """
import fcntl
import sys
with open(sys.argv[1], "rb+") as database:
    try:  # the bytes that SQLite locks while a connection is open
        fcntl.lockf(database, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
    except BlockingIOError:
        print("in use")
    else:
        print("free")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="locks are let go of by POSIX only")
def test_looking_at_a_project_lets_go_of_no_lock_of_a_window_that_has_it_open(
    predicted, start_program
):
    path = predicted.home / "project.sqlite"
    predicted.samples.summaries()
    for look in (
        lambda: None,
        lambda: Project.is_project(predicted.address),
        lambda: Project.open(predicted.address).close(),
    ):
        look()
        assert start_program(LOCK, path).communicate()[0] == "in use\n"
    predicted.close()
    assert start_program(LOCK, path).communicate()[0] == "free\n"
