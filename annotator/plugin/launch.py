"""Opens napari with the dock on a project."""

import gc
from pathlib import Path

import napari

from annotator.plugin.canvas.private import hide_layer_panels
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.preferences.preferences import remember_reader
from annotator.plugin.reader import show_dock
from annotator.plugin.window_size import make_room


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
    # An annotator works with two layers that the dock looks after: the room is the face's.
    hide_layer_panels(viewer)
    make_room(dock)
    if annotator:
        dock.name.use_here(annotator)
    dock.open_folder(address)
    # What the window is made of stays as long as the program: a search through all of it for
    # garbage would stop the hand for a tenth of a second now and then.
    gc.freeze()
    return viewer, dock


def open_project(address: str | Path, annotator: str | None = None) -> None:
    """Open napari on a project and return when its window is closed."""
    _, dock = open_viewer(address, annotator)
    if dock.workbench.project is not None:
        remember_reader(dock.workbench.project.home)
    napari.run()
