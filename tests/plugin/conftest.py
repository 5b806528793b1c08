import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.workflow import create_sample_project

napari = pytest.importorskip("napari")
pytest.importorskip("napari.settings")

from annotator.plugin.canvas.pointer import Pointer, process_events  # noqa: E402
from annotator.plugin.dock import AnnotatorDock  # noqa: E402
from annotator.plugin.reader import show_dock  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _display() -> None:
    """Fail in words where Qt would end the whole run: it aborts without a display."""
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        pytest.fail("the plugin's tests need a display: run `make test`, which brings one")


@pytest.fixture(autouse=True)
def _own_preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody's own settings of the plugin are read or changed, and each test finds defaults."""
    monkeypatch.setattr(napari.settings, "_CFG_PATH", str(tmp_path / "preferences" / "napari.yaml"))
    napari.settings._clear_plugin_settings_cache()
    yield
    napari.settings._clear_plugin_settings_cache()


@pytest.fixture(scope="session")
def pristine_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, predicted once for all tests; copy it before touching it."""
    folder = tmp_path_factory.mktemp("samples") / "faces"
    create_sample_project(folder).close()
    return folder


@pytest.fixture
def project_folder(pristine_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine_project, tmp_path / "faces"))


@pytest.fixture
def open_dock(
    make_napari_viewer_proxy: Callable[..., napari.Viewer],
) -> Iterator[Callable[[Path | None], tuple[napari.Viewer, AnnotatorDock]]]:
    """Opens a shown viewer with the dock on a project, or on none."""
    docks: list[AnnotatorDock] = []

    def open_it(folder: Path | None) -> tuple[napari.Viewer, AnnotatorDock]:
        viewer = make_napari_viewer_proxy(show=True)
        viewer.window.resize(1280, 800)
        dock = show_dock(viewer)
        docks.append(dock)
        if folder is not None:
            dock.open_folder(folder)
        process_events(0.2)
        if folder is not None and dock.view.is_shown:
            dock.view.frame()
        return viewer, dock

    yield open_it
    for dock in docks:
        dock.shut_down()


@pytest.fixture
def run_script(
    project_folder: Path, tmp_path: Path
) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a script on the project, in a process of its own with preferences of its own."""

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, str(project_folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | {"NAPARI_CONFIG": str(tmp_path / "napari.yaml")},
        )

    return run


@pytest.fixture
def workplace(
    open_dock: Callable[[Path | None], tuple[napari.Viewer, AnnotatorDock]], project_folder: Path
) -> tuple[AnnotatorDock, Pointer]:
    """The dock open on the sample project, and a hand on its canvas."""
    viewer, dock = open_dock(project_folder)
    return dock, Pointer(viewer)
