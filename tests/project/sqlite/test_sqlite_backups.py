"""Backups of an SQLite file that is in use, and of one that is damaged."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project import (
    BackupCancelled,
    BackupExists,
    DamagedProject,
    Project,
    ProjectUnavailable,
)
from annotator.project.engine import sqlite_backup, sqlite_copy_check

EDITING = """
import sys
import numpy as np
from annotator.project import Project
from annotator.project.strokes import Stroke

with Project.open(sys.argv[1]) as project:
    annotation = project.annotations.load(1)
    while True:
        before = annotation.landmarks[:3]
        stroke = Stroke("grab", np.arange(3), before, before + 1)
        annotation = project.annotations.record_stroke(
            1, stroke, revision=annotation.revision, annotator="Ann"
        )
        print(annotation.revision, flush=True)
"""

ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from annotator.project import Project, ProjectUnavailable

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails instead of ending the program
with Project.open(sys.argv[1]) as project:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
    try:
        project.back_up(Path(sys.argv[2]))
    except ProjectUnavailable as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def _one_page_a_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sqlite_backup, "_PAGES_PER_STEP", 1)
    monkeypatch.setattr(sqlite_backup, "_PAUSE", 0.0)
    yield


def rows(path: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_one_file_that_holds_all_that_the_project_held(predicted, edit, tmp_path):
    edit(predicted, 1, 2)
    folder = tmp_path / "safe"
    folder.mkdir()
    made = predicted.back_up(folder / "faces.sqlite")
    assert everything(made.path) == everything(predicted.home / "project.sqlite")
    assert names(folder) == ["faces.sqlite"]
    assert (made.rows["samples"], made.rows["strokes"]) == (3, 2)
    assert made.size == made.path.stat().st_size
    # Neither a log nor a lock is needed to read it, as on a disk that cannot be written.
    assert rows(made.path, "PRAGMA journal_mode") == [("delete",)]
    assert rows(made.path, "PRAGMA application_id") == [(0x464D4131,)]


@pytest.mark.usefixtures("_one_page_a_step")
def test_a_backup_ends_while_every_step_of_it_meets_a_stroke(predicted, edit, tmp_path):
    steps: list[int] = []

    def stroke(done: int, total: int) -> None:
        if done < total:
            steps.append(done)
            edit(predicted, 1)

    made = predicted.back_up(tmp_path / "faces.sqlite", on_progress=stroke)
    assert len(steps) > 20
    assert steps == sorted(set(steps)), "it was begun anew"
    assert made.rows["strokes"] == 0, "it holds the moment at which it was begun"
    assert predicted.samples.get(1).stroke_count == len(steps)


@pytest.mark.usefixtures("_one_page_a_step")
def test_a_backup_ends_while_another_program_makes_strokes_and_holds_one_state(
    predicted, start_program, tmp_path
):
    editor = start_program(EDITING, predicted.address)
    for number in range(5):
        assert int(editor.stdout.readline()) > 0
        made = predicted.back_up(tmp_path / f"{number}.sqlite")
        (count,) = rows(made.path, "SELECT count(*) FROM strokes")[0]
        assert rows(made.path, "SELECT revision FROM annotations WHERE sample_id = 1") == [(count,)]
    assert editor.poll() is None, "the strokes went on"


def test_a_project_that_may_only_be_read_is_backed_up_and_nothing_is_written_there(
    predicted, edit, contents, tmp_path
):
    edit(predicted, 1, 2)
    predicted.close()
    before = contents(predicted.home)
    with Project.open(predicted.home, read_only=True) as archived:
        made = archived.back_up(tmp_path / "faces.sqlite")
    assert contents(predicted.home) == before
    assert made.rows["strokes"] == 2
    assert everything(made.path) == everything(predicted.home / "project.sqlite")


def test_a_project_that_others_work_on_is_backed_up_by_who_may_only_read_it(
    predicted, start_program, tmp_path
):
    editor = start_program(EDITING, predicted.address)
    assert int(editor.stdout.readline()) > 0
    with Project.open(predicted.home, read_only=True) as archived:
        made = archived.back_up(tmp_path / "faces.sqlite")
    assert made.rows["strokes"] > 0


def test_a_file_that_is_there_is_replaced_only_if_that_is_said(predicted, tmp_path):
    target = tmp_path / "faces.sqlite"
    target.write_bytes(b"mine")
    with pytest.raises(BackupExists, match="exists: choose another name"):
        predicted.back_up(target)
    assert target.read_bytes() == b"mine"
    predicted.back_up(target, replaces=True)
    assert everything(target) == everything(predicted.home / "project.sqlite")


def test_a_file_that_appears_meanwhile_stays(predicted, tmp_path):
    target = tmp_path / "faces.sqlite"
    with pytest.raises(BackupExists, match="was made meanwhile"):
        predicted.back_up(target, on_progress=lambda *_: target.write_bytes(b"theirs"))
    assert target.read_bytes() == b"theirs"
    assert names(tmp_path) == ["faces.sqlite", "project"]


def test_a_disk_without_links_and_permissions_takes_backups(predicted, tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "chmod", refuse)
    target = tmp_path / "faces.sqlite"
    predicted.back_up(target)
    assert names(tmp_path) == ["faces.sqlite", "project"]
    assert everything(target) == everything(predicted.home / "project.sqlite")
    with pytest.raises(BackupExists, match="exists"):
        predicted.back_up(target)


def test_no_link_is_followed_and_no_database_in_use_is_replaced(predicted, create_project):
    other = create_project("other")
    link = predicted.home / "link.sqlite"
    link.symlink_to(other.home / "elsewhere.sqlite")
    with pytest.raises(BackupExists, match="exists"):
        predicted.back_up(link)
    for target in (
        link,
        predicted.home / "project.sqlite",
        other.home / "project.sqlite",
    ):
        with pytest.raises(BackupExists, match="is no backup and is not replaced"):
            predicted.back_up(target, replaces=True)
    assert not (other.home / "elsewhere.sqlite").exists()


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_no_log_of_a_database_is_replaced_by_a_backup_or_made_of_one(predicted, edit, ending):
    edit(predicted, 1, 2)  # into the log
    log = predicted.home / f"project.sqlite{ending}"
    before = log.read_bytes() if log.exists() else None
    with pytest.raises(ProjectUnavailable, match="what SQLite keeps beside a database: choose"):
        predicted.back_up(log, replaces=True)
    assert (log.read_bytes() if log.exists() else None) == before


def test_a_backup_has_a_name_under_which_it_can_be_restored(predicted, tmp_path):
    for length in (248, 255, 256, 300):
        for replaces in (False, True):
            with pytest.raises(ProjectUnavailable, match="too long a name for a database: choose"):
                predicted.back_up(tmp_path / ("f" * length), replaces=replaces)
    assert names(tmp_path) == ["project"]
    made = predicted.back_up(tmp_path / ("f" * 247))
    Project.restore(tmp_path / "restored", made.path)
    with Project.open(tmp_path / "restored") as restored:
        assert restored.samples.counts() == predicted.samples.counts()


def test_a_folder_that_is_not_there_is_named(predicted, tmp_path):
    with pytest.raises(ProjectUnavailable, match="nowhere is no folder: make it"):
        predicted.back_up(tmp_path / "nowhere" / "faces.sqlite")


@pytest.mark.usefixtures("_one_page_a_step")
def test_a_backup_that_is_given_up_leaves_nothing(predicted, tmp_path):
    def give_up(done: int, total: int) -> None:
        if done > total / 2:
            raise BackupCancelled("no longer wanted")

    with pytest.raises(BackupCancelled):
        predicted.back_up(tmp_path / "faces.sqlite", on_progress=give_up)
    assert names(tmp_path) == ["project"]


def test_the_check_of_a_large_backup_can_be_given_up(predicted, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_copy_check, "_INSTRUCTIONS", 1)
    calls: list[int] = []

    def give_up(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) > 5:
            raise BackupCancelled("no longer wanted")

    with pytest.raises(BackupCancelled):
        predicted.back_up(tmp_path / "faces.sqlite", on_progress=give_up)
    assert names(tmp_path) == ["project"]


def test_ctrl_c_during_the_check_of_a_large_backup_is_no_error_of_the_database(
    predicted, tmp_path, monkeypatch
):
    monkeypatch.setattr(sqlite_copy_check, "_INSTRUCTIONS", 1)
    calls: list[int] = []

    def interrupt(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predicted.back_up(tmp_path / "faces.sqlite", on_progress=interrupt)
    assert names(tmp_path) == ["project"]


@pytest.mark.skipif(os.name == "nt", reason="files have no POSIX limits")
def test_a_full_disk_leaves_no_backup_and_names_the_one_that_was_to_be(
    predicted, start_program, tmp_path
):
    program = start_program(ON_A_FULL_DISK, predicted.home, tmp_path / "faces.sqlite")
    said = program.stdout.read().splitlines()
    assert len(said) == 1
    assert said[0].startswith("ProjectUnavailable") or said[0].startswith("DiskFull")
    assert str(tmp_path / "faces.sqlite") in said[0]
    assert names(tmp_path) == ["project"]


def test_what_the_disk_made_of_a_backup_is_noticed(predicted, tmp_path):
    def spoil(done: int, total: int) -> None:
        if done == total:
            (partial,) = (path for path in tmp_path.iterdir() if path.is_file())
            with partial.open("r+b") as stream:
                stream.seek(4096 * 3)
                stream.write(os.urandom(4096))

    with pytest.raises(DamagedProject, match=r"the copy of .* is not sound"):
        predicted.back_up(tmp_path / "faces.sqlite", on_progress=spoil)
    assert names(tmp_path) == ["project"]


def test_a_backup_that_lacks_rows_is_noticed(predicted, tmp_path):
    def lose(done: int, total: int) -> None:
        if done == total:
            (partial,) = (path for path in tmp_path.iterdir() if path.is_file())
            with closing(sqlite3.connect(partial)) as connection:
                connection.execute("DELETE FROM prediction_runs WHERE image_id = 3")
                connection.commit()

    with pytest.raises(DamagedProject, match="does not hold as many rows"):
        predicted.back_up(tmp_path / "faces.sqlite", on_progress=lose)


def test_a_damaged_project_makes_no_backup(predicted, tmp_path):
    path = predicted.home / "project.sqlite"
    predicted.close()
    (root,) = rows(path, "SELECT rootpage FROM sqlite_master WHERE name = 'strokes'")[0]
    with Project.open(predicted.home) as project:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as stream:
            stream.seek(4096 * (root - 1))
            stream.write(b"\xff" * 4096)
        with pytest.raises(DamagedProject):
            project.back_up(tmp_path / "faces.sqlite")
    assert names(tmp_path) == ["project"]


def test_a_mesh_that_is_not_what_was_stored_is_told_and_the_others_are_backed_up(
    predicted, tmp_path
):
    assert predicted.back_up(tmp_path / "sound.sqlite").damaged == ()
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        name = "predictions_refuse_update"
        query = "SELECT sql FROM sqlite_master WHERE name = ?"
        (trigger,) = connection.execute(query, (name,)).fetchone()
        connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE predictions SET landmarks = zeroblob(5616) WHERE sample_id = 2")
        connection.execute(trigger)
        connection.commit()
    with Project.open(predicted.home) as project:
        made = project.back_up(tmp_path / "faces.sqlite")
    (told,) = made.damaged
    assert told.startswith("sample 2 (face 2 of a.jpg) is damaged")
    assert made.path.exists()


@pytest.mark.skipif(os.name == "nt", reason="permissions as POSIX has them")
def test_a_backup_may_be_read_by_those_who_may_read_the_project(predicted, tmp_path):
    (predicted.home / "project.sqlite").chmod(0o600)
    made = predicted.back_up(tmp_path / "faces.sqlite")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
