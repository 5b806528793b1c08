"""A program that edits in the real window, by real mouse and key events, until it is killed.

It reads jobs from stdin, one a line: FOLDER and SEED with a tab between. Each is done in a fork of
its own, which saves importing napari every time. What a fork says, one line each:

    pid PID                         before it opens the window
    opened SAMPLE REVISION MESH     the window is there, with a sample under edit
    about KIND                      a stroke, an undo or a redo begins
    done KIND REVISION MESH NAME    its last event returned; NAME is the last stroke's in effect
    ended                           from the parent, when the fork is gone

MESH and NAME are digests, see `scripted_editor.py`.
"""

import os
import runpy
import sys
from pathlib import Path

import numpy as np
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.launch import open_viewer

EDITOR = runpy.run_path(
    str(Path(__file__).parents[1] / "project" / "scripted_editor.py"), run_name="editor"
)
say = EDITOR["say"]
CONTROL = Qt.KeyboardModifier.ControlModifier


def edit_until_killed(folder: Path, seed: int) -> None:
    """Edit the first sample to do for as long as it goes."""
    viewer, dock = open_viewer(folder, "kim")
    QTest.qWaitForWindowExposed(dock.window(), 60_000)
    dock.view.frame()
    pointer = Pointer(viewer)
    random = np.random.default_rng(seed)
    session = dock.workbench.session
    named_mesh, named_stroke = EDITOR["named_mesh"], EDITOR["named_stroke"]
    say("opened", session.sample_id, session.revision, named_mesh(session.state))
    while True:
        kind = random.choice(["stroke", "undo", "redo"], p=[0.7, 0.2, 0.1])
        if (kind == "undo" and not session.can_undo) or (kind == "redo" and not session.can_redo):
            continue
        x, y, _ = session.landmarks[random.integers(468)].tolist()
        revision = session.revision
        say("about", kind)
        if kind == "stroke":
            dx, dy = random.uniform(-6, 6, 2)
            pointer.drag((x, y), (x + dx, y + dy), steps=3)
        elif kind == "undo":
            pointer.key(Qt.Key.Key_Z, "\x1a", CONTROL)
        else:
            pointer.key(Qt.Key.Key_Y, "\x19", CONTROL)
        if session.revision == revision:
            kind = "nothing"  # the mouse moved by less than a pixel
        records = dock.workbench.project.annotations.strokes(session.sample_id)
        in_effect = [record for record in records if not record.undone]
        name = named_stroke(in_effect[-1]) if in_effect else "-"
        say("done", kind, session.revision, named_mesh(session.state), name)


def main() -> None:
    """Fork a window for each job and wait for its end."""
    for line in sys.stdin:
        folder, seed = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            try:
                say("pid", os.getpid())
                edit_until_killed(Path(folder), int(seed))
            finally:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
        os.waitpid(pid, 0)
        say("ended")


if __name__ == "__main__":
    main()
