"""A program that edits faces until it is killed, and says what it did when it has done it.

Started without arguments it reads jobs from stdin, one a line: FOLDER, SAMPLE and SEED with tabs
between. Each is done in a fork of its own, which takes a hundredth of the time that a fresh
Python needs to import everything. What a fork says, one line each:

    pid PID                    before it opens the project
    opened REVISION MESH       the sample is under edit
    about KIND MESH            KIND is going to happen and would make the mesh this one
    done KIND MESH STROKE      it returned; STROKE is the recorded stroke, or - for other kinds
    ended                      from the parent, when the fork is gone

MESH and STROKE are digests of the positions' bits.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np

from annotator.mesh.brush import Brush
from annotator.project import EditSession, Project, RejectReason

KINDS = ("stroke", "undo", "redo", "accept", "reject", "exclude", "reopen")
CHANCES = (0.60, 0.14, 0.10, 0.04, 0.04, 0.04, 0.04)


def digest(*arrays: np.ndarray) -> str:
    """Name arrays by their bits."""
    return sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()[:16]


def say(*words: object) -> None:
    """Write a line in one system call: a pipe keeps it after the writer is killed."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Editor:
    """Somebody who edits one sample at random."""

    def __init__(self, project: Project, sample_id: int, seed: int) -> None:
        self.project = project
        self.session = EditSession(project, sample_id, annotator="kim")
        self.random = np.random.default_rng(seed)
        # The meshes that undo and redo have to lead to, learned on the way.
        self.behind: list[str] = []
        self.ahead: list[str] = []
        say("opened", self.session.revision, digest(self.session.landmarks))

    def act(self) -> None:
        """Do one thing."""
        kind = self.random.choice(KINDS, p=CHANCES)
        if kind == "stroke" or (kind == "undo" and not self.session.can_undo):
            self.stroke()
        elif kind == "undo":
            with self.reported("undo", self.behind[-1] if self.behind else "?"):
                self.go(self.behind, self.ahead, self.session.undo)
        elif kind == "redo" and self.session.can_redo:
            with self.reported("redo", self.ahead[-1] if self.ahead else "?"):
                self.go(self.ahead, self.behind, self.session.redo)
        elif kind != "redo":
            self.judge(kind)

    def stroke(self) -> None:
        """Drag a vertex somewhere."""
        pivot = int(self.random.integers(468))
        x, y, _ = map(float, self.session.landmarks[pivot])
        end = (x + float(self.random.normal(0, 8)), y + float(self.random.normal(0, 8)))
        before = digest(self.session.landmarks)
        self.session.press(pivot, Brush(radius_iod=float(self.random.uniform(0.1, 1))), (x, y))
        self.session.drag(((x + end[0]) / 2, (y + end[1]) / 2))
        with self.reported("stroke", digest(self.session.drag(end))) as names:
            stroke = self.session.release(end)
            assert stroke is not None
            names.append(digest(stroke.vertex_indices, stroke.before, stroke.after))
        self.behind.append(before)
        self.ahead.clear()

    def go(self, source: list[str], target: list[str], step) -> None:
        """Undo or redo, keeping the meshes on both sides."""
        left = digest(self.session.landmarks)
        step()
        if source:
            source.pop()
        target.append(left)

    def judge(self, kind: str) -> None:
        """Give a verdict, or take it back."""
        reasons = {"reasons": [RejectReason.BLURRED]} if kind == "reject" else {}
        with self.reported(kind, digest(self.session.landmarks)):
            verdict = getattr(self.project.reviews, kind)
            verdict(
                self.session.sample_id,
                reviewer="kim",
                revision=self.session.revision,
                **reasons,
            )

    @contextmanager
    def reported(self, kind: str, mesh: str) -> Iterator[list[str]]:
        """Say what is about to happen, and that it has happened."""
        say("about", kind, mesh)
        names: list[str] = []
        yield names
        say("done", kind, digest(self.session.landmarks), *(names or ["-"]))


def edit_until_killed(folder: Path, sample_id: int, seed: int) -> None:
    """Edit a sample for as long as it goes."""
    with Project.open(folder) as project:
        editor = Editor(project, sample_id, seed)
        while True:
            editor.act()


def main() -> None:
    """Fork an editor for each job and wait for its end."""
    for line in sys.stdin:
        folder, sample_id, seed = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            try:
                say("pid", os.getpid())
                edit_until_killed(Path(folder), int(sample_id), int(seed))
            finally:
                sys.excepthook(*sys.exc_info())
                os._exit(1)  # only the program itself reads the next job
        os.waitpid(pid, 0)
        say("ended")


if __name__ == "__main__":
    main()
