"""Seconds until a contact sheet of 100,000 faces is open, milliseconds a frame while it scrolls.

The real dock and the real sheet are used; the clock stops when the window has been painted, and
once more when every face in sight has its picture. A frame is half a row further, painted before
the clock stops, while threads make the pictures that come into sight. The peer, in the same run:
a QListWidget in its mode for icons with as many items, all of which share one ready icon, so that
it reads no file and draws no mesh.

    .ci/with-display python benchmarks/contact_sheet.py [--samples N]
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from qtpy.QtCore import QSize
from qtpy.QtGui import QIcon, QPixmap
from qtpy.QtWidgets import QAbstractScrollArea, QApplication, QListView, QListWidget
from qtpy.QtWidgets import QListWidgetItem as Item
from sample_list import make_project

from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.launch import open_viewer

FRAMES, ROUNDS = 200, 5
LIMIT_OPEN_S, LIMIT_MEMORY = 1.0, 1000.0
SIZE = QSize(1240, 780)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    count = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: the memory that it takes is not the window's.
        with ProcessPoolExecutor(1, get_context("spawn")) as maker:
            project = maker.submit(make_project, Path(folder), count).result()
        viewer, dock = open_viewer(project)
        viewer.window.resize(1280, 800)
        process_events(2.0)
        before = _resident()
        _report_sheet(dock)
        print(f"memory: {before:.0f} MB before, {_resident():.0f} MB after; <= {LIMIT_MEMORY:.0f}")
        dock.sheet.close()
        _report_peer(dock.workbench.samples.total)
        viewer.close()


def _report_sheet(dock: Any) -> None:
    sheet, samples = dock.sheet, dock.workbench.samples
    sheet.resize(SIZE)
    painted, complete = [], []
    for _ in range(ROUNDS):
        sheet.pictures.clear()
        start = perf_counter()
        sheet.open()
        sheet.view.viewport().repaint()
        QApplication.processEvents()
        painted.append(perf_counter() - start)
        in_sight = [samples.at(row) for row in sheet.view.wholly_in_sight()]
        while any(sheet.pictures.get(sample) is None for sample in in_sight):
            QApplication.processEvents()
        complete.append(perf_counter() - start)
        sheet.close()
        process_events(0.3)
    sheet.open()
    print(f"{len(in_sight)} of {len(samples):,} faces in sight")
    print(f"open: painted after {_said(painted, 's')}; <= {LIMIT_OPEN_S}")
    print(f"      with all pictures in sight after {_said(complete, 's')}")
    print(f"a frame of scrolling: {_said(_frames(sheet.view), 'ms')}")
    select = _timed(sheet.view.selectAll), _timed(sheet.view.clearSelection)
    print(f"selecting all: {select[0]:.0f} ms, and none: {select[1]:.0f} ms")


def _report_peer(count: int) -> None:
    before = _resident()
    icon = QIcon(QPixmap(96, 96))
    start = perf_counter()
    peer = QListWidget()
    peer.setViewMode(QListView.ViewMode.IconMode)
    peer.setResizeMode(QListView.ResizeMode.Adjust)
    peer.setUniformItemSizes(True)
    peer.setIconSize(QSize(96, 96))
    peer.setGridSize(QSize(106, 106))
    for _ in range(count):
        peer.addItem(Item(icon, ""))
    peer.resize(SIZE)
    peer.show()
    peer.viewport().repaint()
    QApplication.processEvents()
    print(f"QListWidget, one icon for all: painted after {perf_counter() - start:.2f} s")
    print(f"      a frame of scrolling: {_said(_frames(peer), 'ms')}")
    select = _timed(peer.selectAll), _timed(peer.clearSelection)
    print(f"      selecting all: {select[0]:.0f} ms, and none: {select[1]:.0f} ms")
    print(f"      memory: {_resident() - before:.0f} MB more")
    peer.close()


def _frames(view: QAbstractScrollArea) -> list[float]:
    """Return how long frames take, ms: half a row further each, and now and then far away."""
    bar, times = view.verticalScrollBar(), []
    for frame in range(FRAMES):
        to = bar.maximum() * frame // FRAMES if frame % 20 == 0 else bar.value() + 53
        start = perf_counter()
        bar.setValue(to)
        view.viewport().repaint()
        QApplication.processEvents()
        times.append((perf_counter() - start) * 1000)
    return times


def _timed(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    QApplication.processEvents()
    return (perf_counter() - start) * 1000


def _resident() -> float:
    """Return this process's memory in MB, as Linux says it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _said(times: list[float], unit: str) -> str:
    digits = 2 if unit == "s" else 1
    middle, late, worst = (np.percentile(times, share) for share in (50, 95, 100))
    return f"{middle:.{digits}f} {unit}, 95 % within {late:.{digits}f}, at worst {worst:.{digits}f}"


if __name__ == "__main__":
    main()
