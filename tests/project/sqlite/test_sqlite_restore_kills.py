"""Restores that are killed: the project is the old one or the new one, whole."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from annotator.project import Project
from tests.fuzzing import kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")

# More by `FACEMESH_RESTORE_KILLS=200 make test`.
KILLS = kills(12, "FACEMESH_RESTORE_KILLS")


class Restorer:
    """The program that restores in forks, one after the other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("restorer.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def restore(
        self, folder: Path, file: Path, *, strike: int = 0, seconds: float | None = None
    ) -> tuple[str, float]:
        """Restore a backup, killed at a call about its progress, or after so long.

        Returns "killed", or how many such calls there were; and how long it took.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(f"{folder}\t{file}\t{strike}\n")
        self.process.stdin.flush()
        child, began = int(self._said()), time.monotonic()
        if seconds is not None:
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return self._said(), time.monotonic() - began

    def _said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")


@pytest.fixture
def restorer() -> Iterator[Restorer]:
    program = Restorer()
    yield program
    program.process.kill()
    program.process.communicate()


def content(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return "\n".join(connection.iterdump())


@pytest.fixture
def large(predicted, make_face, new_image) -> Project:
    """A project that does not fit into the memory of one connection."""
    images = [new_image(predicted.home / "images" / f"{number}.jpg") for number in range(500)]
    predicted.images.add(images)
    faces = [(number, [make_face(seed=number % 7)]) for number in range(4, 504)]
    predicted.predictions.store(1, faces)
    return predicted


def test_whenever_a_restore_is_killed_the_project_is_the_old_one_or_the_new_one(
    large, edit, restorer, tmp_path
):
    files = [large.back_up(tmp_path / "earlier.sqlite").path]
    for sample_id in (1, 2, 3):
        edit(large, sample_id, 20)
    large.removals.remove([9, 10, 11])
    files.append(large.back_up(tmp_path / "later.sqlite").path)
    contents = [content(file) for file in files]
    folder = large.home
    large.close()
    calls, whole = restorer.restore(folder, files[1])

    dice, now, struck, changed = random.Random(10), 1, 0, 0
    for number in range(KILLS):
        if number % 2:
            # The last third of the calls is about what is written over the project.
            strike = dice.randint(int(calls) // 2, int(calls))
            ended, _ = restorer.restore(folder, files[1 - now], strike=strike)
        else:  # also between them, and while all of it is committed
            moment = dice.uniform(0.6 * whole, whole)
            ended, took = restorer.restore(folder, files[1 - now], seconds=moment)
            whole = whole if ended == "killed" else min(whole, took)
        Project.open(folder).close()
        found = content(folder / "project.sqlite")
        assert found in contents, "it is neither the old project nor the new one"
        assert ended == "killed" or found == contents[1 - now]
        struck += ended == "killed"
        changed += found != contents[now]
        now = contents.index(found)
    assert struck, "nothing was killed"
    # What was kept before each of them is whole as well.
    kept = sorted(folder.glob("project.before-restore-*.sqlite"))
    assert all(content(path) in contents for path in kept)
    sys.stdout.write(f"{struck} of {KILLS} killed, {changed} changed the project\n")
