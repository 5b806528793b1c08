"""Milliseconds of Python for each mouse event of a stroke, on a 12-megapixel photograph.

Real Qt events go to a shown canvas; what is timed is all that Python does for one event:
napari's own handling, the tool, and the update of the layers; at a release also writing the
stroke into the database; not the drawing by OpenGL. The processor's time is given beside the
clock's, which counts other programs' work too. The peer is what a plugin would do without
knowing better: assigning the layer's ``data`` at every move of Grab.

    python benchmarks/editing.py
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any, NamedTuple

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from large_photographs import make_project

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.launch import open_viewer
from annotator.workbench.toolbox import ToolKind

CHIN = 152
STROKES = 8
MOVES = 60
TOOLS = (ToolKind.GRAB, ToolKind.GUIDED, ToolKind.SMOOTH, ToolKind.CONTOUR)
ASKED_FOR = "asked for, p95: a move 4 ms with Grab and 8 ms with Guided, a press 15 ms"


class Timing(NamedTuple):
    """What one event took, in ms by the clock and of the processor."""

    event: str
    clock: float
    processor: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        viewer, dock = open_viewer(make_project(Path(folder), 1))
        viewer.window.resize(1280, 800)
        process_events(1.0)
        dock.view.frame()
        process_events(0.5)
        timer = _time_mouse_events(viewer)
        pointer = Pointer(viewer)
        medians = {}
        for kind in TOOLS:
            dock.workbench.tools.choose(kind)
            medians[kind] = _report(kind, _strokes(dock, pointer, timer))
        dock.workbench.tools.choose(ToolKind.GRAB)
        peer = _report("Points.data =", _strokes_by_assigning_data(dock, pointer, timer))
        print(
            f"a move of the peer takes {peer / medians[ToolKind.GRAB]:.1f} times as long as Grab's"
        )
        print(ASKED_FOR)
        viewer.close()


def _time_mouse_events(viewer: Any) -> list[Timing]:
    """Wrap napari's handler of mouse events and return the list that collects its times."""
    canvas = viewer.window._qt_viewer.canvas
    handle: Callable[..., None] = canvas._process_mouse_event
    times: list[Timing] = []

    def timed(*arguments: Any) -> None:
        start, start_processor = perf_counter(), thread_time()
        handle(*arguments)
        end, end_processor = perf_counter(), thread_time()
        clock, processor = (end - start) * 1000, (end_processor - start_processor) * 1000
        times.append(Timing(arguments[-1].type, clock, processor))

    canvas._process_mouse_event = timed
    return times


def _strokes(dock: Any, pointer: Pointer, timer: list[Timing]) -> list[Timing]:
    _stroke(dock, pointer, timer)  # warm up
    return [timing for _ in range(STROKES) for timing in _stroke(dock, pointer, timer)]


def _stroke(dock: Any, pointer: Pointer, timer: list[Timing]) -> list[Timing]:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.move((x, y))
    timer.clear()  # of the hover
    pointer.press((x, y))
    for step in range(MOVES):
        pointer.move((x + step, y + step / 2), pressed=True)
        process_events(0.008)  # napari passes on one move in 5 ms
    pointer.release((x, y))
    return list(timer)


def _strokes_by_assigning_data(dock: Any, pointer: Pointer, timer: list[Timing]) -> list[Timing]:
    view: FaceView = dock.view
    move = view.move

    def assign(landmarks: Any, aim: Any) -> None:
        view.mesh_layer.data = landmarks[:, 1::-1] - np.float32(0.5)
        move(landmarks, aim)

    view.move = assign  # type: ignore[method-assign]
    try:
        return _strokes(dock, pointer, timer)
    finally:
        view.move = move  # type: ignore[method-assign]


def _report(name: str, times: list[Timing]) -> float:
    """Print the figures; returns the median of a move."""
    for event in ("mouse_press", "mouse_move", "mouse_release"):
        for column in ("clock", "processor"):
            values = [getattr(timing, column) for timing in times if timing.event == event]
            median, p95 = np.percentile(values, [50, 95])
            print(
                f"{name:14} {event:13} {column:9} {len(values):3} events: "
                f"median {median:.2f}, p95 {p95:.2f} ms"
            )
    return float(np.median([timing.clock for timing in times if timing.event == "mouse_move"]))


if __name__ == "__main__":
    main()
