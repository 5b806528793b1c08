from collections.abc import Callable
from pathlib import Path
from typing import Any

import npe2
import numpy as np
import pytest
from napari.plugins.utils import get_preferred_reader
from napari.settings import get_settings
from PIL import Image

from annotator.imaging import read_image
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu import sample_project
from annotator.plugin.preferences.preferences import remember_reader
from annotator.plugin.reader import get_photograph_reader, get_reader

MANIFEST = Path(__file__).parents[2] / "annotator" / "napari.yaml"


def test_the_manifest_is_valid_and_every_command_can_be_imported() -> None:
    manifest = npe2.PluginManifest.from_file(MANIFEST)
    manifest.validate_imports()
    assert manifest.name == "facemesh-annotator"


def test_a_project_folder_is_read_and_others_are_left_to_other_plugins(
    project_folder: Path, tmp_path: Path
) -> None:
    assert get_reader(str(project_folder)) is not None
    assert get_reader([str(project_folder)]) is not None
    assert get_reader(str(project_folder / "project.sqlite")) is not None
    assert get_reader(str(tmp_path)) is None
    assert get_reader(str(tmp_path / "missing")) is None
    assert get_reader([str(project_folder)] * 2) is None


def test_opening_a_project_folder_opens_the_dock_on_it(
    make_napari_viewer_proxy: Callable[..., Any],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    viewer.open(str(project_folder), plugin="facemesh-annotator")
    (dock,) = _docks(viewer)
    wait_for(lambda: dock.workbench.project is not None)
    assert dock.view.is_shown
    dock.shut_down()


def test_a_project_opened_once_needs_no_choice_of_reader_afterwards(
    viewer: Any, project_folder: Path
) -> None:
    remember_reader(project_folder)
    assert get_preferred_reader(str(project_folder)) == "facemesh-annotator"
    assert get_preferred_reader(str(project_folder.parent)) is None
    project_folder.rename(project_folder.with_name("moved"))
    remember_reader(project_folder.with_name("moved"))
    assert list(get_settings().plugins.extension2reader.values()).count("facemesh-annotator") == 1


def test_the_sample_project_is_made_once_and_opened(
    viewer: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_for: Callable[..., None],
) -> None:
    monkeypatch.setattr(sample_project, "user_data_path", lambda *_, **__: tmp_path / "data")
    viewer.open_sample("facemesh-annotator", "faces")
    (dock,) = _docks(viewer)
    wait_for(lambda: dock.workbench.project is not None)
    assert dock.workbench.samples.total >= 12


def test_the_sample_project_replaces_a_project_that_is_open(
    open_dock: Callable[..., Any],
    project_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_for: Callable[..., None],
) -> None:
    monkeypatch.setattr(sample_project, "user_data_path", lambda *_, **__: tmp_path / "data")
    viewer, dock = open_dock(project_folder)
    viewer.open_sample("facemesh-annotator", "faces")
    wait_for(
        lambda: (
            dock.workbench.project is not None
            and dock.workbench.project.home != project_folder
            and dock.view.is_shown
        )
    )
    assert [layer.name for layer in viewer.layers] == ["Photograph", "Face mesh"]
    dock.workbench.step(1)
    expected = read_image(dock.workbench.current.image_path)
    np.testing.assert_array_equal(viewer.layers["Photograph"].data, expected)


def test_photographs_are_read_upright(tmp_path: Path) -> None:
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20), "red").save(turned, exif=exif)
    ((data, attributes, kind),) = get_photograph_reader(str(turned))(str(turned))
    assert kind == "image"
    assert attributes["rgb"]
    assert np.shape(data) == (40, 20, 3)


def _docks(viewer: Any) -> list[AnnotatorDock]:
    return [w for w in viewer.window.dock_widgets.values() if isinstance(w, AnnotatorDock)]
