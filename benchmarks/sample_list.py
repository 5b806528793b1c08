"""Seconds to open a project of 100,000 samples, milliseconds to filter and sort its list.

The real window is shown and the real widgets are used; the clock stops when the list has been
painted. Opening counts from the folder to the first face on the screen. The peer, in the same
run and with the same rows: Qt's own way, a QSortFilterProxyModel over a QStandardItemModel in a
QListView.

    python benchmarks/sample_list.py [--samples N]
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from qtpy.QtCore import QSortFilterProxyModel, Qt
from qtpy.QtGui import QStandardItem, QStandardItemModel
from qtpy.QtWidgets import QApplication, QListView

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.launch import open_viewer
from annotator.project import NewImage, Project, SampleSummary, Verdict
from annotator.system.assets import asset_path
from annotator.workbench.sample_order import SortKey

ROUNDS = 5
SEED = 7
SCORE_ROLE = int(Qt.ItemDataRole.UserRole)
LIMIT_OPEN_S, LIMIT_MS = 1.0, 100.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    count = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), count)
        viewer, dock = open_viewer(project)
        viewer.window.resize(1280, 800)
        process_events(2.0)
        _report_opening(dock, project)
        ours = _our_list(dock)
        peer = _qt_list([dock.workbench.samples.at(row) for row in range(count)])
        for name, times in ours.items():
            line = f"{name:22} {_said(times)}"
            if name in peer:
                ratio = np.median(peer[name]) / np.median(times)
                line += f"; Qt's own: {_said(peer[name])}, {ratio:.0f} times as long"
            print(line)
        print(f"asked for: open <= {LIMIT_OPEN_S} s, filter and sort <= {LIMIT_MS:.0f} ms")
        viewer.close()


def make_project(folder: Path, count: int) -> Path:
    """Make a project of so many faces, two an image, all files being one and the same."""
    photographs = folder / "photographs"
    photographs.mkdir()
    original = asset_path("datasets", "sample", "collins.jpg")
    order = np.random.default_rng(SEED).permutation(count // 2)
    names = [photographs / f"IMG_{number}.jpg" for number in order]
    (folder / "one.jpg").write_bytes(original.read_bytes())
    for name in names:
        name.hardlink_to(folder / "one.jpg")
    with Project.create(folder / "project") as project:
        images = (NewImage(n, sha256(n.name.encode()).hexdigest(), 600, 800) for n in names)
        project.images.add(images)
        model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
        results = ((number, _faces(number)) for number in range(1, len(names) + 1))
        project.predictions.store(model, results)
        for first, verdict in enumerate((Verdict.ACCEPT, Verdict.EXCLUDE)):
            project.reviews.give(verdict, range(1 + first, count, 5), reviewer="nobody")
        return project.home


def _faces(number: int) -> list[FacePrediction]:
    mesh = FACE_468.topology.vertices * [10, -10, 10] + [300, 400, 0]
    score = 0.5 + number * 7919 % 50_000 / 100_000
    both = (mesh, mesh + np.array([50, 0, 0]))
    return [FacePrediction(m.astype(np.float32), score, 0.9) for m in both]


def _report_opening(dock: Any, project: Path) -> None:
    times = []
    for _ in range(ROUNDS):
        dock.workbench.close()
        start = perf_counter()
        dock.open_folder(project)
        dock.samples.list.viewport().repaint()
        QApplication.processEvents()
        times.append(perf_counter() - start)
        process_events(0.3)
    print(f"open: {np.median(times):.2f} s, at worst {max(times):.2f} s")


def _our_list(dock: Any) -> dict[str, list[float]]:
    panel, samples = dock.samples, dock.workbench.samples

    def by(key: SortKey) -> Callable[[], None]:
        return lambda: panel.sorting.setCurrentText(f"By {key.value}")

    def timed(step: Callable[[], None], back: Callable[[], None]) -> list[float]:
        times = []
        for _ in range(ROUNDS):
            dock.workbench.refresh()  # nothing kept from the round before
            times.append(_milliseconds(step, panel.list))
            back()
            process_events(0.1)
        return times

    found = {
        f"sort by {key.value}": timed(by(key), by(SortKey.IMAGE))
        for key in SortKey
        if key is not SortKey.IMAGE
    }
    found["filter by state"] = timed(
        lambda: panel.filter.setCurrentText("Accepted"), panel.show_all
    )
    found["filter by name"] = timed(lambda: panel.text.setText("g_12"), panel.show_all)
    current = dock.workbench.current.id
    found["find the next to do"] = timed(
        lambda: samples.first_to_open() and samples.likely_next(current), panel.show_all
    )
    found["look up a name"] = timed(lambda: samples.find("4711") and None, panel.show_all)
    return found


def _qt_list(samples: list[SampleSummary]) -> dict[str, list[float]]:
    model, proxy, view = QStandardItemModel(), QSortFilterProxyModel(), QListView()
    for sample in samples:
        item = QStandardItem(sample.image_name)
        item.setData(sample.presence, SCORE_ROLE)
        model.appendRow(item)
    proxy.setSourceModel(model)
    view.setUniformItemSizes(True)
    view.setModel(proxy)
    view.resize(300, 300)
    view.show()
    process_events(0.5)

    def by_score() -> None:
        proxy.setSortRole(SCORE_ROLE)
        proxy.sort(0)

    def by_name() -> None:
        proxy.setSortRole(Qt.ItemDataRole.DisplayRole)
        proxy.sort(0)

    steps: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
        f"sort by {SortKey.SCORE.value}": (by_score, lambda: proxy.sort(-1)),
        f"sort by {SortKey.NAME.value}": (by_name, lambda: proxy.sort(-1)),
        "filter by name": (
            lambda: proxy.setFilterFixedString("G_12"), lambda: proxy.setFilterFixedString("")
        ),
    }  # fmt: skip
    found: dict[str, list[float]] = {name: [] for name in steps}
    for name, (step, back) in steps.items():
        for _ in range(ROUNDS):
            found[name].append(_milliseconds(step, view))
            back()
            process_events(0.1)
    view.close()
    return found


def _milliseconds(step: Callable[[], object], view: QListView) -> float:
    start = perf_counter()
    step()
    view.viewport().repaint()
    return (perf_counter() - start) * 1000


def _said(times: list[float]) -> str:
    return f"{np.median(times):.1f} ms, at worst {max(times):.1f}"


if __name__ == "__main__":
    main()
