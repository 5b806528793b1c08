"""Milliseconds that the window stands still at a stroke while another program uses the database.

Real Qt mouse events on the shown window; the clock runs from the release event to its return, in
which the stroke is stored, or refused and kept in memory. The peer, in the same run: strokes on a
database that nobody else writes to. Then strokes while another program does things in bulk: how
long a release takes, how long until the stroke is stored (one that meets a lock for 0.1 s waits in
memory and is offered every 0.5 s), and for how long at most a third program, which asks all the
time, does not get the lock.

    python benchmarks/locked_database.py
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from bulk_writers import bulk_commands, longest_wait, make_project, start, start_asking

from annotator.plugin.canvas import pointer
from annotator.plugin.launch import open_viewer
from annotator.workflow import create_sample_project

CHIN = 152
STROKES, ROUNDS, WAITING = 20, 5, 6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "faces"
        create_sample_project(project).close()
        viewer, dock = open_viewer(project, "kim")
        pointer.process_events(1.0)
        dock.view.frame()
        hand = pointer.Pointer(viewer)
        _stroke(dock, hand, 1)
        _report("nobody else writes", [_stroke(dock, hand, (-1) ** i * 2) for i in range(STROKES)])
        first, later, retries, saved = _locked(dock, hand, project / "project.sqlite")
        _report("locked: the first stroke", first)
        _report("locked: each one after it", later)
        _report("locked: each retry", retries)
        _report(f"free again: {WAITING + 1} strokes saved", saved)
        dock.shut_down()
        viewer.close()
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder))
        viewer, dock = open_viewer(project, "kim")
        pointer.process_events(2.0)
        dock.view.frame()
        hand = pointer.Pointer(viewer)
        _stroke(dock, hand, 1)
        print(f"{'':46} release: median, worst; stored: worst; lock: longest; ms")
        for name, arguments in bulk_commands(Path(folder)):
            _report_bulk(dock, hand, project / "project.sqlite", name, arguments)
        dock.shut_down()
        viewer.close()


def _report_bulk(
    dock: Any, hand: pointer.Pointer, path: Path, name: str, arguments: list[str]
) -> None:
    """Make strokes for as long as another program does something."""
    releases, stored = [], []
    asking, other = start_asking(path), start(arguments)
    begin = perf_counter()
    while other.poll() is None:
        releases.append(_stroke(dock, hand, (-1) ** len(releases) * 2))
        start_waiting = perf_counter()
        while dock.workbench.session.unsaved_count:
            pointer.process_events()
        stored.append(releases[-1] + (perf_counter() - start_waiting) * 1e3)
    seconds = perf_counter() - begin
    print(
        f"{name:46} {np.median(releases):4.0f} {max(releases):5.0f} {max(stored):6.0f} "
        f"{longest_wait(asking):6.0f}   {len(releases)} strokes, {seconds:.1f} s, "
        f"exit code {other.returncode}",
        flush=True,
    )


def _locked(dock: Any, hand: pointer.Pointer, path: Path) -> tuple[list[float], ...]:
    first, later, retries, saved = [], [], [], []
    for _ in range(ROUNDS):
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        first.append(_stroke(dock, hand, 2))
        later.extend(_stroke(dock, hand, (-1) ** i * 2) for i in range(WAITING))
        retries.extend(_milliseconds(dock.workbench.edits.retry_pending) for _ in range(4))
        other.close()
        saved.append(_milliseconds(dock.workbench.edits.retry_pending))
        assert not dock.workbench.session.unsaved_count
    return first, later, retries, saved


def _stroke(dock: Any, hand: pointer.Pointer, dx: float) -> float:
    """Drag the chin and return how long the release took."""
    x, y, _ = dock.workbench.session.landmarks[CHIN].tolist()
    hand.move((x, y))
    hand.press((x, y))
    hand.move((x + dx, y), pressed=True)
    everything, pointer.process_events = pointer.process_events, lambda _=0.0: None
    try:
        return _milliseconds(lambda: hand.release((x + dx, y)))
    finally:
        pointer.process_events = everything
        everything()


def _milliseconds(step: Callable[[], object]) -> float:
    start = perf_counter()
    step()
    return (perf_counter() - start) * 1e3


def _report(name: str, times: list[float]) -> None:
    print(f"{name:28} median {np.median(times):6.1f}, worst {max(times):6.1f} ms, n {len(times)}")


if __name__ == "__main__":
    main()
