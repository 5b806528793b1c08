"""What napari's File menu and command line open through this plugin."""

import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import napari
from qtpy.QtCore import QTimer

from annotator.imaging import read_image
from annotator.plugin.canvas.face_layers import PLACEHOLDER_LAYER
from annotator.plugin.canvas.private import hide_layer_panels
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.preferences.preferences import remember_reader
from annotator.plugin.window_size import holder_of, make_room
from annotator.project import Project
from annotator.system.assets import asset_path

# As napari calls what it opens by its Plugins menu, which finds by this name what is open.
DOCK = "Annotate faces (FaceMesh Annotator)"

LayerData = tuple[Any, ...]
Reader = Callable[[str | Sequence[str]], list[LayerData]]

# napari's word for "read, but no layer to add": the dock adds its own.
_NO_LAYERS: list[LayerData] = [(None,)]


def get_reader(path: str | Sequence[str]) -> Reader | None:
    """Return a reader if the path is a project folder, or the database in one."""
    return None if _project_folder(path) is None else _open_project


def get_photograph_reader(path: str | Sequence[str]) -> Reader:
    """Return a reader that shows photographs upright, as the landmarks count on."""
    return _read_photographs


def open_sample_project() -> list[LayerData]:
    """Open the sample project in the dock, making it first if need be.

    napari insists on a layer: it gets a photograph to look at meanwhile, which the dock then
    takes over.
    """
    dock = show_dock(napari.current_viewer())
    QTimer.singleShot(0, dock.project_menu.open_sample)
    photograph = read_image(asset_path("datasets", "sample", "collins.jpg"))
    return [(photograph, {"name": PLACEHOLDER_LAYER, "rgb": True}, "image")]


def show_dock(viewer: Any) -> AnnotatorDock:
    """Return the viewer's dock, opening it if it is not there."""
    for dock in viewer.window.dock_widgets.values():
        if isinstance(dock, AnnotatorDock):
            _bring_back(dock)
            return dock
    # Not add_plugin_dock_widget: what that opens has the package's name in its title, so that
    # the menu, which looks for the plugin's, does not find it and opens a second one.
    dock = AnnotatorDock(viewer)
    viewer.window.add_dock_widget(dock, name=DOCK)
    return dock


def _bring_back(dock: AnnotatorDock) -> None:
    """Show a dock that was hidden by the button in its title, or lies behind another one."""
    holder = holder_of(dock)
    if holder is not None:
        holder.show()
        holder.raise_()


def _open_project(path: str | Sequence[str]) -> list[LayerData]:
    folder = _project_folder(path)
    assert folder is not None
    viewer = napari.current_viewer()
    dock = show_dock(viewer)
    # Once napari has finished reading, so that the camera it resets is framed afterwards.
    QTimer.singleShot(0, lambda: _open_in(viewer, dock, folder))
    return _NO_LAYERS


def settle(viewer: Any, dock: AnnotatorDock, address: str | Path) -> bool:
    """Open a project in a window that is for nothing else; return whether that was possible.

    An annotator works with two layers that the dock looks after: the room is the face's.
    """
    hide_layer_panels(viewer)
    make_room(dock)
    is_open = dock.open_folder(address)
    # What the window is made of stays as long as the program: a search through all of it for
    # garbage would stop the hand for a tenth of a second now and then.
    gc.freeze()
    return is_open


def _open_in(viewer: Any, dock: AnnotatorDock, folder: Path) -> None:
    # Whoever has layers of their own needs the panels.
    has_others = dock.view.layers.has_others
    is_open = dock.open_folder(folder) if has_others else settle(viewer, dock, folder)
    if is_open:
        remember_reader(folder)


def _project_folder(path: str | Sequence[str]) -> Path | None:
    if not isinstance(path, str):
        if len(path) != 1:
            return None
        path = path[0]
    candidate = Path(path)
    folder = candidate.parent if candidate.is_file() else candidate
    return folder if Project.is_project(folder) else None


def _read_photographs(path: str | Sequence[str]) -> list[LayerData]:
    paths = [path] if isinstance(path, str) else path
    return [(read_image(one), {"name": Path(one).stem, "rgb": True}, "image") for one in paths]
