"""The photograph, the vertices and the edges of one sample in a napari viewer."""

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image, Points
from numpy.typing import NDArray

from annotator.mesh.landmarks import LANDMARK_COUNT, bounding_box
from annotator.mesh.topology import load_topology
from annotator.plugin.convert import position_to_napari, to_napari
from annotator.plugin.drawing import BrushCircle, draw_mesh
from annotator.plugin.key_names import bound_key
from annotator.plugin.keys import keys_of
from annotator.plugin.private import add_mesh_overlay

if TYPE_CHECKING:
    from napari import Viewer

PHOTOGRAPH_LAYER = "Photograph"
MESH_LAYER = "Face mesh"
# What a reader put in the viewer to be looked at until the first sample is shown.
PLACEHOLDER_LAYER = "Sample photograph"

# The face fills this share of the canvas when framed, so that its surroundings show.
_FRAMED_SHARE = 0.72
# Keys by which napari's Points layer would add, select, copy or delete points.
_EDITING_KEYS = (
    "Delete", "Backspace", "1", "2", "3", "4", "P", "S", "Shift-A",
    "Mod-A", "Mod-C", "Mod-V", "Mod-D",
)  # fmt: skip


class FaceView:
    """Two layers and an overlay that show one sample.

    The points layer holds the vertices for napari's sake (its list, its eye, its "save as");
    they are drawn by the overlay, which takes a quarter of the time.

    Parameters
    ----------
    viewer : napari.Viewer
    """

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._image: Image | None = None
        self._landmarks: NDArray[np.float32] = np.zeros((LANDMARK_COUNT, 3), np.float32)
        self._influence: NDArray[np.float64] | None = None
        self._circle: BrushCircle | None = None
        self._points = _make_points_layer()
        topology = load_topology()
        self._overlay = add_mesh_overlay(
            self._points, topology.opened_edges, topology.contour_edges
        )
        self._points.events.data.connect(self._restore_if_changed_from_outside)
        self._points.events.mode.connect(self._stay_in_pan_zoom)

    @property
    def mesh_layer(self) -> Points:
        """The layer with the vertices."""
        return self._points

    @property
    def is_shown(self) -> bool:
        """Whether the layers are in the viewer."""
        return self._points in self._viewer.layers

    @property
    def is_editable(self) -> bool:
        """Whether the mesh can be seen, and so be edited."""
        return self.is_shown and bool(self._points.visible)

    def show(self, photograph: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> None:
        """Show another sample and frame its face.

        Parameters
        ----------
        photograph : (H, W, 3) uint8 RGB, upright
        landmarks : (468, 3) float32
        """
        self._influence = self._circle = None
        if PLACEHOLDER_LAYER in self._viewer.layers:
            self._viewer.layers.remove(PLACEHOLDER_LAYER)
        self._show_photograph(photograph)
        self.update(landmarks)
        if self._points not in self._viewer.layers:
            self._viewer.add_layer(self._points)
        self._viewer.layers.selection.active = self._points
        self.frame()

    def update(self, landmarks: NDArray[np.float32]) -> None:
        """Show another state of the mesh, as after a stroke."""
        self._landmarks = landmarks
        # In place with a light refresh: 2 ms where assigning `data` takes 6.
        with self._points.events.data.blocker(self._restore_if_changed_from_outside):
            self._points.data[:] = to_napari(landmarks)
            self._points.refresh(thumbnail=False, highlight=False, extent=False)
        self._draw()

    def move(self, landmarks: NDArray[np.float32], circle: BrushCircle | None) -> None:
        """Show the mesh and the circle during a stroke; the influence stays as it was.

        Only what is drawn moves: the layer's own points, which nothing draws, wait for the
        stroke's end and its `update`.
        """
        self._landmarks, self._circle = landmarks, circle
        self._draw()

    def show_brush(
        self, circle: BrushCircle | None, influence: NDArray[np.float64] | None = None
    ) -> None:
        """Show the brush's circle and colour the mesh by its influence (468,), or neither."""
        self._circle, self._influence = circle, influence
        self._draw()

    def frame(self) -> None:
        """Centre the camera on the face so that it fills most of the canvas."""
        left, top, width, height = bounding_box(self._landmarks)
        canvas_height, canvas_width = self._viewer.canvas.size
        camera = self._viewer.scene.camera
        camera.center = position_to_napari((left + width / 2, top + height / 2))
        camera.zoom = _FRAMED_SHARE * min(
            canvas_width / max(width, 1.0), canvas_height / max(height, 1.0)
        )

    def toggle_mesh(self) -> None:
        """Hide vertices and edges, or show them again."""
        self._points.visible = not self._points.visible

    def clear(self) -> None:
        """Take the layers out of the viewer."""
        for layer in (self._points, self._image):
            if layer is not None and layer in self._viewer.layers:
                self._viewer.layers.remove(layer)
        self._image = None

    def _show_photograph(self, photograph: NDArray[np.uint8]) -> None:
        if self._image is None or self._image not in self._viewer.layers:
            self._image = Image(
                photograph, rgb=True, name=PHOTOGRAPH_LAYER, interpolation2d="linear"
            )
            self._viewer.add_layer(self._image)
            self._viewer.layers.move(self._viewer.layers.index(self._image), 0)
        elif self._image.data is not photograph:
            self._image.data = photograph

    def _draw(self) -> None:
        self._overlay.drawing = draw_mesh(self._landmarks, self._influence, self._circle)

    def _restore_if_changed_from_outside(self) -> None:
        """Undo what napari's own tools did to the points: a mesh has 468, no more, no less."""
        expected = to_napari(self._landmarks)
        if self._points.data.shape != expected.shape or (self._points.data != expected).any():
            with self._points.events.data.blocker(self._restore_if_changed_from_outside):
                self._points.data = expected

    def _stay_in_pan_zoom(self) -> None:
        if self._points.mode != "pan_zoom":
            self._points.mode = "pan_zoom"


def _make_points_layer() -> Points:
    layer = Points(
        np.zeros((LANDMARK_COUNT, 2), np.float32),
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
