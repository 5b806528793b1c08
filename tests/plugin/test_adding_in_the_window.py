"""What the window says of photographs that it was given and did not take as they are."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from qtpy.QtWidgets import QFileDialog, QLabel

from annotator.project import Project
from annotator.system.assets import asset_path

OpenDock = Callable[..., tuple]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    return folder


@pytest.fixture
def added(open_dock: OpenDock, folder: Path, tmp_path: Path, wait_for, monkeypatch) -> Callable:
    """Return a function that adds the folder through the menu and returns what is shown after."""

    def add() -> tuple:
        Project.create(tmp_path / "new").close()
        _, dock = open_dock(tmp_path / "new")
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
        dock.project_menu.ask_folder()
        wait_for(lambda: not dock.progress.is_running)
        return dock, [label.text() for label in dock.findChildren(QLabel)]

    return add


def test_files_that_could_not_be_used_are_told_after_adding(added, folder: Path) -> None:
    shutil.copy(asset_path("datasets", "sample", "collins.jpg"), folder / "no_ending")
    (folder / "moving.gif").write_bytes(b"GIF89a" + bytes(20))
    (folder / "gone.jpg").symlink_to(folder / "nowhere")
    dock, shown = added()
    assert dock.workbench.samples.total >= 1
    said = "2 files could not be used: Project > Files that failed says why."
    assert any(said in text for text in shown)
    failed = dock.workbench.project.images.failed()
    assert {each.path.name for each in failed} == {"moving.gif", "gone.jpg"}


def test_a_folder_without_photographs_is_told(added, folder: Path) -> None:
    (folder / "notes.txt").write_text("nothing to see")
    _, shown = added()
    assert any("No photograph was found there." in text for text in shown)


def test_a_face_in_12_bits_is_found_shown_and_told(added, folder: Path) -> None:
    with Image.open(asset_path("datasets", "sample", "collins.jpg")) as portrait:
        grey = np.asarray(portrait.convert("L"))
    Image.fromarray(grey.astype(np.uint16) * 16).save(folder / "deep.png")
    dock, shown = added()
    assert dock.workbench.samples.total == 1
    assert dock.view.is_shown
    seen = np.asarray(dock.view._viewer.layers["Photograph"].data)[..., 0]
    assert np.abs(seen.astype(int) - grey).max() <= 1
    assert any("1 photograph: 16-bit file with 12-bit values." in text for text in shown)
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    dock._display._lit = None  # as after another photograph
    dock._display._show_current()
    assert told[-1] == "deep.png: 16-bit file with 12-bit values."
