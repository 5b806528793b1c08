"""Disks that are full, folders that may not be written, databases that somebody else holds.

A full disk is made of a limit on the size of files, which needs no rights and holds for one
program only; SQLite's own limit on pages stands for it once.
"""

import errno
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project import migrate
from annotator.project.engine import BUSY_TIMEOUT
from annotator.project.engine import sqlite as sqlite_engine
from annotator.project.engine.sqlite import SqliteEngine
from annotator.project.engine.sqlite_errors import file_error, project_error
from annotator.project.errors import (
    DiskFull,
    ProjectBusy,
    ProjectError,
    ProjectUnavailable,
    ReadOnlyProject,
)
from annotator.project.project import Project

posix = pytest.mark.skipif(sys.platform == "win32", reason="files have no POSIX limits and modes")

LIMITED = """
import resource, signal, sys
from datetime import UTC, datetime
import numpy as np
from annotator.project import Project, ProjectUnavailable, Stroke

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def attempt(call):
    try:
        call()
    except ProjectUnavailable as error:
        assert "\\n" not in str(error)
        print(type(error).__name__, error)
    else:
        print("done")

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails instead of ending the program
folder = sys.argv[1]
"""

WORK = """
project = Project.open(folder)
annotation = project.annotations.load(1)
everywhere = np.arange(468)
stroke = Stroke("grab", everywhere, annotation.landmarks, annotation.landmarks + 1)

def record():
    project.annotations.record_stroke(1, stroke, revision=0, annotator="Ann")

def visit():
    project.visits.record(
        1, annotator="Ann", started_at=datetime.now(UTC), seconds=1.0, strokes=1
    )

limit(4096)
attempt(record)
attempt(visit)
attempt(lambda: project.reviews.delete(1, reviewer="Rae"))
attempt(lambda: project.samples.get(1))
limit(resource.RLIM_INFINITY)
attempt(record)
project.close()
"""

CREATE = """
limit(4096)
attempt(lambda: Project.create(folder))
"""

OPEN = """
limit(4096)
attempt(lambda: Project.open(folder))
"""


def run(start_program, script: str, folder: Path) -> list[str]:
    return start_program(LIMITED + script, folder).communicate()[0].splitlines()


@posix
def test_what_a_disk_has_no_room_for_is_told_and_can_be_done_later(predicted, start_program):
    predicted.close()
    *refused, read, written = run(start_program, WORK, predicted.home)
    assert len(refused) == 3
    for line in refused:
        assert line.startswith("ProjectUnavailable ")
        assert "has room" in line
    assert (read, written) == ("done", "done")
    with Project.open(predicted.home) as project:
        assert project.annotations.load(1).revision == 1
        assert len(project.annotations.strokes(1)) == 1
        assert project.samples.get(1).seconds_spent == 0
        assert project.reviews.history(1) == []


@posix
def test_a_project_that_a_disk_has_no_room_for_leaves_nothing_behind(tmp_path, start_program):
    (line,) = run(start_program, CREATE, tmp_path / "project")
    assert line.startswith("ProjectUnavailable ")
    assert list((tmp_path / "project").iterdir()) == []


@posix
def test_an_upgrade_that_a_disk_has_no_room_for_leaves_the_project_as_it_was(
    tmp_path, start_program
):
    path = tmp_path / "project.sqlite"
    SqliteEngine.create(str(path.parent), revision="0002")
    before = path.read_bytes()
    (line,) = run(start_program, OPEN, tmp_path)
    assert line.startswith("ProjectUnavailable ")
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*before-upgrade*")) == []
    with Project.open(tmp_path) as project:
        assert project.samples.summaries() == []


def test_an_upgrade_that_has_to_wait_too_long_leaves_no_copy(tmp_path, monkeypatch):
    path = tmp_path / "project.sqlite"
    SqliteEngine.create(str(path.parent), revision="0002")

    def busy(*_):
        raise ProjectBusy("busy")

    monkeypatch.setattr(migrate, "run_migrations", busy)
    with pytest.raises(ProjectBusy):
        Project.open(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["project.sqlite"]


def test_a_project_whose_older_database_somebody_else_writes_can_be_opened_later(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(sqlite_engine, "BUSY_TIMEOUT", 0.05)
    path = tmp_path / "project.sqlite"
    SqliteEngine.create(str(path.parent), revision="0002")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectBusy, match="try again in a moment"):
            Project.open(tmp_path, busy_timeout=0.05)
        other.execute("ROLLBACK")
    Project.open(tmp_path).close()


def test_an_upgrade_waits_for_other_writers_even_where_changes_do_not(tmp_path):
    SqliteEngine.create(str(tmp_path), revision="0002")
    with (
        closing(SqliteEngine.find(str(tmp_path), busy_timeout=0.05)) as engine,
        engine.migrating() as connection,
    ):
        (milliseconds,) = connection.exec_driver_sql("PRAGMA busy_timeout").one()
    assert milliseconds == 1000 * BUSY_TIMEOUT


def test_a_full_disk_is_reported_and_the_stroke_can_be_written_later(predicted, edit, draw):
    annotation = predicted.annotations.load(1)
    stroke = draw(annotation, indices=range(468))
    with predicted._engine.writing() as session:  # SQLite's own way to have no more room
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(DiskFull, match="no space left"):
        for revision in range(100):
            annotation = predicted.annotations.record_stroke(
                1, draw(annotation, indices=range(468)), revision=revision, annotator="Ann"
            )
    predicted.close()
    with Project.open(predicted.address) as project:
        stored = project.annotations.load(1)
        assert stored.landmarks.tobytes() == annotation.landmarks.tobytes()
        assert stored.revision == annotation.revision
        stroke = draw(stored)
        project.annotations.record_stroke(1, stroke, revision=stored.revision, annotator="Ann")


AS_NOBODY = """
import os, sys
from pathlib import Path
import annotator.project.migrate  # which may be out of reach later
from annotator.project import Project, ProjectError

def attempt(call):
    try:
        call()
    except ProjectError as error:
        print(type(error).__name__, error)
    else:
        print("done")

folder = Path(sys.argv[1])
"""


@pytest.fixture
def open_folder():
    """A folder that anybody may write, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)
        Path(name).chmod(0o777)


@posix
def test_a_project_cannot_be_created_in_a_folder_that_may_not_be_written(
    open_folder, start_program
):
    open_folder.chmod(0o555)
    script = """
if os.getuid() == 0:
    os.setuid(65534)  # root may write anywhere
attempt(lambda: Project.create(folder))
attempt(lambda: Project.create(folder / "inside"))
"""
    program = start_program(AS_NOBODY + script, open_folder)
    lines = program.communicate()[0].splitlines()
    assert [line.split()[0] for line in lines] == ["ReadOnlyProject", "ReadOnlyProject"]
    assert all("choose another place" in line for line in lines)
    assert list(open_folder.iterdir()) == []


@posix
def test_a_project_whose_folder_is_closed_meanwhile_says_so_and_goes_on_later(
    open_folder, start_program
):
    script = """
project = Project.create(folder / "project")
project.home.chmod(0)
if root := os.getuid() == 0:
    os.seteuid(65534)
attempt(lambda: project.images.add([]))
if root:
    os.seteuid(0)
project.home.chmod(0o755)
attempt(lambda: project.images.add([]))
"""
    program = start_program(AS_NOBODY + script, open_folder)
    refused, done = program.communicate()[0].splitlines()
    assert refused.startswith("ReadOnlyProject ")
    assert "ask for permission" in refused
    assert done == "done"


def error_of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def test_trouble_with_a_disk_that_has_no_room_is_told_as_a_full_disk(tmp_path, monkeypatch):
    path = tmp_path / "project.sqlite"
    trouble = error_of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE)
    assert type(project_error(trouble, path)) is ProjectUnavailable
    usage = shutil.disk_usage(tmp_path)._replace(free=4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert type(project_error(trouble, path)) is DiskFull


def test_trouble_with_a_disk_that_is_gone_is_told_as_such(tmp_path):
    path = tmp_path / "gone" / "project.sqlite"
    error = project_error(error_of_sqlite(sqlite3.SQLITE_CANTOPEN), path)
    assert type(error) is ProjectUnavailable
    assert "check that its disk is there" in str(error)


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, DiskFull, "no space left"),
        (errno.EROFS, ReadOnlyProject, "is read-only"),
        (errno.ENOENT, ProjectUnavailable, "has vanished"),
        (errno.EIO, ProjectUnavailable, os.strerror(errno.EIO)),
    ],
)
def test_what_the_system_says_about_a_file_becomes_a_sentence(tmp_path, number, kind, words):
    error = file_error(OSError(number, os.strerror(number)), tmp_path / "project.sqlite")
    assert type(error) is kind
    assert isinstance(error, ProjectError)
    assert words in str(error)
    assert str(tmp_path) in str(error)


def test_a_signal_while_connections_are_closed_is_no_error_of_the_database(tmp_path, caplog):
    """The pool would log it with a traceback, beside the one line that the program ends with."""
    project = Project.create(tmp_path / "p")
    assert project.samples.counts()  # so that a connection is in the pool

    def interrupted(frame, event, _):
        if event == "call" and frame.f_code.co_name == "do_close":
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            project.close()
    finally:
        sys.setprofile(None)
    assert caplog.records == []
    project.close()


def test_trouble_that_a_pool_has_with_closing_is_still_logged(tmp_path, caplog):
    project = Project.create(tmp_path / "p")
    assert project.samples.counts()

    def failing(frame, event, _):
        if event == "call" and frame.f_code.co_name == "do_close":
            sys.setprofile(None)
            raise sqlite3.OperationalError("disk I/O error")

    sys.setprofile(failing)
    try:
        project.close()
    finally:
        sys.setprofile(None)
    assert ["Exception closing connection" in each.message for each in caplog.records] == [True]
