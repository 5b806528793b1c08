"""Windows for the tests: one that they share, and windows of their own.

A window takes longer to open and close than most tests take. Most tests therefore get a new dock
in a window that others used before them, and `Desk.clear` fails those that leave anything behind.
Tests of opening, closing and sizes have windows of their own, by `open_window`; they come last.
"""

import gc
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from annotator.workflow import create_sample_project

napari = pytest.importorskip("napari")
pytest.importorskip("napari.settings")

from app_model import Application  # noqa: E402
from napari._app_model._app import NapariApplication, _napari_names  # noqa: E402
from napari._qt._qapp_model.qactions import init_qactions  # noqa: E402
from napari._qt.qt_viewer import QtViewer  # noqa: E402
from napari.plugins import _initialize_plugins  # noqa: E402
from napari.utils._proxies import PublicOnlyProxy  # noqa: E402
from qtpy.QtCore import QEvent, QThreadPool, QTimer  # noqa: E402
from qtpy.QtTest import QTest  # noqa: E402
from qtpy.QtWidgets import QApplication  # noqa: E402

from annotator.plugin.canvas.pointer import Pointer, Position, process_events  # noqa: E402
from annotator.plugin.canvas.private import canvas_widget, hide_layer_panels  # noqa: E402
from annotator.plugin.dock import AnnotatorDock  # noqa: E402
from annotator.plugin.preferences.window_memory import WindowMemory  # noqa: E402
from annotator.plugin.reader import show_dock  # noqa: E402

OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]

# Software draws the canvas here, and takes the longer the larger it is.
DESK_SIZE = (640, 600)
LAPTOP_SIZE = (1280, 800)
# For what takes milliseconds on an idle machine; nothing waits longer than it must.
PATIENCE_S = 240
A_DAY_MS = 86_400_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests with windows of their own come last: the shared one has to be closed for them."""
    items.sort(key=lambda item: "make_napari_viewer" in getattr(item, "fixturenames", ()))


def wait_for(condition: Callable[[], object], what: str = "a condition") -> None:
    """Handle events until something holds; fail if it never does."""
    until = monotonic() + PATIENCE_S
    while not condition():
        if monotonic() > until:
            pytest.fail(f"waited {PATIENCE_S} s for {what}")
        QTest.qWait(5)


class Question:
    """Answers the next dialog from within, as soon as it is there."""

    def __init__(self, answer: Callable[[Any], object]) -> None:
        self._answer = answer
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(10)
        self.was_asked = False

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None or not dialog.isVisible():
            return
        self._timer.stop()
        self.was_asked = True
        try:
            self._answer(dialog)
        except BaseException:
            dialog.close()  # or the test would wait for an answer for ever
            raise


class Hand(Pointer):
    """A pointer that drags in few steps: each is drawn."""

    def drag(self, start: Position, end: Position, steps: int = 4) -> None:
        super().drag(start, end, steps)


class Desk:
    """A shown window of napari that tests use one after the other."""

    def __init__(self) -> None:
        self._patches = pytest.MonkeyPatch()
        self._viewer: Any = None
        self._bare: dict[str, object] = {}

    @property
    def viewer(self) -> Any:
        """The viewer as plugins get it; its window is opened when it is first asked for."""
        if self._viewer is None:
            self._open()
        return PublicOnlyProxy(self._viewer)

    def clear(self) -> None:
        """Take docks away; fail, and have another window next time, if anything else stays."""
        if self._viewer is None:
            return
        try:
            self._remove_docks()
            wait_for(lambda: self._threads() == self._bare["threads"], "threads to end")
            assert self._state() == self._bare
        except BaseException:
            self._discard()
            raise
        camera = self._viewer.scene.camera
        camera.center, camera.zoom = (0.0, 0.0, 0.0), 1.0
        self._viewer.window.resize(*DESK_SIZE)  # a dock that needed more room has made it larger

    def close(self) -> None:
        """Close the window, and fail if that leaves anything of it."""
        if self._viewer is not None:
            self._discard()
            gc.collect()
            assert not len(QtViewer._instances)

    def _open(self) -> None:
        """Open a viewer as napari's own fixture does, but for more than one test."""
        app = NapariApplication("desk")
        app.injection_store.namespace = _napari_names
        patches = self._patches
        patches.setattr(NapariApplication, "get_app_model", lambda: app)
        patches.setattr("napari._qt.threads.status_checker.StatusChecker.start", lambda _: None)
        patches.setenv("NAPARI_ENSURE_PLUGIN_MAIN_THREAD", "True")
        self._forget_plugins()
        viewer = self._viewer = napari.Viewer(show=True, show_welcome_screen=False)
        hide_layer_panels(viewer)
        # It sees every event of the program, to show a menu bar that nobody has hidden.
        QApplication.instance().removeEventFilter(viewer.window._qt_window)
        viewer.window.resize(*DESK_SIZE)
        assert QTest.qWaitForWindowExposed(viewer.window._qt_window, PATIENCE_S * 1000)
        process_events()
        self._bare = self._state()

    def _remove_docks(self) -> None:
        window = self._viewer.window
        for dock in list(window.dock_widgets.values()):
            window.remove_dock_widget(dock)
            dock.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        process_events()
        WindowMemory(window._qt_window).forget()

    def _state(self) -> dict[str, object]:
        """What a test may have changed about the window and the program around it."""
        viewer = self._viewer
        window, canvas = viewer.window._qt_window, canvas_widget(viewer)
        return {
            "docks": list(viewer.window.dock_widgets),
            "layers": [layer.name for layer in viewer.layers],
            "mouse": [
                list(getattr(viewer, f"mouse_{kind}_callbacks"))
                for kind in ("drag", "move", "wheel", "double_click")
            ],
            "button held": canvas._vispy_mouse_data["press_event"] is not None,
            "keys": dict(viewer.keymap),
            "dimensions": viewer.dims.ndisplay,
            "theme": viewer.theme,
            "windows": sorted(
                type(w).__name__ for w in QApplication.topLevelWidgets() if w.isVisible()
            ),
            "parts of ours": [
                type(part).__name__
                for part in (*window.children(), *canvas.children())
                if type(part).__module__.startswith("annotator")
            ],
            "threads": self._threads(),
        }

    def _threads(self) -> list[str]:
        """Threads by name; those of Qt's pool stay a while after their work."""
        ours = [t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)]
        at_work = QThreadPool.globalInstance().activeThreadCount()
        return sorted(thread.name for thread in ours) + ["of Qt"] * at_work

    def _discard(self) -> None:
        viewer, self._viewer = self._viewer, None
        self._patches.setattr(viewer.window._qt_window, "_save_current_window_settings", lambda: {})
        viewer.close()
        self._patches.undo()
        Application.destroy("desk")
        self._forget_plugins()

    def _forget_plugins(self) -> None:
        _initialize_plugins.cache_clear()
        init_qactions.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _display() -> None:
    """Fail in words where Qt would end the whole run: it aborts without a display."""
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        pytest.fail("the plugin's tests need a display: run `make test`, which brings one")


@pytest.fixture(scope="session", autouse=True)
def _settings_are_described_once() -> Iterator[None]:
    """Read the manifests for their settings at the first dock alone; values are read each time."""
    with pytest.MonkeyPatch.context() as patches:
        described = cache(napari.settings.plugin_configuration_generator)
        patches.setattr(napari.settings, "plugin_configuration_generator", described)
        yield


@pytest.fixture(scope="session", autouse=True)
def _shaders_are_read_once() -> Iterator[None]:
    """Remove the comments of each shader once: for every canvas and layer, vispy does it anew."""
    with pytest.MonkeyPatch.context() as patches:
        sub = lru_cache(maxsize=512)(re.sub)
        patches.setattr("vispy.gloo.program.re", SimpleNamespace(**vars(re) | {"sub": sub}))
        yield


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_seldom_looked_for() -> Iterator[None]:
    """Keep searches for garbage to what tests make, and let napari ask for none.

    It does with every layer that goes, for drivers of OpenGL on Windows, and each search takes a
    tenth of what a test does.
    """
    gc.collect()
    gc.freeze()
    thresholds = gc.get_threshold()
    gc.set_threshold(10_000, 10, 10)
    with pytest.MonkeyPatch.context() as patches:
        if sys.platform != "win32":
            patches.setattr("napari._vispy.canvas.gc", SimpleNamespace(collect=lambda: 0))
        yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _own_preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody's own settings of the plugin are read or changed, and each test finds defaults."""
    monkeypatch.setattr(napari.settings, "_CFG_PATH", str(tmp_path / "preferences" / "napari.yaml"))
    napari.settings._clear_plugin_settings_cache()
    kept = tmp_path / "preferences" / "recent.ini"
    monkeypatch.setattr("annotator.plugin.dock.settings_file", lambda: kept)
    # Whoever runs the tests has a name: what is asked of others has tests of its own.
    monkeypatch.setenv("LOGNAME", "kim")
    yield
    napari.settings._clear_plugin_settings_cache()


@pytest.fixture(autouse=True)
def _no_clock_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the dock says passes before a test has read it: a test of that says so."""
    monkeypatch.setattr("annotator.plugin.panels.parts._MESSAGE_MS", A_DAY_MS)


@pytest.fixture(scope="session")
def pristine_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, predicted once for all tests; copy it before touching it."""
    folder = tmp_path_factory.mktemp("samples") / "faces"
    create_sample_project(folder).close()
    return folder


@pytest.fixture
def project_folder(pristine_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine_project, tmp_path / "faces"))


@pytest.fixture(scope="session")
def desk(qapp: QApplication) -> Iterator[Desk]:
    shared = Desk()
    yield shared
    shared.close()


@pytest.fixture
def viewer(desk: Desk) -> Iterator[Any]:
    """The viewer of the window that tests share; what they leave there fails them."""
    yield desk.viewer
    desk.clear()
    napari.settings.get_settings().reset()


@pytest.fixture
def open_dock(viewer: Any) -> OpenDock:
    """Opens a new dock on a project, or on none, in the window that tests share."""
    return lambda folder: (viewer, dock_on(viewer, folder))


@pytest.fixture
def workplace(open_dock: OpenDock, project_folder: Path) -> tuple[AnnotatorDock, Pointer]:
    """The dock open on the sample project, and a hand on its canvas."""
    viewer, dock = open_dock(project_folder)
    return dock, Hand(viewer)


@pytest.fixture
def _no_desk(desk: Desk) -> None:
    desk.close()


@pytest.fixture
def make_napari_viewer(_no_desk: None, make_napari_viewer: Any) -> Any:
    """napari's own, which checks that no viewer is left: not even the shared one."""
    return make_napari_viewer


@pytest.fixture
def open_window(make_napari_viewer_proxy: Callable[..., napari.Viewer]) -> Iterator[OpenDock]:
    """Opens a window of the test's own, with the dock on a project, or on none."""
    docks: list[AnnotatorDock] = []

    def open_it(folder: Path | None) -> tuple[napari.Viewer, AnnotatorDock]:
        viewer = make_napari_viewer_proxy(show=True)
        viewer.window.resize(*LAPTOP_SIZE)
        docks.append(dock_on(viewer, folder))
        return viewer, docks[-1]

    yield open_it
    for dock in docks:
        dock.shut_down()


def dock_on(viewer: Any, folder: Path | None) -> AnnotatorDock:
    dock = show_dock(viewer)
    # On a machine that is busy, too, a key that is pressed and released is tapped, not held.
    dock._bound_keys._space_bar._clock = lambda: 0.0
    process_events()  # the canvas has the size that the dock leaves it
    if folder is not None:
        dock.open_folder(folder)
    process_events()
    return dock


@pytest.fixture
def when_asked() -> Iterator[Callable[[Callable[[Any], object]], Question]]:
    """Lets a function answer the next dialog, and fails if there was none in the end."""
    questions: list[Question] = []

    def answer(by: Callable[[Any], object]) -> Question:
        questions.append(Question(by))
        return questions[-1]

    yield answer
    assert all(question.was_asked for question in questions)


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., None]:
    """Handles events until a condition holds: `wait_for(lambda: done)`."""
    return wait_for


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
            timeout=300,
            env=os.environ | {"NAPARI_CONFIG": str(tmp_path / "napari.yaml")},
        )

    return run
