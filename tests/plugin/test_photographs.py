"""The photograph under a mesh is the one that the mesh belongs to, whatever files do."""

import os
from collections.abc import Callable
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from PIL import Image
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from annotator.imaging import Picture, read_image
from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project, SampleState, SampleSummary
from annotator.system.assets import asset_path
from annotator.workflow import import_images

OpenDock = Callable[[Path], tuple[object, AnnotatorDock]]
Workplace = tuple[AnnotatorDock, Pointer]


def overwrite(path: Path) -> None:
    """Write another photograph of the same size into a file."""
    before = Picture(path).stamp()
    Image.fromarray(read_image(path)[:, ::-1]).save(path, "PNG")
    assert Picture(path).stamp() != before


def swap(one: Path, other: Path) -> None:
    aside = one.rename(one.with_name("aside"))
    other.rename(one)
    aside.rename(other)


def on_screen(dock: AnnotatorDock) -> NDArray[np.uint8] | None:
    """Return the pixels in napari's own layer, or None if nothing is shown."""
    if not dock.view.is_shown:
        return None
    return np.asarray(dock.view._viewer.layers["Photograph"].data)


def wait_until_ahead(dock: AnnotatorDock, sample: SampleSummary, qtbot: QtBot) -> None:
    """Wait until a photograph, as its file is now, is decoded ahead."""
    futures = dock._display._photographs._futures
    key = Picture(sample.image_path), Picture(sample.image_path).stamp()
    qtbot.waitUntil(lambda: key in futures, timeout=240_000)
    wait([*futures.values()], 60)


def one_a_photograph(dock: AnnotatorDock) -> list[SampleSummary]:
    """Return the first face of each photograph."""
    return [sample for sample in samples(dock) if sample.face_index == 0]


def samples(dock: AnnotatorDock) -> list[SampleSummary]:
    shown = dock.workbench.samples
    return [shown.at(row) for row in range(len(shown))]


def said_by(dock: AnnotatorDock) -> list[str]:
    said: list[str] = []
    dock.workbench.failed.connect(said.append)
    return said


def state_of(dock: AnnotatorDock, sample: SampleSummary) -> SampleState:
    return dock.workbench.project.samples.get(sample.id).state


def test_a_photograph_that_was_overwritten_is_not_shown_from_memory(
    workplace: Workplace, qtbot: QtBot
) -> None:
    dock, pointer = workplace
    seen, other, ahead = one_a_photograph(dock)[:3]
    dock.workbench.go_to(seen.id)
    assert_array_equal(on_screen(dock), read_image(seen.image_path))
    content = seen.image_path.read_bytes()
    dock.workbench.go_to(other.id)
    wait_until_ahead(dock, ahead, qtbot)
    overwrite(seen.image_path)
    overwrite(ahead.image_path)
    said = said_by(dock)
    for sample in (ahead, seen):
        dock.workbench.go_to(sample.id)
        assert on_screen(dock) is None
        assert sample.image_name in said[-1]
        assert "has changed since it was added" in said[-1]
        pointer.key(Qt.Key.Key_Return, "\r")
        assert "has changed since it was added" in said[-1]
        assert state_of(dock, sample) is SampleState.PREDICTED
        assert dock.workbench.current.id == sample.id
    seen.image_path.write_bytes(content)
    qtbot.waitUntil(lambda: dock.view.is_shown, timeout=240_000)
    assert_array_equal(on_screen(dock), read_image(seen.image_path))
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_of(dock, seen) is SampleState.ACCEPTED


def test_files_that_swap_names_while_the_window_looks_ahead_show_no_mesh_over_another_face(
    workplace: Workplace, qtbot: QtBot
) -> None:
    dock, _ = workplace
    first, one, other = one_a_photograph(dock)[:3]
    originals = {s.image_id: read_image(s.image_path) for s in (first, one, other)}
    for sample, ahead in ((one, other), (first, one)):
        dock.workbench.go_to(sample.id)
        wait_until_ahead(dock, ahead, qtbot)
    swap(one.image_path, other.image_path)
    for sample in (one, other, first, other, one):
        dock.workbench.go_to(sample.id)
        if sample is first:
            assert_array_equal(on_screen(dock), originals[first.image_id])
            wait_until_ahead(dock, one, qtbot)
        else:
            assert on_screen(dock) is None
    with Project.open(dock.workbench.project.home) as elsewhere:  # as by the command line
        import_images(elsewhere, [one.image_path, other.image_path])
    qtbot.waitUntil(lambda: dock.view.is_shown, timeout=240_000)
    for sample in (one, first, other, one):
        dock.workbench.go_to(sample.id)
        assert_array_equal(on_screen(dock), originals[sample.image_id])


@pytest.fixture
def twins(tmp_path: Path) -> list[Path]:
    """Two photographs whose files have the same size and time."""
    paths = [tmp_path / "collins.jpg", tmp_path / "hopper.jpg"]
    contents = [asset_path("datasets", "sample", path.name).read_bytes() for path in paths]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content.ljust(max(map(len, contents)), b"\x00"))
        os.utime(path, ns=(10**18, 10**18))
    return paths


@pytest.fixture
def of_twins(open_dock: OpenDock, twins: list[Path], tmp_path: Path) -> AnnotatorDock:
    """The dock on a project of them, with a face in each."""
    face = FACE_468.topology.vertices * np.float32([5, -5, -5]) + np.float32([100, 100, 0])
    with Project.create(tmp_path / "twins") as project:
        import_images(project, twins)
        model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
        found = [FacePrediction(face, 0.9, 0.9)]
        project.predictions.store(model, [(1, found), (2, found)])
    return open_dock(tmp_path / "twins")[1]


@pytest.mark.parametrize("before", ["it is shown", "it is judged"])
def test_files_of_equal_size_and_time_that_swap_names_are_told_apart(
    of_twins: AnnotatorDock, twins: list[Path], before: str, qtbot: QtBot
) -> None:
    dock = of_twins
    one, other = samples(dock)
    pointer, said = Pointer(dock.view._viewer), said_by(dock)
    if before == "it is judged":
        dock.workbench.go_to(other.id)
    swap(*twins)
    dock.workbench.go_to(other.id)
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_of(dock, other) is SampleState.PREDICTED
    assert "has changed since it was added" in said[-1]
    dock.workbench.go_to(one.id)
    assert on_screen(dock) is None
    swap(*twins)
    qtbot.waitUntil(lambda: dock.view.is_shown, timeout=240_000)
    assert_array_equal(on_screen(dock), read_image(twins[0]))
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_of(dock, one) is SampleState.ACCEPTED


def test_a_photograph_overwritten_on_the_screen_is_noticed_by_the_verdict(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    sample, said = dock.workbench.current, said_by(dock)
    content, stamp = sample.image_path.read_bytes(), Picture(sample.image_path).stamp()
    shown = on_screen(dock)
    overwrite(sample.image_path)
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_of(dock, sample) is SampleState.PREDICTED
    assert dock.workbench.current.id == sample.id
    assert sample.image_name in said[-1]
    assert "has changed since it was added" in said[-1]
    assert_array_equal(on_screen(dock), shown)
    sample.image_path.write_bytes(content)
    assert Picture(sample.image_path).stamp() != stamp, "it is known by its content again"
    pointer.key(Qt.Key.Key_Return, "\r")
    assert state_of(dock, sample) is SampleState.ACCEPTED
    following = dock.workbench.current
    overwrite(following.image_path)
    pointer.key(Qt.Key.Key_E, "e")
    assert state_of(dock, following) is SampleState.EXCLUDED, "that is a way out"


def test_the_thumbnail_in_the_list_follows_its_file(workplace: Workplace, qtbot: QtBot) -> None:
    dock, _ = workplace
    sample, thumbnails = dock.workbench.current, dock.samples.list.thumbnails
    qtbot.waitUntil(lambda: thumbnails.get(sample) is not None, timeout=240_000)
    Image.new("RGB", (800, 600), (0, 0, 255)).save(sample.image_path, "PNG")
    thumbnails._look_again.setInterval(20)

    def is_blue() -> bool:
        pixmap = thumbnails.get(sample)
        colour = None if pixmap is None else pixmap.toImage().pixelColor(pixmap.rect().center())
        return colour is not None and colour.getRgb()[:3] == (0, 0, 255)

    qtbot.waitUntil(is_blue, timeout=240_000)


def test_the_view_is_never_blank_on_the_way_from_sample_to_sample(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    canvas = dock.view._viewer.__wrapped__.window._qt_viewer.canvas
    brightness: list[float] = []

    def look() -> None:
        middle = canvas._scene_canvas.render(alpha=False)[100:-100:8, 100:-100:8]
        brightness.append(float(np.median(middle)))

    for _ in range(6):
        pointer.key(Qt.Key.Key_D, "d")
        look()
        process_events(0.05)
        look()
    assert min(brightness) > 20
