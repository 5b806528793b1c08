"""A program in which commands are cut off: killed, or left without room on the disk.

It reads jobs from stdin, one a line, and answers each with a line, both in JSON. A command is run
in a fork of its own, which takes a hundredth of the time that a fresh Python needs to import
everything; so is whatever reads what the command left. Nothing is ever loaded in the program
itself that starts a thread: threads do not come along into a fork.

    python -m tests.attacks.arena FOLDER
"""

import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

# What commands import when they run: once, here.
import annotator.cli.app
import annotator.inference
import annotator.mesh.learned
import annotator.project.covariance_file
import annotator.project.migrate
import annotator.release.formats.coco
import annotator.release.formats.csv_tables
import annotator.release.formats.npz
import annotator.release.parquet
import annotator.workbench.removal
import annotator.workflow.import_text
import annotator.workflow.importing_annotations.merging
import annotator.workflow.importing_annotations.planning
import annotator.workflow.importing_annotations.sources
import annotator.workflow.importing_clips
import annotator.workflow.landmark_files
import annotator.workflow.learning
import annotator.workflow.predicting_clips
import annotator.workflow.relocating  # noqa: F401
from annotator.cli import main as command_line
from tests.attacks.scenes import ATTACKED, Attacked, stock

_TRIES = 6  # to strike before the command has ended
_TWO_DAYS = 2 * 24 * 3600
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate"}
_CHANGES |= {"sqlite3.connect"}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    killed: bool
    out: str
    error: str
    seconds: float
    changes: int


@dataclass(frozen=True)
class Whole:
    """A command that nothing cut off: what is there before it and after it, and what it took."""

    before: dict[str, Any]
    after: dict[str, Any]
    ended: Ended
    room: int


class Arena:
    """A folder in which scenes are set up again and again."""

    def __init__(self, folder: Path) -> None:
        self.place, self._kept = folder / "place", folder / "kept"
        self._said = folder / "said"
        self._said.mkdir()
        self._known: dict[str, Whole] = {}

    def set_up(self, attacked: Attacked) -> None:
        """Put everything back as it was before the command."""
        kept = self._kept / attacked.scene.__name__
        os.chdir(self._kept.parent)
        for name in self.place.iterdir():
            shutil.rmtree(name) if name.is_dir() else name.unlink()
        if not kept.exists():
            os.chdir(self.place)
            self.in_fork(attacked.scene)
            shutil.copytree(self.place, kept)
        else:
            shutil.copytree(kept, self.place, dirs_exist_ok=True)
        os.chdir(self.place)

    def whole(self, name: str) -> "Whole":
        """Return what is there before a command and after it, if nothing cuts it off."""
        if name not in self._known:
            attacked = ATTACKED[name]
            self.set_up(attacked)
            before = self.in_fork(stock)
            self.set_up(attacked)  # who only looks at an earlier project upgrades it
            free = _free(self.place)
            ended = self.command(attacked.arguments)
            assert ended.code == 0, ended
            room = max(free - _free(self.place), 1 << 16)
            self._known[name] = Whole(before, self.in_fork(stock), ended, room)
        return self._known[name]

    def in_fork(self, step: Callable[[], Any]) -> Any:
        """Return what a function returns in a fork, which must not fail there."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._redirect("step")
            code = 1
            try:
                with os.fdopen(writing, "w") as stream:
                    json.dump(step(), stream)
                code = 0
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading) as stream:
            said = stream.read()
        _, status = os.waitpid(pid, 0)
        if status:
            raise AssertionError((self._said / "step.err").read_text("utf-8", "replace"))
        return json.loads(said)

    def command(
        self, arguments: tuple[str, ...], *, after: float | None = None, at: int | None = None
    ) -> Ended:
        """Run a command, to its end or until it is killed.

        Killed after some seconds, or by itself right before it changes a file for the `at`th time.
        """
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            code = 70
            try:
                self._redirect("command")
                changes = _count_changes(at)
                os.write(writing, b"b")
                code = command_line(arguments)
                os.write(writing, b" %d" % len(changes))
            except BaseException:
                traceback.print_exc()
                raise
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading, "rb", buffering=0) as stream:
            stream.read(1)
            start = time.perf_counter()
            if after is not None:
                time.sleep(after)
                os.kill(pid, signal.SIGKILL)
            said = stream.read()
        _, status = os.waitpid(pid, 0)
        seconds = time.perf_counter() - start
        out, error = (
            (self._said / f"command.{end}").read_text("utf-8", "replace") for end in ("out", "err")
        )
        killed = os.WIFSIGNALED(status)
        code = -1 if killed else os.WEXITSTATUS(status)
        return Ended(code, killed, out, error, seconds, int(said or 0))

    def _redirect(self, name: str) -> None:
        """Let what this process prints go to files, as lines that are written at once."""
        for descriptor, end in ((1, "out"), (2, "err")):
            path = self._said / f"{name}.{end}"
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, descriptor)
            os.close(opened)


def _count_changes(last: int | None) -> list[None]:
    """Count the changes to files from here on; be killed right before one of them."""
    changes: list[None] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and (arguments[2] or 0) & _WRITES):
            changes.append(None)
            if last is not None and len(changes) >= last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return changes


def killed(arena: Arena, name: str, seed: int, count: int) -> dict[str, Any]:
    """Kill a command at random moments, and say what was wrong afterwards."""
    dice = Random(f"{name} {seed}")
    attacked = ATTACKED[name]
    whole = arena.whole(name)
    report: dict[str, Any] = {"kills": 0, "struck": {}, "wrong": []}
    for _ in range(count):
        for left in reversed(range(_TRIES)):
            arena.set_up(attacked)
            # Half of them where files change, which is a small part of the time; so is the last
            # one, as a machine that is less busy by now is done before the time has come.
            how: dict[str, Any] = {"after": dice.uniform(0, whole.ended.seconds)}
            if dice.random() < 0.5 or not left:
                how = {"at": dice.randint(1, whole.ended.changes)}
            ended = arena.command(attacked.arguments, **how)
            if ended.killed:
                break
        report["kills"] += ended.killed
        _age(arena.place)
        try:
            where = _take_stock(arena, attacked, whole)
            report["struck"][where] = report["struck"].get(where, 0) + 1
        except AssertionError as error:
            report["wrong"].append(f"{name} {how}: {error}")
    return report


def filled(arena: Arena, name: str, seed: int, count: int) -> dict[str, Any]:
    """Let a command run out of room on the disk, and say what was wrong with that."""
    dice = Random(f"{name} {seed}")
    attacked = ATTACKED[name]
    whole = arena.whole(name)
    report: dict[str, Any] = {"full": 0, "struck": {}, "wrong": []}
    for number in range(count):
        arena.set_up(attacked)
        room = int(number and dice.uniform(0, whole.room))
        with _filled_but_for(arena.place, room):
            ended = arena.command(attacked.arguments)
            looked = arena.command(("status", "project"))
        report["full"] += ended.code != 0
        try:
            for each in (ended, looked) if ended.code else ():
                _assert_one_line(each)
            where = _take_stock(arena, attacked, whole)
            report["struck"][where] = report["struck"].get(where, 0) + 1
        except AssertionError as error:
            report["wrong"].append(f"{name}, room for {room} bytes: {error}")
    return report


def _free(disk: Path) -> int:
    status = os.statvfs(disk)
    return status.f_bavail * status.f_frsize


@contextmanager
def _filled_but_for(disk: Path, room: int) -> Iterator[None]:
    """Fill a small disk but for some bytes, for as long as the block takes."""
    filler = disk / "filler"
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, _free(disk) - room)
    try:
        yield
    finally:
        filler.unlink()


def _assert_one_line(ended: Ended) -> None:
    """Check that a command said in one line why it failed, if it did."""
    assert ended.code in (0, 1), ended
    if ended.code:
        assert ended.error.startswith("error: "), ended.error
        assert ended.error.count("\n") == 1, ended.error


def _age(place: Path) -> None:
    """Let what was left of a run be of the day before yesterday: nobody is about to finish it."""
    for path in place.rglob(".*"):
        if path.is_file():
            os.utime(path, (time.time() - _TWO_DAYS,) * 2)


def _take_stock(arena: Arena, attacked: Attacked, whole: Whole) -> str:
    """Compare what a cut-off command left; let it be given again, and compare once more."""
    found, after = arena.in_fork(stock), whole.after
    where = _compare(found, whole.before, after, in_steps=attacked.in_steps)
    again = arena.command(attacked.arguments)
    if where == "stored":  # it may say that there is nothing to do any more
        _assert_one_line(again)
    else:
        assert again.code == 0, again.error
    completed = arena.in_fork(stock)
    if where != "stored" or not again.code:
        assert completed["rows"] == after["rows"] or where == "stored", "given again, it did more"
    odd = set(completed.pop("files")) ^ set(after["files"])
    assert not odd, f"files that are left or lacking: {sorted(odd)}"
    for what in after.keys() - {"rows", "files"}:
        assert completed[what] == after[what], f"{what}: {completed[what]}, not {after[what]}"
    return where


def _compare(
    found: dict[str, Any], before: dict[str, Any], after: dict[str, Any], *, in_steps: bool
) -> str:
    """Return how much of a command is stored; never something else, or less than before."""
    rows, first, last = (set(each["rows"]) for each in (found, before, after))
    is_stored = all(found.get(what) == after[what] for what in after.keys() - {"files"})
    if is_stored:
        return "stored"
    if rows == first:
        return "nothing stored"
    assert in_steps, f"neither as before nor as after: {sorted(rows ^ last)[:5]}"
    assert rows <= first | last, f"there is {sorted(rows - first - last)[:5]}"
    assert first & last <= rows, f"lost {sorted((first & last) - rows)[:5]}"
    return "partly stored"


def loaded() -> None:
    """Let the parser of commands load what it needs."""
    with redirect_stderr(StringIO()):
        command_line(("new",))  # which is refused


def main() -> None:
    """Do jobs until there are no more."""
    folder = Path(sys.argv[1]).resolve()
    (folder / "place").mkdir(exist_ok=True)  # it may be a disk of its own
    (folder / "kept").mkdir()
    arena = Arena(folder)
    loaded()
    for line in sys.stdin:
        kind, *arguments = json.loads(line)
        report = {"killed": killed, "filled": filled}[kind](arena, *arguments)
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
