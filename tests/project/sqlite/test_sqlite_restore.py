"""Projects made what a backup in an SQLite file holds."""

import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project import (
    BackupMade,
    DamagedProject,
    NewerProject,
    NoBackup,
    NotAProject,
    Project,
    ProjectBusy,
    ProjectExists,
)

DATA = Path(__file__).parents[1] / "data"
OPEN_ELSEWHERE = """
import sys
import threading
from annotator.project import Project

with Project.open(sys.argv[1]) as project:
    project.samples.counts()
    print("open", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def backup(predicted, edit, tmp_path) -> BackupMade:
    """The project as it was after three strokes; it went on since, and is closed."""
    edit(predicted, 1, 3)
    made = predicted.back_up(tmp_path / "faces.sqlite")
    edit(predicted, 2, 4)
    predicted.close()
    return made


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def strokes(folder: Path) -> list[int]:
    with Project.open(folder) as project:
        return [project.samples.get(sample).stroke_count for sample in (1, 2)]


def unchanged(folder: Path, contents: Callable, action: Callable[[], object]) -> None:
    before = contents(folder)
    action()
    assert contents(folder) == before


def test_a_project_becomes_what_a_backup_holds_and_what_it_was_is_kept(predicted, backup):
    before = dump(predicted.home / "project.sqlite")
    done = Project.restore(predicted.home, backup.path, replaces=True)
    assert strokes(predicted.home) == [3, 0]
    assert done.rows == backup.rows
    assert done.kept is not None
    assert done.kept.parent == predicted.home
    assert dump(done.kept) == before
    again = Project.restore(predicted.home, done.kept, replaces=True)
    assert strokes(predicted.home) == [3, 4]
    assert again.kept not in (None, done.kept)


def test_a_project_that_is_there_is_replaced_only_if_that_is_said(predicted, backup, contents):
    def restore() -> None:
        with pytest.raises(ProjectExists, match="already holds a project"):
            Project.restore(predicted.home, backup.path)

    unchanged(predicted.home, contents, restore)


def test_a_restored_project_can_be_worked_on(predicted, backup, edit):
    Project.restore(predicted.home, backup.path, replaces=True)
    with Project.open(predicted.home) as project:
        edit(project, 1)
        assert project.samples.get(1).stroke_count == 4
        assert project.images.get(1).path == predicted.home / "images" / "a.jpg"


def test_a_backup_becomes_a_new_project_where_none_is(backup, tmp_path):
    folder = tmp_path / "new" / "place"
    done = Project.restore(folder, backup.path, replaces=True)
    assert done.kept is None
    assert [path.name for path in folder.iterdir()] == ["project.sqlite"]
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert strokes(folder) == [3, 0]
    with Project.open(folder) as project:
        assert project.images.get(1).path == folder / "images" / "a.jpg"


def test_a_project_that_another_program_has_open_is_not_restored(
    predicted, backup, start_program, contents
):
    program = start_program(OPEN_ELSEWHERE, predicted.home)
    assert program.stdout.readline() == "open\n"
    with pytest.raises(ProjectBusy, match="is open in another program: close it there"):
        Project.restore(predicted.home, backup.path, busy_timeout=0.2, replaces=True)
    assert strokes(predicted.home) == [3, 4]
    program.kill()
    program.wait()
    Project.restore(predicted.home, backup.path, replaces=True)
    assert strokes(predicted.home) == [3, 0]


def test_a_project_that_is_open_in_the_same_program_is_not_restored(predicted, backup):
    with Project.open(predicted.home) as project:
        project.samples.counts()
        with pytest.raises(ProjectBusy, match="is open in another program"):
            Project.restore(predicted.home, backup.path, busy_timeout=0.2, replaces=True)
        assert project.samples.get(2).stroke_count == 4


def test_strokes_that_only_the_log_holds_are_kept_too(predicted, backup, start_program):
    killed = start_program(OPEN_ELSEWHERE, predicted.home)
    assert killed.stdout.readline() == "open\n"
    with Project.open(predicted.home) as project:
        project.reviews.accept(1, reviewer="Rae")
        killed.kill()
        killed.wait()
    done = Project.restore(predicted.home, backup.path, replaces=True)
    assert any("Rae" in line for line in dump(done.kept))


@pytest.mark.parametrize("damage", ["header", "page", "short", "empty"])
def test_a_damaged_project_is_restored_and_kept_as_it_is(predicted, backup, damage):
    path = predicted.home / "project.sqlite"
    spoilt = bytearray(path.read_bytes())
    if damage == "header":
        spoilt[:100] = os.urandom(100)
    elif damage == "page":
        spoilt[4096:8192] = b"\xff" * 4096
    else:
        del spoilt[{"short": 10_000, "empty": 0}[damage] :]
    path.write_bytes(spoilt)
    with pytest.raises(DamagedProject):
        Project.open(predicted.home)
    done = Project.restore(predicted.home, backup.path, replaces=True)
    assert strokes(predicted.home) == [3, 0]
    assert done.kept.read_bytes() == spoilt


def test_a_log_without_its_database_does_not_become_the_new_one_s(predicted, backup, tmp_path):
    folder = tmp_path / "half"
    folder.mkdir()
    with Project.open(predicted.home) as project:
        project.reviews.accept(1, reviewer="Rae")
        shutil.copy(predicted.home / "project.sqlite-wal", folder / "project.sqlite-wal")
    log = (folder / "project.sqlite-wal").read_bytes()
    Project.restore(folder, backup.path, replaces=True)
    assert dump(folder / "project.sqlite") == dump(backup.path)
    (kept,) = folder.glob("project.before-restore-*-wal")
    assert kept.read_bytes() == log


def test_a_database_with_pages_of_another_size_is_restored(predicted, backup):
    path = predicted.home / "project.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("journal_mode = DELETE", "page_size = 8192"):
            connection.execute(f"PRAGMA {statement}")
        connection.execute("VACUUM")
    Project.restore(predicted.home, backup.path, replaces=True)
    assert sorted(dump(path)) == sorted(dump(backup.path))


def test_an_older_backup_is_brought_up_to_date_when_it_is_opened(tmp_path):
    file = tmp_path / "older.sqlite"
    file.write_bytes(gzip.decompress((DATA / "project_0003.sqlite.gz").read_bytes()))
    done = Project.restore(tmp_path / "project", file)
    assert done.revision == "0003"
    with Project.open(tmp_path / "project") as project:
        assert sum(project.samples.counts().values())


def test_a_backup_of_a_newer_version_is_refused(predicted, backup, contents):
    change(backup.path, "UPDATE alembic_version SET version_num = '9999'")

    def restore() -> None:
        with pytest.raises(NewerProject, match="upgrade with"):
            Project.restore(predicted.home, backup.path, replaces=True)

    unchanged(predicted.home, contents, restore)


def test_a_damaged_backup_is_refused(predicted, backup, contents):
    whole = backup.path.read_bytes()
    with closing(sqlite3.connect(backup.path)) as connection:
        find = "SELECT rootpage FROM sqlite_master WHERE name = 'strokes'"
        (root,) = connection.execute(find).fetchone()
    spoilt = bytearray(whole)
    spoilt[4096 * (root - 1) : 4096 * root] = os.urandom(4096)

    def restore() -> None:
        for damaged in (whole[:-5000], bytes(spoilt), os.urandom(5000), whole[:50], b""):
            backup.path.write_bytes(damaged)
            with pytest.raises(DamagedProject, match=r"another backup|earlier backup"):
                Project.restore(predicted.home, backup.path, replaces=True)

    unchanged(predicted.home, contents, restore)


def test_what_is_no_backup_is_refused(predicted, backup, contents, tmp_path):
    foreign = tmp_path / "foreign.sqlite"
    change(foreign, "CREATE TABLE theirs (id)")
    pipe = tmp_path / "pipe.sqlite"
    os.mkfifo(pipe)

    def restore() -> None:
        for file, reason in (
            (foreign, "is no backup of a project"),
            (tmp_path / "nothing.sqlite", "is no file"),
            (tmp_path, "is no file"),
            (pipe, "is no file"),
            (predicted.home / "project.sqlite", "is the project's own database"),
        ):
            with pytest.raises(NoBackup, match=reason):
                Project.restore(predicted.home, file, replaces=True)

    unchanged(predicted.home, contents, restore)


def test_another_program_s_database_is_not_written_over(backup, tmp_path, contents):
    folder = tmp_path / "theirs"
    folder.mkdir()
    change(folder / "project.sqlite", "CREATE TABLE theirs (id)")

    def restore() -> None:
        with pytest.raises(NotAProject, match="belongs to another program"):
            Project.restore(folder, backup.path, replaces=True)

    unchanged(folder, contents, restore)


def test_backups_are_told_from_other_files_without_reading_them(backup, tmp_path):
    renamed = shutil.copy(backup.path, tmp_path / "faces.backup")
    for number, name in enumerate(("photograph.jpg", "notes")):
        (tmp_path / name).write_bytes(os.urandom(2000 * number))
    pipe = tmp_path / "pipe.sqlite"
    os.mkfifo(pipe)
    assert Project.is_backup(backup.path)
    assert Project.is_backup(renamed)
    for name in ("photograph.jpg", "notes", "pipe.sqlite", "missing.sqlite"):
        assert not Project.is_backup(tmp_path / name)
