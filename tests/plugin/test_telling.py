"""What the dock says of the sample on the screen, through the real dock."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.imaging import read_image
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.panels import parts
from annotator.project import FailedImage, NewImage, Project
from annotator.system.hashing import file_sha256
from tests.plugin.conftest import wait_for

Workplace = tuple[AnnotatorDock, Pointer]
OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]


def following(dock: AnnotatorDock) -> Any:
    """The sample that the key for the next one goes to."""
    samples = dock.workbench.samples
    return samples.get(samples.neighbour(dock.workbench.sample_id, 1))


def go_on(pointer: Pointer) -> None:
    pointer.key(Qt.Key.Key_D, "d")


def test_what_is_said_of_a_photograph_as_it_comes_up_stays(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample = following(dock)
    pixels = read_image(sample.picture.path)
    Image.fromarray(pixels[::-1]).save(sample.picture.path)
    go_on(pointer)
    assert dock.workbench.sample_id == sample.id
    assert "has changed since it was added" in dock._message.text()
    assert not dock._message.isHidden()


def test_what_is_said_passes_after_a_while(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    dock, _ = workplace
    monkeypatch.setattr(parts, "_MESSAGE_MS", 10)
    dock.workbench.told.emit("Said for a while.")
    assert dock._message.text() == "Said for a while."
    assert not dock._message.isHidden()
    wait_for(lambda: dock._message.text() != "Said for a while.", "the sentence to pass")


def test_of_a_photograph_that_was_moved_it_is_said_how_to_follow_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    path = following(dock).picture.path
    path.rename(path.with_name("elsewhere.jpg"))
    go_on(pointer)
    assert "relocate" in dock._message.text()


def test_how_deep_values_were_read_is_said_as_the_photograph_comes_up(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    sample = following(dock)
    grey = np.asarray(Image.fromarray(read_image(sample.picture.path)).convert("L"))
    deep = project_folder / "deep.png"
    Image.fromarray(grey.astype(np.uint16) * 16).save(deep)
    entry = NewImage(deep, file_sha256(deep), grey.shape[1], grey.shape[0])
    dock.workbench.project.images.move({sample.image_id: entry})
    go_on(pointer)
    assert dock.workbench.sample_id == sample.id
    assert dock._message.text() == "deep.png: 16-bit file with 12-bit values."


def test_names_of_files_and_folders_are_no_markup_anywhere_in_the_dock(
    open_dock: OpenDock, project_folder: Path, when_asked: Callable[..., Any]
) -> None:
    folder = project_folder.rename(project_folder.with_name("<b>a"))
    with Project.open(folder) as project:
        gone, failed = folder / "gone.png", folder / "<i>x&y.png"
        failed.touch()
        project.images.add(
            [FailedImage(gone, "it is gone"), FailedImage(failed, "no <u>image</u>")]
        )
    _, dock = open_dock(folder)
    sample = dock.workbench.current
    hostile = sample.picture.path.with_name("<h1>.jpg")
    info = dock.workbench.project.images.get(sample.image_id)
    shutil.copy(info.path, hostile)
    moved = NewImage(hostile, info.sha256, info.width, info.height)
    dock.workbench.project.images.move({info.id: moved})
    dock.workbench.refresh()
    dock.workbench.mesh_changed.emit()
    said: list[str] = []

    def read(box: QMessageBox) -> None:
        said.append(box.informativeText())
        box.accept()

    when_asked(read)
    dock.project_menu.show_failed()
    assert said == ["<qt>&lt;i&gt;x&amp;y.png: no &lt;u&gt;image&lt;/u&gt;</qt>"]
    dock.project_menu._recent_menu.fill()
    tooltips = [widget.toolTip() for widget in dock.findChildren(QWidget)]
    tooltips += [action.toolTip() for action in dock.project_menu._recent_menu.actions()]
    assert sum("&lt;b&gt;a" in text for text in tooltips) >= 2
    assert any("&lt;h1&gt;.jpg" in text for text in tooltips)
    assert not [text for text in tooltips if "<b>a" in text or "<h1>" in text]
