"""Editing that is killed in the middle of things: nothing finished is lost."""

import os
import random
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project
from tests.fuzzing import kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")

# More by `FACEMESH_KILLS=200 make test`.
KILLS = kills(30)
SAMPLES = 3
SCRIPT = Path(__file__).with_name("scripted_editor.py")
EDITOR = runpy.run_path(str(SCRIPT), run_name="editor")
STATES = {"accept": "accepted", "send_back": "sent_back", "exclude": "excluded"}


@dataclass
class Expected:
    """What one sample has to be like, kept up with what the editor reports."""

    meshes: list[str]
    strokes: list[str] = field(default_factory=list)
    in_effect: int = 0
    verdict: str | None = None
    reviews: int = 0

    @property
    def mesh(self) -> str:
        return self.meshes[self.in_effect]

    @property
    def state(self) -> str:
        return self.verdict or ("in_progress" if self.in_effect else "predicted")

    def follow(self, kind: str, mesh: str, stroke: str) -> None:
        if kind == "stroke":
            del self.strokes[self.in_effect :], self.meshes[self.in_effect + 1 :]
            self.strokes.append(stroke)
            self.meshes.append(mesh)
        self.in_effect += {"stroke": 1, "redo": 1, "undo": -1}.get(kind, 0)
        self.verdict = STATES.get(kind)
        self.reviews += kind in (*STATES, "reopen")
        assert self.mesh == mesh, "undo and redo lead where the strokes say"

    def mesh_after(self, kind: str) -> str:
        return self.meshes[self.in_effect + {"redo": 1, "undo": -1}[kind]]

    def differs_from(self, project: Project, sample_id: int) -> str | None:
        """Return what the store holds otherwise, or None."""
        annotation = project.annotations.load(sample_id)
        records = project.annotations.strokes(sample_id)
        summary = project.samples.get(sample_id)
        found = {
            "mesh": EDITOR["named_mesh"](annotation),
            "in_effect": sum(not record.undone for record in records),
            "strokes": [EDITOR["named_stroke"](record) for record in records],
            "state": str(summary.state),
            "reviews": len(project.reviews.history(sample_id)),
        }
        assert found["in_effect"] == summary.stroke_count
        wrong = {name: value for name, value in found.items() if value != getattr(self, name)}
        return repr(wrong) if wrong else None


def replayed(project: Project, sample_id: int) -> np.ndarray:
    landmarks = project.annotations.load(sample_id).prediction.copy()
    for record in project.annotations.strokes(sample_id):
        if not record.undone:
            assert landmarks[record.vertex_indices].tobytes() == record.before.tobytes()
            landmarks[record.vertex_indices] = record.after
    return landmarks


class Editors:
    """The program that edits in forks, one after the other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "OPENBLAS_NUM_THREADS": "1",  # threads do not come along into a fork
            },
        )

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def killed(self, address: str, sample_id: int, seed: int) -> list[list[str]]:
        """Let one edit, kill it at a random moment, and return all that it said."""
        dice = random.Random(seed)
        self._write(f"{address}\t{sample_id}\t{seed}\n")
        pid = int(self._read()[1])
        said: list[list[str]] = []
        # One in ten dies while it opens the project, which the one before left in disorder.
        for _ in range(dice.choice([0, *range(1, 19, 2)])):
            said.append(self._read())
            assert said[-1] != ["ended"], "the editor ended by itself"
        time.sleep(dice.uniform(0, 0.008 if said else 0.03))
        os.kill(pid, signal.SIGKILL)
        while (line := self._read()) != ["ended"]:
            said.append(line)
        return said

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def _read(self) -> list[str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        assert line, "the program that starts the editors ended"
        return line


@pytest.fixture(scope="module")
def editors() -> Iterator[Editors]:
    running = Editors()
    yield running
    running.close()


@pytest.fixture
def address(create_project: Callable[..., Project], tmp_path: Path) -> str:
    """A project of three faces, one an image."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    face = vertices * np.float32(100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])
    with create_project("faces") as project:
        project.images.add(
            NewImage(tmp_path / f"{name}.jpg", str(name) * 64, 600, 500) for name in range(SAMPLES)
        )
        model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
        faces = [
            (image.id, [FacePrediction(face, 0.99, 0.9)]) for image in project.images.pending(model)
        ]
        project.predictions.store(model, faces)
    return project.address


def take_stock(expected: Expected, said: list[list[str]], project: Project, sample_id: int) -> str:
    """Check the database against what was said before the kill; return where it struck."""
    begun: list[str] | None = None
    for what, *words in said:
        if what == "opened":
            assert words[1] == expected.mesh, "the editor began where the one before ended"
        elif what == "about":
            begun = words
        else:
            expected.follow(*words)
            begun = None
    wrong = expected.differs_from(project, sample_id)
    if wrong is None:
        return "between" if begun is None else "inside, not committed"
    assert begun is not None, f"a finished action is lost: {wrong}"
    # What was under way when it was killed may be there: then all of it.
    kind, mesh, stroke = begun
    expected.follow(kind, expected.mesh_after(kind) if mesh == "?" else mesh, stroke)
    assert expected.differs_from(project, sample_id) is None
    return "inside, committed"


def test_kills_lose_no_finished_stroke_undo_or_verdict(
    editors: Editors, place: Any, address: str
) -> None:
    with Project.open(address) as project:
        ids = [sample.id for sample in project.samples.summaries()]
        expected = {i: Expected([EDITOR["named_mesh"](project.annotations.load(i))]) for i in ids}
    struck: dict[str, int] = {}
    finished = 0
    for seed in range(KILLS):
        sample_id = ids[seed % SAMPLES]
        with ExitStack() as stack:
            if seed % 2:  # another window is open meanwhile, so that its log is not taken over
                project = stack.enter_context(Project.open(address))
            said = editors.killed(address, sample_id, seed)
            if not seed % 2:
                project = stack.enter_context(Project.open(address))
            where = take_stock(expected[sample_id], said, project, sample_id)
        finished += sum(what == "done" for what, *_ in said)
        where = where if said else "while opening"
        struck[where] = struck.get(where, 0) + 1
    with Project.open(address) as project:
        for i in ids:
            assert_array_equal(replayed(project, i), project.annotations.load(i).landmarks)
    place.assert_sound(address)
    print(f"\n{KILLS} kills, {finished} finished actions, {struck}")
    # The test is worth nothing if the kills do not strike where it hurts.
    assert struck["inside, not committed"] > KILLS / 20
    assert struck["while opening"] > 0
