"""The two layers of napari that a sample is shown with: the photograph and the vertices."""

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image
from numpy.typing import NDArray
from psygnal import Signal

from annotator.plugin.canvas.layer_order import covering_layer, put_in_order
from annotator.plugin.canvas.layer_place import PLACE_EVENTS, is_in_place, put_back
from annotator.plugin.canvas.light_filter import CurtainFilter, LightFilter
from annotator.plugin.canvas.named_points import Points
from annotator.plugin.canvas.private import (
    CoveringOverlay,
    add_covering_overlay,
    attach_to_image,
    forget_drawn,
)
from annotator.workbench.key_names import bound_key
from annotator.workbench.keys import keys_of
from annotator.workbench.look.coordinates import to_napari

if TYPE_CHECKING:
    from napari import Viewer

PHOTOGRAPH_LAYER = "Photograph"
MESH_LAYER = "Face mesh"
# What a reader put in the viewer to be looked at until the first sample is shown.
PLACEHOLDER_LAYER = "Sample photograph"

# Keys by which napari's Points layer would add, select, copy or delete points.
_EDITING_KEYS = (
    "Delete", "Backspace", "1", "2", "3", "4", "P", "S", "Shift-A",
    "Mod-A", "Mod-C", "Mod-V", "Mod-D",
)  # fmt: skip
# How the texts begin that napari offers as a layer's help: keys that do nothing here.
_HELP_OF_NAPARI = ("use <", "hold <")


class FaceLayers:
    """The layers, put into a viewer and guarded there.

    The points layer holds the vertices for napari's sake (its list, its eye, its "save as");
    they are drawn by an overlay, which takes a quarter of the time.

    Parameters
    ----------
    viewer : napari.Viewer

    Attributes
    ----------
    disturbed
        A layer was moved or turned, or got other pixels; it is back already.
    """

    disturbed = Signal()

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._vertices = np.zeros((0, 2), np.float32)
        self._photograph: NDArray[np.uint8] | None = None
        self._played: NDArray[np.uint8] | None = None  # which frames that play are written to
        self.image: Image | None = None
        self.points = _make_points_layer()
        self._help = self.points.help
        self.light = LightFilter()
        self.curtain = CurtainFilter()
        self.covering: CoveringOverlay | None = None
        self.points.events.data.connect(self._restore_if_changed_from_outside)
        self.points.events.mode.connect(self._stay_in_pan_zoom)
        self.points.events.help.connect(self._keep_help)
        self._hold_in_place(self.points)

    @property
    def are_shown(self) -> bool:
        """Whether the layers are in the viewer."""
        return self.points in self._viewer.layers

    @property
    def are_wanted(self) -> bool:
        """Whether a sample is to be seen: from the first that is shown until `remove`."""
        return self._photograph is not None

    @property
    def are_complete(self) -> bool:
        """Whether both layers are in the viewer, with the pixels that were shown."""
        layers = self._viewer.layers
        has_both = self.image is not None and self.image in layers and self.points in layers
        return has_both and self.image is not None and self.image.data is self._photograph

    @property
    def are_in_place(self) -> bool:
        """Whether a pixel of the photograph and of the mesh is a unit of the world."""
        return all(is_in_place(layer) for layer in (self.points, self.image) if layer is not None)

    @property
    def has_others(self) -> bool:
        """Whether the viewer has layers of others."""
        return any(layer not in (self.points, self.image) for layer in self._viewer.layers)

    def covered_by(self) -> str:
        """Return what a layer over photograph or mesh is called, or nothing."""
        layer = covering_layer(self._viewer.layers, self.image, self.points)
        return "" if layer is None else str(layer.name)

    def put_in_order(self) -> bool:
        """Put other layers below these; return whether any was above."""
        return put_in_order(self._viewer.layers, self.image, self.points)

    def reveal_photograph(self) -> bool:
        """Show the photograph's layer if it was hidden or made transparent; return whether."""
        image = self.image
        if image is None or (image.visible and image.opacity == 1):
            return False
        image.visible, image.opacity = True, 1
        return True

    def show_again(self) -> None:
        """Put the layers back that were taken out of the viewer."""
        photograph = self._photograph
        if photograph is not None:
            self.remove()
            forget_drawn(self._viewer)
            self.show_photograph(photograph)
            self.add_points()

    def show_photograph(self, photograph: NDArray[np.uint8]) -> Image:
        """Show a photograph (H, W, 3) under everything; returns its layer."""
        self._photograph = photograph
        if photograph is not self._played:
            self._played = None
        if PLACEHOLDER_LAYER in self._viewer.layers:
            self._viewer.layers.remove(PLACEHOLDER_LAYER)
        if self.image is None or self.image not in self._viewer.layers:
            self.image = Image(
                photograph, rgb=True, name=PHOTOGRAPH_LAYER, interpolation2d="linear"
            )
            self.image.events.mode.connect(self._stay_in_pan_zoom)
            self.image.events.data.connect(self._restore_photograph)
            self._hold_in_place(self.image)
            self._viewer.add_layer(self.image)
            self.put_in_order()
            self.covering = add_covering_overlay(self.image, self.light)
        elif self.image.data is not photograph:
            self.image.data = photograph
        attach_to_image(self._viewer, self.image, (self.light, self.curtain))
        return self.image

    def play_photograph(self, pixels: NDArray[np.uint8]) -> None:
        """Show the next frame (H, W, 3) of what plays: in place, with a light refresh.

        Assigning `data` takes 1.4 times the processor time (benchmarks/playing.py).
        """
        played = self._played
        if played is None or played.shape != pixels.shape or self._photograph is not played:
            played = self._played = pixels.copy()
            self.show_photograph(played)
            return
        np.copyto(played, pixels)
        if self.image is not None:
            self.image.refresh(thumbnail=False, highlight=False, extent=False)

    def show_vertices(self, landmarks: NDArray[np.float32]) -> None:
        """Let the points layer hold these vertices, (n, 2 or 3)."""
        self._vertices = to_napari(landmarks)
        with self.points.events.data.blocker(self._restore_if_changed_from_outside):
            if len(self.points.data) != len(self._vertices):  # a face of another layout
                self.points.data = self._vertices.copy()
                return
            # In place with a light refresh: 2 ms where assigning `data` takes 6.
            self.points.data[:] = self._vertices
            self.points.refresh(thumbnail=False, highlight=False, extent=False)

    def add_points(self) -> None:
        """Put the points layer into the viewer unless it is there, and make it the active one."""
        if self.points not in self._viewer.layers:
            self._viewer.add_layer(self.points)
            self.put_in_order()
        self._viewer.layers.selection.active = self.points

    def remove(self) -> None:
        """Take the layers out of the viewer."""
        self._photograph = None
        for layer in (self.points, self.image):
            if layer is not None and layer in self._viewer.layers:
                self._viewer.layers.remove(layer)
        self.image = self.covering = None

    def _restore_if_changed_from_outside(self) -> None:
        """Undo what napari's own tools did to the points: a mesh keeps its vertices."""
        expected = self._vertices
        if self.points.data.shape != expected.shape or (self.points.data != expected).any():
            with self.points.events.data.blocker(self._restore_if_changed_from_outside):
                self.points.data = expected.copy()

    def _stay_in_pan_zoom(self) -> None:
        for layer in (self.points, self.image):
            if layer is not None and layer.mode != "pan_zoom":
                layer.mode = "pan_zoom"

    def _hold_in_place(self, layer: Image | Points) -> None:
        for name in PLACE_EVENTS:
            getattr(layer.events, name).connect(self._put_back)

    def _put_back(self) -> None:
        moved = [y for y in (self.points, self.image) if y is not None and not is_in_place(y)]
        for layer in moved:
            with layer.events.blocker_all():
                put_back(layer)
            for name in PLACE_EVENTS:
                getattr(layer.events, name)()
        if moved:
            self.disturbed.emit()

    def _restore_photograph(self) -> None:
        image, photograph = self.image, self._photograph
        if image is not None and photograph is not None and image.data is not photograph:
            image.data = photograph
            self.disturbed.emit()

    def _keep_help(self) -> None:
        """Undo what napari says of its own keys whenever the layer is added or its mode set."""
        text = self.points.help
        if text and not text.startswith(_HELP_OF_NAPARI):
            self._help = text
        else:
            self.points.help = self._help


def _make_points_layer() -> Points:
    layer = Points(
        np.zeros((0, 2), np.float32),
        name=MESH_LAYER,
        face_color="transparent",
        border_color="transparent",
    )
    layer.help = f"{keys_of('help')} shows every key"
    for key in _EDITING_KEYS:
        layer.bind_key(bound_key(key), _ignore, overwrite=True)
    return layer


def _ignore(layer: Points) -> None:
    """Do nothing: the key would add or delete vertices."""
