"""Photographs opened or dropped while a project is open, by napari's own ways."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent
from qtpy.QtWidgets import QApplication, QFileDialog, QMessageBox

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.reader import get_reader
from annotator.system.assets import asset_path

Workplace = tuple[AnnotatorDock, Pointer]
WhenAsked = Callable[[Callable[[Any], object]], object]
Button = QMessageBox.StandardButton


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A photograph with a face whose bytes the project does not have."""
    path = tmp_path / "new<b>face.png"
    with Image.open(asset_path("datasets", "sample", "collins.jpg")) as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path)
    return path


def qt_viewer(dock: AnnotatorDock) -> Any:
    return dock.view._viewer.__wrapped__.window._qt_viewer


def drop(dock: AnnotatorDock, path: Path) -> None:
    """Drop a file on the window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    none, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    qt_viewer(dock).dropEvent(QDropEvent(QPointF(9, 9), copy, mime, button, none))


def choose(button: Button, texts: list[str]) -> Callable[[Any], None]:
    def answer(box: Any) -> None:
        assert isinstance(box, QMessageBox)
        texts.append(box.text())
        box.button(button).click()

    return answer


def test_a_dropped_photograph_is_added_and_its_face_is_shown(
    workplace: Workplace, photograph: Path, when_asked: WhenAsked, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    texts: list[str] = []
    total = dock.workbench.samples.total
    when_asked(choose(Button.Yes, texts))
    drop(dock, photograph)
    wait_for(lambda: texts and not dock.progress.is_running, "the import")
    wait_for(lambda: dock.workbench.current.image_name == photograph.name, "the new face")
    assert texts == ["Add to the project?\n\nnew<b>face.png"]
    assert dock.workbench.samples.total == total + 1
    assert [layer.name for layer in dock.view._viewer.layers] == ["Photograph", "Face mesh"]


def test_a_photograph_of_the_file_menu_can_stay_beside_and_lies_below(
    workplace: Workplace,
    photograph: Path,
    when_asked: WhenAsked,
    wait_for: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dock, _ = workplace
    texts: list[str] = []
    answers = [str(photograph.rename(photograph.with_name("new.png")))]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: (answers, ""))
    when_asked(choose(Button.No, texts))
    qt_viewer(dock)._open_files_dialog()
    layers = dock.view._viewer.layers
    wait_for(lambda: [y.name for y in layers] == ["new", "Photograph", "Face mesh"], "the layer")
    assert len(texts) == 1
    process_events()
    assert QApplication.activeModalWidget() is None, "it is asked once"
    assert dock.workbench.in_sight()
    layers.remove("new")


def test_a_photograph_that_a_script_opens_is_asked_about_too(
    workplace: Workplace, photograph: Path, when_asked: WhenAsked, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    texts: list[str] = []
    when_asked(choose(Button.Cancel, texts))
    viewer = dock.view._viewer.__wrapped__
    viewer.open(str(photograph), plugin="napari")
    wait_for(lambda: texts, "the question")
    wait_for(lambda: viewer.layers[0].name.startswith("new"), "the order")
    assert viewer.layers[-1].name == "Face mesh"
    viewer.layers.remove(viewer.layers[0])


def test_without_a_project_and_for_other_files_nothing_is_asked(
    open_dock: Callable[..., Any], photograph: Path, tmp_path: Path, project_folder: Path
) -> None:
    viewer, dock = open_dock(None)
    array = tmp_path / "array.npy"
    np.save(array, np.zeros((4, 4)))
    dock.open_folder(project_folder)
    assert not dock._opened_files._take([str(array)], lambda: None)
    assert not dock._opened_files._take([str(project_folder)], lambda: None)
    assert get_reader(str(project_folder)) is not None
    dock.workbench.close()
    assert not dock._opened_files._take([str(photograph)], lambda: None)
    dock.shut_down()
    assert "_qt_open" not in vars(viewer.__wrapped__.window._qt_viewer)
