import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from annotator.cli import main
from annotator.system.assets import asset_path

SAMPLES = asset_path("datasets", "sample")
PORTRAIT = SAMPLES / "collins.jpg"
QUICK = "--no-small-faces"


@pytest.fixture
def command(capsys):
    """Return a function that runs a command and returns exit code, stdout and stderr."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def process():
    """Return a function that runs a command in a process of its own."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "annotator.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
        )

    return run


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Return a folder with photographs and a project of them, made once: copy it."""
    folder = tmp_path_factory.mktemp("made")
    photos, project = folder / "photos", folder / "project"
    photos.mkdir()
    for name in ("collins.jpg", "hopper.jpg", "coffee.jpg"):
        shutil.copy(SAMPLES / name, photos)
    (photos / "broken.jpg").write_bytes(PORTRAIT.read_bytes()[:9000])
    for arguments in (["new", project], ["add", project, photos], ["predict", project, QUICK]):
        assert main(["-q", *map(str, arguments)]) == 0
    return folder


@pytest.fixture
def photos(made, tmp_path):
    return Path(shutil.copytree(made / "photos", tmp_path / "photos"))


@pytest.fixture
def project(made, tmp_path, photos):
    """Return a project with two predicted samples."""
    folder = Path(shutil.copytree(made / "project", tmp_path / "project"))
    with closing(sqlite3.connect(folder / "project.sqlite")) as rows, rows:
        for table in ("images", "failed_files"):
            moved = f"UPDATE {table} SET path = replace(path, ?, ?)"
            rows.execute(moved, (str(made / "photos"), str(photos)))
    return folder


@pytest.fixture
def assert_one_line():
    """Return a function that fails unless what was printed is one line that says error."""

    def check(error):
        assert error.startswith("error: ")
        assert error.count("\n") == 1
        assert "Traceback" not in error

    return check
