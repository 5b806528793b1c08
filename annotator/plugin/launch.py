"""Opens napari with the dock on a project."""

from pathlib import Path

import napari

from annotator.plugin.asked_to_end import closed_when_asked
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.preferences.preferences import remember_reader
from annotator.plugin.reader import settle, show_dock


def open_viewer(
    address: str | Path, annotator: str | None = None, *, show: bool = True
) -> tuple[napari.Viewer, AnnotatorDock]:
    """Return a viewer with the dock open on a project.

    Parameters
    ----------
    address : str or Path
        The project's.
    annotator : str, optional
        Recorded with strokes and verdicts, for as long as the window is open; by default the name
        that was given in a window before, or else the login name.
    """
    viewer = napari.Viewer(title="FaceMesh Annotator", show=show, show_welcome_screen=False)
    dock = show_dock(viewer)
    if annotator:
        dock.name.use_here(annotator)
    settle(viewer, dock, address)
    return viewer, dock


def open_project(address: str | Path, annotator: str | None = None) -> None:
    """Open napari on a project and return when its window is closed.

    Raises
    ------
    Ended
        If it was closed because the program was asked to end.
    """
    viewer, dock = open_viewer(address, annotator)
    if dock.workbench.project is not None:
        remember_reader(dock.workbench.project.home)
    with closed_when_asked(dock.workbench, viewer.close):
        napari.run()
