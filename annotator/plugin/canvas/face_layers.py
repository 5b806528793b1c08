"""The two layers of napari that a sample is shown with: the photograph and the vertices."""

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image
from numpy.typing import NDArray

from annotator.plugin.canvas.light_filter import CurtainFilter, LightFilter
from annotator.plugin.canvas.named_points import Points
from annotator.plugin.canvas.private import CoveringOverlay, add_covering_overlay, attach_to_image
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
    """

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._vertices = np.zeros((0, 2), np.float32)
        self.image: Image | None = None
        self.points = _make_points_layer()
        self._help = self.points.help
        self.light = LightFilter()
        self.curtain = CurtainFilter()
        self.covering: CoveringOverlay | None = None
        self.points.events.data.connect(self._restore_if_changed_from_outside)
        self.points.events.mode.connect(self._stay_in_pan_zoom)
        self.points.events.help.connect(self._keep_help)

    @property
    def are_shown(self) -> bool:
        """Whether the layers are in the viewer."""
        return self.points in self._viewer.layers

    def show_photograph(self, photograph: NDArray[np.uint8]) -> Image:
        """Show a photograph (H, W, 3) under everything; returns its layer."""
        if PLACEHOLDER_LAYER in self._viewer.layers:
            self._viewer.layers.remove(PLACEHOLDER_LAYER)
        if self.image is None or self.image not in self._viewer.layers:
            self.image = Image(
                photograph, rgb=True, name=PHOTOGRAPH_LAYER, interpolation2d="linear"
            )
            self._viewer.add_layer(self.image)
            self._viewer.layers.move(self._viewer.layers.index(self.image), 0)
            self.covering = add_covering_overlay(self.image, self.light)
        elif self.image.data is not photograph:
            self.image.data = photograph
        attach_to_image(self._viewer, self.image, (self.light, self.curtain))
        return self.image

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
        self._viewer.layers.selection.active = self.points

    def remove(self) -> None:
        """Take the layers out of the viewer."""
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
        if self.points.mode != "pan_zoom":
            self.points.mode = "pan_zoom"

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
