"""A program that edits faces until it is killed, and says what it did when it has done it.

Started without arguments it reads jobs from stdin, one a line: ADDRESS, SAMPLE and SEED with tabs
between. Each is done in a fork of its own, which takes a hundredth of the time that a fresh
Python needs to import everything. What a fork says, one line each:

    pid PID                    before it opens the project
    opened REVISION MESH       the sample is under edit
    about KIND MESH STROKE     KIND is going to happen and would make the mesh this one
    done KIND MESH STROKE      it returned; STROKE is the stroke made, or - for other kinds
    ended                      from the parent, when the fork is gone

MESH is a digest of all bits of positions, marks and anchors, STROKE of what it does to them.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

import numpy as np

from annotator.mesh.brush import Brush
from annotator.mesh.tools.base import MeshState, Tool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.mesh.tools.marking import PinTool, VisibilityTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.project import EditSession, Project, Reason
from annotator.project.session import edited, stroke_of
from annotator.project.strokes import Annotation, Stroke, StrokeRecord

KINDS = ("stroke", "undo", "redo", "accept", "send_back", "exclude", "reopen")
CHANCES = (0.60, 0.14, 0.10, 0.04, 0.04, 0.04, 0.04)
TOOL_CHANCES = (0.5, 0.2, 0.1, 0.1, 0.1)


def tools(radius: float, *, pinned: bool) -> tuple[Tool, ...]:
    """Return tools of every kind that a stroke can be made with."""
    brush = Brush(radius_iod=radius)
    return (
        GrabTool(brush),
        GuidedTool(),
        SmoothTool(brush),
        PinTool(brush, pinned=pinned),
        VisibilityTool(brush),
    )


def digest(*values: object) -> str:
    """Name arrays by their bits, and tuples of numbers by theirs."""
    parts = (b"-" if value is None else np.asarray(value).tobytes() for value in values)
    return sha256(b"|".join(parts)).hexdigest()[:16]


def named_mesh(mesh: MeshState | Annotation) -> str:
    """Name all that a stroke can change."""
    return digest(mesh.landmarks, mesh.marks, mesh.anchors)


def named_stroke(stroke: Stroke | StrokeRecord) -> str:
    """Name what a stroke does."""
    return digest(
        stroke.vertex_indices,
        stroke.before,
        stroke.after,
        stroke.marks_before,
        stroke.marks_after,
        stroke.anchors_added,
        stroke.anchors_removed,
    )


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
        say("opened", self.session.revision, self.mesh)

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

    @property
    def mesh(self) -> str:
        """The name of the mesh as it stands."""
        return named_mesh(self.session.state)

    def stroke(self) -> None:
        """Drag with some tool from a vertex to somewhere."""
        session, random = self.session, self.random
        hand = tools(random.uniform(0.1, 1), pinned=random.random() < 0.5)
        tool = hand[random.choice(len(TOOL_CHANCES), p=TOOL_CHANCES)]
        x, y, _ = map(float, session.landmarks[random.integers(468)])
        end = (x + float(random.normal(0, 8)), y + float(random.normal(0, 8)))
        if not session.press(tool, (x, y)):  # on a pinned vertex
            return
        session.drag(((x + end[0]) / 2, (y + end[1]) / 2))
        session.drag(end)
        assert session.gesture is not None
        edit = session.gesture.edit
        expected = edit and stroke_of(tool.name, session.state, edit)
        if edit is None or expected is None:
            session.cancel()
            return
        before = self.mesh
        after = edited(session.state, edit)
        with self.reported("stroke", named_mesh(after), named_stroke(expected)):
            session.release(end)
        self.behind.append(before)
        self.ahead.clear()

    def go(self, source: list[str], target: list[str], step: Callable[[], None]) -> None:
        """Undo or redo, keeping the meshes on both sides."""
        left = self.mesh
        step()
        if source:
            source.pop()
        target.append(left)

    def judge(self, kind: str) -> None:
        """Give a verdict, or take it back."""
        reasons = {"reasons": [Reason.BLURRED]} if kind == "send_back" else {}
        with self.reported(kind, self.mesh):
            verdict = getattr(self.project.reviews, kind)
            verdict(
                self.session.sample_id,
                reviewer="kim",
                revision=self.session.revision,
                **reasons,
            )
        newest = self.project.reviews.newest(self.session.sample_id)
        assert newest is not None
        self.session.seen = newest.id  # as a window does: the verdict is its own

    @contextmanager
    def reported(self, kind: str, mesh: str, stroke: str = "-") -> Iterator[None]:
        """Say what is about to happen, and that it has happened."""
        say("about", kind, mesh, stroke)
        yield
        say("done", kind, self.mesh, stroke)


def edit_until_killed(address: str, sample_id: int, seed: int) -> None:
    """Edit a sample for as long as it goes."""
    with Project.open(address) as project:
        editor = Editor(project, sample_id, seed)
        while True:
            editor.act()


def main() -> None:
    """Fork an editor for each job and wait for its end."""
    GuidedTool()  # computes what all of them use
    for line in sys.stdin:
        address, sample_id, seed = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            try:
                say("pid", os.getpid())
                edit_until_killed(address, int(sample_id), int(seed))
            finally:
                sys.excepthook(*sys.exc_info())
                os._exit(1)  # only the program itself reads the next job
        os.waitpid(pid, 0)
        say("ended")


if __name__ == "__main__":
    main()
