"""Milliseconds from the key press to the next sample on screen, with 12-megapixel JPEG files.

Real key events go to a shown canvas; the clock stops when OpenGL has finished drawing the new
photograph. The annotator is taken to look at each face for a second, during which the
neighbours are decoded ahead. The peer is the same program without decoding ahead.

    python benchmarks/navigation.py [--look SECONDS]
"""

import argparse
import os
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from large_photographs import make_project
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication
from vispy import gloo

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.launch import open_viewer
from annotator.workbench.photographs import PhotographCache

PHOTOGRAPHS = 24
LIMIT_MS = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=float, default=1.0, help="seconds spent on each face")
    look = parser.parse_args().look
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), PHOTOGRAPHS)
        ahead = _walk(project, look, decode_ahead=True)
        peer = _walk(project, look, decode_ahead=False)
    for name, times in (("decoding ahead", ahead), ("without", peer)):
        median, p95 = np.percentile(times, [50, 95])
        print(f"{name:15} {len(times)} samples: median {median:.0f} ms, p95 {p95:.0f} ms")
    print(f"ratio of the medians: {np.median(peer) / np.median(ahead):.1f}")
    print(f"p95 {np.percentile(ahead, 95):.0f} ms, asked for <= {LIMIT_MS:.0f} ms")


def _walk(project: Path, look: float, *, decode_ahead: bool) -> list[float]:
    viewer, dock = open_viewer(project)
    if not decode_ahead:
        dock._display._photographs.close()
        dock._display._photographs = PhotographCache(capacity=1)
        dock._display._photographs.prefetch = lambda paths: None  # type: ignore[method-assign]
    viewer.window.resize(1280, 800)
    process_events(2.0)
    pointer = Pointer(viewer)
    canvas = viewer.window._qt_viewer.canvas
    times = []
    while (row := dock.workbench.samples.row(dock.workbench.current.id)) is not None:
        if row + 1 == len(dock.workbench.samples):
            break
        before = dock.workbench.current.image_id
        times.append(_next_sample(pointer, canvas))
        if dock.workbench.current.image_id == before:
            times.pop()  # another face in the same photograph is no test of anything
        process_events(look)
    viewer.close()
    return times


def _next_sample(pointer: Pointer, canvas: Any) -> float:
    drawn: list[float] = []

    def on_draw(event: Any) -> None:
        gloo.gl.glFinish()
        drawn.append(perf_counter())

    # Whatever still waits to be painted is painted now and not counted.
    QApplication.processEvents()
    canvas.events.draw.connect(on_draw, position="last")
    start = perf_counter()
    # The key's handler puts the new photograph in place before it returns; the first drawing
    # after it is the one the annotator waits for.
    pointer.key(Qt.Key.Key_D, "d")
    while not drawn:
        QApplication.processEvents()
    canvas.events.draw.disconnect(on_draw)
    return (drawn[0] - start) * 1000


if __name__ == "__main__":
    main()
