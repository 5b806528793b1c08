"""Projects backed up and restored by the command line."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from annotator.cli import backups
from annotator.project import Project, SampleState

OPEN_ELSEWHERE = """
import sys
from annotator.project import Project

with Project.open(sys.argv[1]) as project:
    project.samples.counts()
    print("open", flush=True)
    sys.stdin.read()
"""


AT_A_TERMINAL = """
import fcntl
import sys
import termios

from annotator.cli import main

fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that its keys send signals
sys.exit(main())
"""


@pytest.fixture
def file(project, command, tmp_path) -> Path:
    """A backup of the project, all of whose faces were accepted afterwards."""
    assert command("backup", project, tmp_path / "faces.sqlite")[0] == 0
    assert command("review", project, "accept", "--all", "--reviewer", "Rae")[0] == 0
    return tmp_path / "faces.sqlite"


def accepted(project: Path) -> int:
    with Project.open(project) as opened:
        return opened.samples.counts()[SampleState.ACCEPTED]


def test_a_backup_says_what_is_in_it_and_that_photographs_are_not(project, command, tmp_path):
    code, out, _ = command("backup", project, tmp_path / "faces.sqlite")
    assert code == 0
    assert "backed up 2 faces of 3 photographs, with 0 strokes in" in out
    assert "photographs are not in it: their files need a backup of their own" in out
    code, out, _ = command("backup", project, tmp_path / "again.sqlite", "--json")
    told = json.loads(out)
    assert (told["file"], told["rows"]["samples"]) == (str(tmp_path / "again.sqlite"), 2)
    assert told["photographs"] is False


def test_a_folder_gets_a_file_named_by_project_and_time(project, command, tmp_path):
    folder = tmp_path / "safe"
    folder.mkdir()
    assert command("backup", project, folder)[0] == 0
    (made,) = folder.iterdir()
    assert made.match("project-20[0-9][0-9]-[0-1][0-9]-[0-3][0-9]-[0-9]*.sqlite")
    assert Project.is_backup(made)


def test_a_backup_replaces_no_file_unless_told(project, command, file, assert_one_line):
    before = file.read_bytes()
    code, _, err = command("backup", project, file)
    assert code == 1
    assert_one_line(err)
    assert "exists: choose another name, or give --overwrite" in err
    assert file.read_bytes() == before
    assert command("backup", project, file, "--overwrite")[0] == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM reviews").fetchone() == (2,)


def test_a_whole_project_is_restored_and_what_it_was_is_kept(project, command, file):
    code, out, _ = command("restore", project, file, "--yes", "--json")
    assert code == 0
    told = json.loads(out)
    assert accepted(project) == 0
    assert told["photographs_missing"] == 0
    code, out, _ = command("restore", project, told["kept"], "--yes")
    assert code == 0
    assert "2 faces of 3 photographs" in out
    assert "what it was before is kept in" in out
    assert accepted(project) == 2


def test_replacing_a_project_has_to_be_confirmed(
    project, command, file, assert_one_line, monkeypatch
):
    code, _, err = command("restore", project, file)
    assert code == 1
    assert_one_line(err)
    assert "has to be confirmed: --yes" in err
    asked = []
    monkeypatch.setattr(backups.sys.stdin, "isatty", lambda: True, raising=False)
    for answer, code in ((False, 1), (True, 0)):
        monkeypatch.setattr(
            backups.typer, "confirm", lambda text, *, err, now=answer: asked.append(text) or now
        )
        assert accepted(project) == 2
        assert command("restore", project, file)[0] == code
    assert accepted(project) == 0
    assert "What it is now is kept" in asked[0]


def test_a_project_is_made_of_a_backup_where_none_is(
    project, command, file, assert_one_line, tmp_path
):
    with Project.open(project) as opened:
        inside = opened.images.get(1).path
    shutil.rmtree(project)
    code, out, _ = command("restore", tmp_path / "anew", file)
    assert code == 0
    assert accepted(tmp_path / "anew") == 0
    assert ("not found" in out) == (not inside.exists())


def test_photographs_that_are_not_where_they_were_are_told(project, command, file, photos):
    (photos / "collins.jpg").unlink()
    code, out, _ = command("restore", project, file, "--yes")
    assert code == 0
    assert "1 photograph not found: a backup does not hold them" in out


def test_a_damaged_project_is_restored(project, command, file):
    (project / "project.sqlite").write_bytes(b"\0" * 5000)
    assert command("restore", project, file)[0] == 1
    assert command("restore", project, file, "--yes")[0] == 0
    assert accepted(project) == 0


def test_a_project_that_is_open_elsewhere_is_not_restored(project, command, file, assert_one_line):
    with subprocess.Popen(
        [sys.executable, "-c", OPEN_ELSEWHERE, str(project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        code, _, err = command("restore", project, file, "--yes")
        other.communicate("")
    assert code == 1
    assert_one_line(err)
    assert "is open in another program: close it there" in err
    assert accepted(project) == 2


def test_a_file_that_calls_itself_a_backup_and_is_none_is_told(
    project, command, assert_one_line, tmp_path
):
    file = tmp_path / "faces.sqlite"
    for content in (b"", b"x" * 5000):
        file.write_bytes(content)
        code, _, err = command("restore", project, file, "--yes")
        assert code == 1
        assert_one_line(err)
        assert "is damaged and was not restored: use another backup" in err


def test_a_backup_that_is_not_there_is_told_as_such(project, command, tmp_path, assert_one_line):
    code, _, err = command("restore", project, tmp_path / "none.sqlite")
    assert code == 1
    assert_one_line(err)
    assert "there is no backup " in err
    assert "none.sqlite: give the path of one" in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
@pytest.mark.parametrize(("typed", "code"), [(b"\x04", 1), (b"\x03", 130), (b"y\n", 0)])
def test_a_question_without_an_answer_is_one_line_and_does_nothing(project, file, typed, code):
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, "restore", str(project), str(file)],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        said = b""
        while b"[y/N]:" not in said:
            said += os.read(ours, 1000)
        assert b"restoring" not in said, "nothing is done before the answer"
        os.write(ours, typed)
        rest = b""
        with suppress(OSError):  # Linux ends a terminal so
            while more := os.read(ours, 1000):
                rest += more
    os.close(ours)
    assert running.returncode == code
    assert accepted(project) == (2 if code else 0)
    assert b"Traceback" not in rest
    if code == 1:
        assert rest.splitlines()[-1] == b"error: there was no answer, so nothing was done"


def test_one_backup_is_restored_at_a_time(project, command, file):
    code, _, err = command("restore", project, file, "collins.jpg")
    assert code == 2
    assert "give one backup and nothing else" in err
