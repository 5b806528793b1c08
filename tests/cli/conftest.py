import os
import shutil
import subprocess
import sys

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


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("collins.jpg", "hopper.jpg", "coffee.jpg"):
        shutil.copy(SAMPLES / name, folder)
    (folder / "broken.jpg").write_bytes(PORTRAIT.read_bytes()[:9000])
    return folder


@pytest.fixture
def project(tmp_path, photos, command):
    """Return a project with two predicted samples."""
    folder = tmp_path / "project"
    assert command("new", folder)[0] == 0
    assert command("add", folder, photos)[0] == 0
    assert command("predict", folder, QUICK)[0] == 0
    return folder


@pytest.fixture
def assert_one_line():
    """Return a function that fails unless what was printed is one line that says error."""

    def check(error):
        assert error.startswith("error: ")
        assert error.count("\n") == 1
        assert "Traceback" not in error

    return check
