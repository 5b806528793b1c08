"""SIGTERM and SIGHUP at any moment: whole transactions, no partial files, one line, 128 + n."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from PIL import Image

from annotator.cli import main
from annotator.project import Project
from annotator.release import load_release
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from tests.fuzzing import kills

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
PORTRAIT = asset_path("datasets", "sample", "collins.jpg")
QUICK = "--no-small-faces"
RUNS = max(1, 8 * kills(30) // 60)  # of each command
RESULTS = ("added ", "predicted ", "exported ", "24 images ", "small faces were not searched for")
CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129}


def run(lines: Path, words: list[str], begun: Connection) -> None:
    """Run a command with its output in a file; say when it begins."""
    with lines.open("w") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    begun.send("begun")
    sys.exit(main(words))


class Ending:
    """Starts commands in processes that need not import everything anew, and ends them."""

    def __init__(self, folder: Path) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["annotator.cli.app", "annotator.workflow"])
        self._lines = folder / "lines.txt"
        self.seconds = 0.0  # what the last one took that was left alone

    def __call__(self, words: list[object], end: tuple[int, float] | None) -> tuple[int, list[str]]:
        """Return exit code and lines of a command; a signal comes after a share of its time."""
        here, there = self._context.Pipe()
        given = (self._lines, [str(word) for word in words], there)
        process = self._context.Process(target=run, args=given)
        process.start()
        assert here.recv() == "begun"
        start = monotonic()
        if end is not None:
            sleep(end[1] * self.seconds)
            with suppress(ProcessLookupError):  # it has finished
                os.kill(process.pid, end[0])
        process.join()
        if end is None:
            self.seconds = monotonic() - start
        return process.exitcode, self._lines.read_text().splitlines()


@pytest.fixture
def ending(tmp_path: Path) -> Ending:
    return Ending(tmp_path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder of photographs with a face that are not small, each another one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    with Image.open(PORTRAIT) as portrait:
        for number in range(24):
            portrait.crop((0, 0, portrait.width - number, portrait.height)).save(
                folder / f"{number}.png", compress_level=1
            )
    return folder


@pytest.fixture
def predicted(tmp_path: Path, photos: Path) -> Path:
    """Return a project with accepted meshes."""
    folder = tmp_path / "project"
    made = ["new"], ["add", photos], ["predict", QUICK, "-q"], ["review", "accept", "--all"]
    for name, *rest in made:
        assert main([str(word) for word in (name, folder, *rest)]) == 0
    return folder


def moments(seed: int) -> Iterator[tuple[int, float]]:
    """Yield signals, and shares of a command's time after which they come."""
    chance = random.Random(seed)
    for number in range(RUNS):
        yield (list(CODES)[number % 2], chance.random())


def assert_ended(end: tuple[int, float], code: int, lines: list[str]) -> bool:
    """Fail unless a command finished, or ended as it should; return whether it finished."""
    if code in (0, -end[0]):  # finished; or not begun, so that nothing had been done
        return code == 0
    assert code == CODES[end[0]], "\n".join(lines)
    *result, last = lines  # a result that was said already stands before it
    assert last == f"error: ended by {signal.Signals(end[0]).name}; what was finished is kept"
    assert all(line.startswith(RESULTS) for line in result), lines
    return False


def assert_whole(home: Path) -> None:
    with sqlite3.connect(home / "project.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def partial_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith((".placing", ".spool"))]


def test_copying_that_is_ended_leaves_whole_files_and_whole_rows(tmp_path, photos, ending):
    assert main(["new", str(tmp_path / "p")]) == 0
    empty = tmp_path / "empty"
    shutil.move(tmp_path / "p", empty)
    for number, end in enumerate([None, *moments(1)]):
        home = tmp_path / f"p{number}"
        shutil.copytree(empty, home)
        code, lines = ending(["add", home, photos, "--copy"], end)
        if end is not None:
            assert_ended(end, code, lines)
        assert_whole(home)
        assert partial_files(home) == []
        with Project.open(home) as project:
            for record in project.images.all():
                assert file_sha256(record.path) == record.sha256
        copies = list(home.glob("images/*"))
        assert {path.name for path in copies} <= {path.name for path in photos.iterdir()}
        assert all(file_sha256(path) == file_sha256(photos / path.name) for path in copies)


def test_a_prediction_that_is_ended_goes_on_with_what_is_missing(tmp_path, photos, ending):
    home = tmp_path / "p"
    for name, *rest in (["new"], ["add", photos]):
        assert main([str(word) for word in (name, home, *rest)]) == 0
    shutil.copytree(home, tmp_path / "other")
    assert ending(["predict", tmp_path / "other", QUICK], None)[0] == 0
    found = 0
    for end in moments(2):
        code, lines = ending(["predict", home, QUICK], end)
        assert_ended(end, code, lines)
        assert_whole(home)
        with Project.open(home) as project:
            assert len(project.samples.summaries()) >= found
            found = len(project.samples.summaries())
    assert ending(["predict", home, QUICK], None)[0] == 0
    with Project.open(home) as project:
        assert len(project.samples.summaries()) == 24


def test_an_export_that_is_ended_is_not_there_or_whole(tmp_path, predicted, ending):
    for number, end in enumerate([None, *moments(3)]):
        parent = tmp_path / f"releases-{number}"
        parent.mkdir()
        code, lines = ending(["export", predicted, parent / "r", "--format", "npz"], end)
        if end is None or assert_ended(end, code, lines):
            assert code == 0
            assert len(load_release(parent / "r").samples) == 24
        assert [path.name for path in parent.iterdir()] in ([], ["r"])


def test_landmarks_that_are_ended_leave_the_older_file(tmp_path, photos, ending):
    folder = tmp_path / "out"
    folder.mkdir()
    output = folder / "o.npz"
    for end in (None, *moments(4)):
        output.write_bytes(b"older")
        code, lines = ending(["landmarks", photos, "--output", output, QUICK], end)
        finished = end is None or assert_ended(end, code, lines)
        if output.read_bytes() == b"older":
            assert not finished
        else:  # all of it was written, also where the signal came right after that
            with np.load(output) as arrays:
                assert len(arrays.files) == 24
        assert list(folder.iterdir()) == [output]


# What a session that ends does to a program, and what it says of it.
HEEDING = """
import os, signal, sys
from annotator.cli import main
from annotator.cli import app

def run_app(arguments):
    try:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
        return 0
    finally:
        os.kill(os.getpid(), signal.SIGTERM)  # a second one while things are put away
        print("put away", flush=True)

app.run_app = run_app
{before}
sys.exit(main([]))
"""


def heeding(name: str, before: str = "") -> tuple[int, str, str]:
    code = HEEDING.format(before=before)
    child = subprocess.run(
        [sys.executable, "-c", code, name], capture_output=True, text=True, check=False
    )
    return child.returncode, child.stdout, child.stderr


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_second_signal_does_not_disturb_what_the_first_one_has_put_away(name):
    code = 128 + getattr(signal, name)
    said = f"error: ended by {name}; what was finished is kept\n"
    assert heeding(name) == (code, "put away\n", said)


def test_what_nohup_ignores_stays_ignored():
    ignoring = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    code, out, err = heeding("SIGHUP", ignoring)
    assert (code, out) == (143, "")
    assert "SIGTERM" in err  # the one that came afterwards


def test_handlers_are_as_before_when_a_command_has_ended(capsys):
    before = [signal.getsignal(number) for number in CODES]
    assert main(["--version"]) == 0
    assert [signal.getsignal(number) for number in CODES] == before
    capsys.readouterr()
