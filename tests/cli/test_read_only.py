"""Commands on a project that may only be read, an archive say."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.rights import as_nobody, close_to_writers, files_of, public_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders have POSIX permissions")


@pytest.fixture
def shelf():
    """A folder that anybody may use, unlike `tmp_path`."""
    with public_folder() as folder:
        yield folder


@pytest.fixture
def archive(project, command, shelf):
    """A project with its photographs in it, all of it accepted and closed to writers."""
    command("add", project, "--copy", project.parent / "photos" / "collins.jpg")
    assert command("review", project, "accept", "--all")[0] == 0
    folder = Path(shutil.copytree(project, shelf / "archive"))
    photos = Path(shutil.copytree(project.parent / "photos", shelf / "photos"))
    assert command("relocate", folder, project.parent / "photos", photos)[0] == 0
    command("add", folder, photos)  # knows all of them but what failed
    close_to_writers(folder)
    return folder


def test_commands_that_read_do_so_and_write_nothing_there(command, archive, shelf):
    before = files_of(archive)
    with as_nobody():
        code, out, err = command("status", archive, "--json")
        assert (code, err) == (0, "")
        status = json.loads(out)
        assert status["read_only"]
        assert (status["images"], status["samples"]["accepted"]) == (3, 2)
        code, out, err = command("list", archive, "--json")
        assert (code, err) == (0, "")
        assert len(json.loads(out)["samples"]) == 2
        code, out, err = command("check", archive, "--photographs")
        assert (code, out[:5], err) == (0, "sound", "")
        code, _, err = command("list", archive, "--csv")
        assert (code, err) == (0, "")
        code, out, err = command("export", archive, shelf / "release", "--format", "csv", "--json")
        assert (code, err) == (0, "")
        assert json.loads(out)["samples"] == 2
        code, out, err = command(
            "relocate", archive, shelf / "photos", shelf / "nowhere", "--dry-run"
        )
        assert (code, err) == (1, ""), "it looked, and found none"
        assert "would relocate 0 photographs" in out
    assert (shelf / "release").is_dir()
    assert files_of(archive) == before


def test_a_failure_that_is_gone_is_told_without_being_forgotten(command, archive, shelf):
    (shelf / "photos" / "broken.jpg").unlink()
    before = files_of(archive)
    with as_nobody():
        code, out, err = command("status", archive)
    assert code == 0
    assert "The project is read-only." in out
    assert (err, str(shelf / "photos" / "broken.jpg") in out) == ("", True)
    assert files_of(archive) == before


WRITING = [
    ("add", "{}", "photos"),
    ("predict", "{}", "--no-small-faces"),
    ("review", "{}", "accept", "--all"),
    ("review", "{}", "withdraw", "collins.jpg"),
    ("assess", "{}"),
    ("triage", "{}", "--learn"),
    ("learn", "{}"),
    ("remove", "{}", "collins.jpg"),
    ("restore", "{}", "--all"),
    ("relocate", "{}", "photos", "elsewhere"),
    ("set", "{}", "collins.jpg", "--licence", "CC0-1.0"),
    ("revoke", "{}", "collins.jpg", "--why", "asked to"),
    ("withdraw", "{}", "--image", "collins.jpg", "--why", "asked to", "--yes"),
]


@pytest.mark.parametrize("arguments", WRITING, ids=lambda given: given[0])
def test_commands_that_write_say_one_line(command, archive, shelf, assert_one_line, arguments):
    before = files_of(archive)
    given = [
        archive if given == "{}" else shelf / given if given in ("photos", "elsewhere") else given
        for given in arguments
    ]
    # What a command imports may be out of nobody's reach.
    assert command(*(shelf / "nowhere" if each == archive else each for each in given))[0] == 1
    with as_nobody():
        code, out, err = command(*given)
    assert (code, out) == (1, "")
    assert_one_line(err)
    assert "is read-only: ask for permission to write to it and its folder" in err
    assert files_of(archive) == before


def test_it_is_backed_up_and_made_nothing_else(command, archive, shelf, assert_one_line):
    before = files_of(archive)
    # What a command imports may be out of nobody's reach.
    assert command("backup", archive, shelf / "earlier.sqlite")[0] == 0
    assert command("restore", shelf / "new", shelf / "earlier.sqlite")[0] == 0
    with as_nobody():
        code, out, err = command("backup", archive, shelf / "archive.sqlite", "--json")
        assert (code, err) == (0, "")
        assert json.loads(out)["rows"]["samples"] == 2
        code, out, err = command("restore", archive, shelf / "archive.sqlite", "--yes")
    assert (code, out) == (1, "")
    assert_one_line(err)
    assert files_of(archive) == before
