"""The arena: one for all attacks, as the scenes take their time to be made."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# A disk of its own that goes away with the process. A namespace of users lets anybody mount one.
_ROOM = "64m"
_MOUNT = f'mount -t tmpfs -o size={_ROOM} tmpfs "$1/place" && shift && exec "$@"'


class RunningArena:
    """The program in which commands are cut off."""

    def __init__(self, folder: Path, prefix: list[str]) -> None:
        (folder / "place").mkdir()
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "tests.attacks.arena", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "OPENBLAS_NUM_THREADS": "1",  # threads do not come along into a fork
            },
        )

    def do(self, *job: object) -> Any:
        """Have something done there, and return the report."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the arena ended: what it says is above"
        return json.loads(line)

    def close(self) -> None:
        """End the program."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def _small_disk(folder: Path) -> list[str] | None:
    """Return what runs a command with a small disk in a folder, None where nobody may mount one."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    prefix = [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNT, "sh"]
    (folder / "place").mkdir()
    probe = subprocess.run([*prefix, str(folder), "true"], capture_output=True, check=False)
    (folder / "place").rmdir()
    return None if probe.returncode else [*prefix, str(folder)]


@pytest.fixture(scope="session")
def small_disk_prefix(tmp_path_factory: pytest.TempPathFactory) -> list[str] | None:
    """What runs a program with a small disk in its folder."""
    return _small_disk(tmp_path_factory.mktemp("small_disk"))


@pytest.fixture(scope="session")
def arena(
    tmp_path_factory: pytest.TempPathFactory, small_disk_prefix: list[str] | None
) -> Iterator[RunningArena]:
    """The arena, on a small disk of its own where the system lets one be mounted.

    Long runs of kills are on a real one: there, writing takes its time.
    """
    if small_disk_prefix is None or "FACEMESH_KILLS" in os.environ:
        running = RunningArena(tmp_path_factory.mktemp("arena"), [])
    else:
        running = RunningArena(Path(small_disk_prefix[-1]), small_disk_prefix)
    yield running
    running.close()


@pytest.fixture(scope="session")
def full_arena(
    request: pytest.FixtureRequest, small_disk_prefix: list[str] | None
) -> Iterator[RunningArena]:
    """An arena whose disk can be filled: the same one, where it is on a small disk."""
    if small_disk_prefix is None:
        pytest.skip("this system lets nobody mount a small disk")
    if "FACEMESH_KILLS" not in os.environ:
        yield request.getfixturevalue("arena")
        return
    running = RunningArena(Path(small_disk_prefix[-1]), small_disk_prefix)
    yield running
    running.close()
