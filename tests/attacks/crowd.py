"""A program in which eight others work on one project at once, and that says what was lost.

    python -m tests.attacks.crowd FOLDER ROUNDS

Each works in a fork of its own, by the command line or by the store, and writes down what it was
told is done. In the end all of that is looked for. What is printed is one line of JSON: `failed`,
what somebody could not do, and `lost`, what was done and is not there.
"""

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, Project
from annotator.release import load_release
from tests.attacks.arena import command_line, loaded
from tests.attacks.scenes import accepted, rows

ROUNDS = int(sys.argv[2])
BATCH = 12  # images
PATIENCE = 600.0  # seconds: on a busy machine a turn among eight comes late, and comes


class MishapError(Exception):
    """Somebody could not do what they should have been able to."""


def given(*arguments: object) -> None:
    """Give a command that has to succeed."""
    code = command_line([str(argument) for argument in arguments])
    if code:
        raise MishapError(f"{arguments} ended with {code}")


def adds() -> list[object]:
    """Add photographs, folder after folder."""
    for number in range(ROUNDS):
        given("add", "project", f"new/{number}")
    return [str(path.resolve()) for path in sorted(Path("new").rglob("*.png"))]


def adds_copies() -> list[object]:
    """Add copies of photographs; every name comes twice, with different content."""
    for number in range(ROUNDS):
        given("add", "project", f"copied/{number}", "--copy")
    return [path.read_bytes().hex() for path in sorted(Path("copied").rglob("*.png"))]


def predicts() -> list[object]:
    """Predict and assess what others add, as it comes."""
    for _ in range(ROUNDS):
        given("predict", "project", "--no-small-faces")
        given("assess", "project")
    return []


def edits(sample_id: int) -> list[object]:
    """Make strokes on a sample, each read back by the number of them."""
    dice = np.random.default_rng(sample_id)
    with Project.open("project") as project:
        session = EditSession(project, sample_id, annotator=f"editor {sample_id}")
        for _ in range(10 * ROUNDS):
            moved = session.landmarks + dice.normal(0, 1, session.landmarks.shape)
            _store(session, moved.astype(np.float32))
        return [sample_id, session.revision, session.landmarks.tobytes().hex()]


def _store(session: EditSession, landmarks: np.ndarray) -> None:
    if session.apply("grab", Edit(landmarks)) is None or session.unsaved_count:
        raise MishapError("a stroke was not stored")


def edits_first() -> list[object]:
    """Edit the first sample."""
    return edits(1)


def edits_second() -> list[object]:
    """Edit the second sample."""
    return edits(2)


def reviews() -> list[object]:
    """Give verdicts on the third sample."""
    reviewer = ("--reviewer", "sam")
    for _ in range(ROUNDS):
        given("review", "project", "send-back", 3, "--reason", "blurred", *reviewer)
        given("review", "project", "withdraw", 3, *reviewer)
    given("review", "project", "accept", 3, "--despite-checks", *reviewer)
    return [2 * ROUNDS + 1]


def exports_and_learns() -> list[object]:
    """Export what is accepted, list it, and learn from it."""
    for number in range(ROUNDS):
        given(
            "export", "project", f"release-{number}", "--format", ("npz", "csv", "coco")[number % 3]
        )
        given("list", "project")
        given("status", "project", "--json")
    given("learn", "project")
    return [f"release-{number}" for number in range(ROUNDS)]


def opens_and_closes() -> list[object]:
    """Open the project and close it, be first and last in it again and again."""
    for _ in range(10 * ROUNDS):
        if not Project.is_project("project"):
            raise MishapError("it was no project for a moment")
        with Project.open("project") as project:
            project.samples.summaries()
    return []


WORKERS = (
    adds, adds_copies, predicts, edits_first, edits_second, reviews, exports_and_learns,
    opens_and_closes,
)  # fmt: skip


def start(worker: Callable[[], list[object]], gate: tuple[int, int]) -> int:
    """Fork somebody who begins when the gate is closed; return their process id."""
    pid = os.fork()
    if pid:
        return pid
    os.close(gate[1])
    os.read(gate[0], 1)  # until nobody holds the other end any more
    said = os.open(f"said-{worker.__name__}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    code = 1
    try:
        Path(f"done-{worker.__name__}").write_text(json.dumps(worker()), "utf-8")
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def lay_out() -> None:
    """Make the project, and photographs to add."""
    accepted()
    for kind, folder in enumerate(("new", "copied")):
        for number in range(ROUNDS):
            Path(folder, str(number)).mkdir(parents=True)
            for index in range(BATCH):
                dice = np.random.default_rng([kind, number, index])
                pixels = dice.integers(0, 255, (8, 8, 3), np.uint8)
                Image.fromarray(pixels).save(Path(folder, str(number), f"{index}.png"))


def lost() -> list[str]:
    """Return what was done and is not there."""
    done = {
        each.__name__: json.loads(Path(f"done-{each.__name__}").read_text()) for each in WORKERS
    }
    found: list[str] = []
    with Project.open("project") as project:
        records = project.images.all()
        paths = {str(record.path) for record in records}
        found += [f"not added: {path}" for path in done["adds"] if path not in paths]
        copies = {path.read_bytes().hex() for path in Path("project", "images").iterdir()}
        found += ["a copy is gone" for content in done["adds_copies"] if content not in copies]
        if len(records) != 4 + 2 * ROUNDS * BATCH:
            found.append(f"{len(records)} images")
        for sample_id, revision, mesh in (done["edits_first"], done["edits_second"]):
            annotation = project.annotations.load(sample_id)
            strokes = project.annotations.strokes(sample_id)
            if len(strokes) != 10 * ROUNDS + 1 or revision != annotation.revision:
                found.append(f"{len(strokes)} strokes on sample {sample_id}")
            if annotation.landmarks.tobytes().hex() != mesh:
                found.append(f"sample {sample_id} has another mesh")
        verdicts = [each for each in project.reviews.history(3) if each.reviewer == "sam"]
        if len(verdicts) != done["reviews"][0]:
            found.append(f"{len(verdicts)} verdicts")
        given("predict", "project", "--no-small-faces")
        if project.images.failed():
            found.append(f"failed: {project.images.failed()}")
    found += [f"{name} is empty" for name in done["exports_and_learns"] if not _samples(name)]
    rows(Path("project", "project.sqlite"))
    return found


def _samples(release: str) -> int:
    return len(load_release(Path(release)).samples)


def in_fork(step: Callable[[], object], name: str) -> object:
    """Return what a function returns in a fork; None if it fails, and says why."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.dup2(2, 1)  # what commands print is no answer of this program
            Path(name).write_text(json.dumps(step()), "utf-8")
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return None if status else json.loads(Path(name).read_text("utf-8"))


def main() -> None:
    """Let all of them begin at once, and say what became of it."""
    Project.open.__func__.__kwdefaults__["busy_timeout"] = PATIENCE
    loaded()
    os.chdir(sys.argv[1])
    shutil.rmtree("place", ignore_errors=True)
    Path("place").mkdir()
    os.chdir("place")
    in_fork(lay_out, "laid-out")
    gate = os.pipe()
    workers = {start(worker, gate): worker.__name__ for worker in WORKERS}
    for end in gate:
        os.close(end)
    failed = []
    for _ in workers:
        pid, status = os.wait()
        if status:
            said = Path(f"said-{workers[pid]}").read_text("utf-8", "replace")
            failed.append(f"{workers[pid]}: {said[-2000:]}")
    print(json.dumps({"failed": failed, "lost": failed or in_fork(lost, "lost")}), flush=True)


if __name__ == "__main__":
    main()
