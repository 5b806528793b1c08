"""The main job once, by itself: open, brush, accept, export, with a screenshot of each."""

from collections.abc import Callable
from pathlib import Path

import napari
from qtpy.QtCore import Qt

from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import vertex_errors
from annotator.plugin.canvas.pointer import Pointer, positions_between, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.launch import open_viewer
from annotator.plugin.menu.project_forms import free_folder
from annotator.project import UNDECIDED, SampleState
from annotator.release import export_release
from annotator.system.words import count

_WINDOW = (1280, 800)
# The stroke pulls the chin this far down, in image pixels relative to the face's height.
_STROKE = 0.07


class DemoError(RuntimeError):
    """The demonstration did not do what it shows."""


def run_headless(
    project_folder: Path, screenshots_folder: Path, tell: Callable[[str], object]
) -> list[Path]:
    """Drive one stroke with real mouse events, accept it and export.

    Parameters
    ----------
    project_folder : Path
        A project with at least one sample; where all have a verdict, the first is reopened.
    screenshots_folder : Path
        Made if need be.
    tell : callable
        Takes a line about what was done.

    Returns
    -------
    list of Path
        The screenshots, in order.

    Raises
    ------
    DemoError
        If the project has no samples, or the stroke did not arrive in the database.
    """
    screenshots_folder.mkdir(parents=True, exist_ok=True)
    viewer, dock = open_viewer(project_folder)
    try:
        viewer.window.resize(*_WINDOW)
        process_events(1.0)
        dock.view.frame()
        return _Demo(viewer, dock, screenshots_folder, tell).run()
    finally:
        viewer.close()


class _Demo:
    def __init__(
        self,
        viewer: napari.Viewer,
        dock: AnnotatorDock,
        folder: Path,
        tell: Callable[[str], object],
    ) -> None:
        self._viewer = viewer
        self._dock = dock
        self._folder = folder
        self._tell = tell
        self._pointer = Pointer(viewer)
        self._screenshots: list[Path] = []

    def run(self) -> list[Path]:
        bench = self._dock.workbench
        if bench.current is not None and bench.current.state not in UNDECIDED:
            bench.verdicts.reopen()
        session = bench.session
        if session is None:
            raise DemoError("the project has no samples: predict first")
        self._shoot("opened")
        chin = session.landmarks[_chin_of(session.state.layout)]
        start = (float(chin[0]), float(chin[1]))
        height = float(session.landmarks[:, 1].max() - session.landmarks[:, 1].min())
        end = (start[0], start[1] + _STROKE * height)
        self._pointer.move(start)
        self._shoot("brush")
        self._pointer.press(start)
        for position in positions_between(start, end, 12):
            self._pointer.move(position, pressed=True)
        self._shoot("dragging")
        self._pointer.release(end)
        self._check_saved(session.sample_id)
        self._accept(session.sample_id)
        self._export()
        self._show_keys()
        self._show_light_theme()
        return self._screenshots

    def _check_saved(self, sample_id: int) -> None:
        project = self._dock.workbench.project
        assert project is not None
        annotation = project.annotations.load(sample_id)
        moved = vertex_errors(annotation.landmarks, annotation.prediction).max()
        if not project.annotations.strokes(sample_id) or moved == 0:
            raise DemoError("the stroke is not in the database")
        self._tell(f"one stroke moved the chin by {moved:.1f} px; it is in the database")

    def _accept(self, sample_id: int) -> None:
        self._pointer.key(Qt.Key.Key_Return, "\r")
        project = self._dock.workbench.project
        assert project is not None
        if project.samples.get(sample_id).state is not SampleState.ACCEPTED:
            raise DemoError("the sample was not accepted")
        self._shoot("accepted")

    def _export(self) -> None:
        project = self._dock.workbench.project
        assert project is not None
        report = export_release(project, free_folder(project.home), "npz")
        self._tell(f"{count(report.samples, 'accepted sample')} exported to {report.folder}")

    def _show_keys(self) -> None:
        self._pointer.key(Qt.Key.Key_H, "h")
        self._shoot("keys")
        self._pointer.key(Qt.Key.Key_H, "h")

    def _show_light_theme(self) -> None:
        theme = self._viewer.theme
        self._viewer.theme = "light"
        self._shoot("light")
        self._viewer.theme = theme

    def _shoot(self, name: str) -> None:
        process_events(0.4)
        path = self._folder / f"{len(self._screenshots) + 1}-{name}.png"
        # With the pointer's hover state as it is: napari's flash would cover it.
        self._viewer.window.screenshot(str(path), flash=False, canvas_only=False)
        self._screenshots.append(path)


def _chin_of(layout: MeshLayout) -> int:
    """Return the vertex at the lower end of the contour round the face."""
    return layout.contour_features[layout.boundary].ends[1]
