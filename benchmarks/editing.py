"""Milliseconds of Python for each mouse move of a stroke, on a 12-megapixel photograph.

Real Qt events go to a shown canvas; what is timed is all that Python does for one move event:
napari's own handling, the brush, and the update of the layers; not the drawing by OpenGL. The
processor's time is given beside the clock's, which counts other programs' work too. The peer
is what a plugin would do without knowing better: assigning the layer's ``data``.

    python benchmarks/editing.py
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from large_photographs import make_project

from annotator.plugin.face_view import FaceView
from annotator.plugin.launch import open_viewer
from annotator.plugin.pointer import Pointer, process_events

CHIN = 152
STROKES = 8
MOVES = 60
LIMIT_MS = 4.0

# Milliseconds by the wall clock and by the processor's time of this thread.
Timing = tuple[float, float]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        viewer, dock = open_viewer(make_project(Path(folder), 1))
        viewer.window.resize(1280, 800)
        process_events(1.0)
        dock.view.frame()
        process_events(0.5)
        timer = _time_mouse_events(viewer)
        pointer = Pointer(viewer)
        ours: list[Timing] = []
        peer: list[Timing] = []
        _stroke(dock, pointer)  # warm up
        for _ in range(STROKES):
            timer.clear()
            _stroke(dock, pointer)
            ours += timer[1:-1]
            peer += _stroke_by_assigning_data(dock, pointer, timer)
        _report("facemesh-annotator", ours)
        _report("Points.data = ...", peer)
        ratio = np.median([t[0] for t in peer]) / np.median([t[0] for t in ours])
        print(f"ratio of the medians: {ratio:.1f}; asked for: p95 <= {LIMIT_MS} ms")
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
        times.append(((end - start) * 1000, (end_processor - start_processor) * 1000))

    canvas._process_mouse_event = timed
    return times


def _stroke(dock: Any, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.move((x, y))
    pointer.press((x, y))
    for step in range(MOVES):
        pointer.move((x + step, y + step / 2), pressed=True)
        process_events(0.008)  # napari passes on one move in 5 ms
    pointer.release((x, y))


def _stroke_by_assigning_data(dock: Any, pointer: Pointer, timer: list[Timing]) -> list[Timing]:
    view: FaceView = dock.view
    move = view.move

    def assign(landmarks: Any, aim: Any) -> None:
        data = landmarks[:, 1::-1] - np.float32(0.5)
        # What the guard of the layer expects, so that it lets the new positions be.
        view._scene.layers._vertices = data
        view.mesh_layer.data = data
        move(landmarks, aim)

    timer.clear()
    view.move = assign  # type: ignore[method-assign]
    try:
        _stroke(dock, pointer)
    finally:
        view.move = move  # type: ignore[method-assign]
    return timer[1:-1]


def _report(name: str, times: list[Timing]) -> None:
    for column, clock in enumerate(("wall clock", "processor")):
        median, p95 = np.percentile([t[column] for t in times], [50, 95])
        print(f"{name:20} {clock:10} {len(times)} moves: median {median:.2f}, p95 {p95:.2f} ms")


if __name__ == "__main__":
    main()
