"""The real window, killed in the middle of strokes made by real mouse events."""

import os
import random
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.project import Project
from tests.fuzzing import kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")

SCRIPT = Path(__file__).with_name("window_editor.py")
EDITOR = runpy.run_path(
    str(Path(__file__).parents[1] / "project" / "scripted_editor.py"), run_name="editor"
)
# More by `FACEMESH_WINDOW_KILLS=50 make test`: each takes a window to open.
KILLS = kills(2, "FACEMESH_WINDOW_KILLS")


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The program that opens a window a line."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ
        | {
            "NAPARI_CONFIG": str(tmp_path / "napari.yaml"),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OPENBLAS_NUM_THREADS": "1",  # threads do not come along into a fork
        },
    )
    yield process
    process.stdin.close()
    process.wait(60)
    process.stdout.close()


def killed(windows: subprocess.Popen[str], folder: Path, seed: int) -> list[list[str]]:
    """Let a window be edited in, kill it at a random moment, and return all that it said."""
    dice = random.Random(seed)
    windows.stdin.write(f"{folder}\t{seed}\n")
    windows.stdin.flush()
    pid = int(windows.stdout.readline().split()[1])
    said: list[list[str]] = []
    for _ in range(dice.randint(2, 16)):
        said.append(windows.stdout.readline().split())
        assert said[-1] != ["ended"], "the window ended by itself"
    time.sleep(dice.uniform(0, 0.15))
    os.kill(pid, signal.SIGKILL)
    while (line := windows.stdout.readline().split()) != ["ended"]:
        said.append(line)
    return said


def test_a_window_that_is_killed_loses_no_stroke_whose_release_was_handled(
    windows: subprocess.Popen[str], project_folder: Path
) -> None:
    strokes = unreported = 0
    before: tuple[int, str] | None = None
    for seed in range(KILLS):
        said = killed(windows, project_folder, seed)
        _, sample_id, *opened = said[0]
        reported = (int(opened[0]), opened[1])
        assert before in (None, reported), "the next window begins where the last was killed"
        names = []
        for what, *words in said[1:]:
            if what == "done":
                reported = (int(words[1]), words[2])
                strokes += words[0] == "stroke"
                names = [words[3]]
        with Project.open(project_folder) as project:
            annotation = project.annotations.load(int(sample_id))
            records = project.annotations.strokes(int(sample_id))
        found = (annotation.revision, EDITOR["named_mesh"](annotation))
        extra = found[0] - reported[0]
        if extra:
            # What was under way may be stored whole, before that could be said.
            assert (extra, said[-1][0]) == (1, "about")
            unreported += 1
        else:
            assert found == reported
            in_effect = [record for record in records if not record.undone]
            assert not names or names == [EDITOR["named_stroke"](in_effect[-1])] or names == ["-"]
        assert_history_leads_to(annotation.landmarks, annotation.prediction, records)
        before = found
    print(f"\n{KILLS} windows killed, {strokes} strokes, {unreported} stored but not yet reported")
    assert strokes > KILLS


def assert_history_leads_to(landmarks: np.ndarray, prediction: np.ndarray, records: list) -> None:
    mesh = np.array(prediction)
    for record in records:
        if not record.undone:
            mesh[record.vertex_indices] = record.after
    assert mesh.tobytes() == landmarks.tobytes()
