"""Everything that reaches into napari's private modules, in one place.

napari has no public way to draw lines that follow 468 points at interactive speed (Shapes
takes 13-184 ms an update, Vectors 16 ms; this overlay 0.3 ms), nor to hand the keyboard back
to its canvas. Written for and tested with napari 0.9.
"""

from typing import Any

import numpy as np
from napari._vispy.overlays.base import LayerOverlayMixin, VispySceneOverlay
from napari._vispy.utils.visual import overlay_to_visual
from napari.components.overlays import SceneOverlay
from napari.layers import Points
from numpy.typing import NDArray
from qtpy.QtWidgets import QWidget
from vispy.scene.visuals import Compound, Line, Markers

from annotator.plugin.drawing import CIRCLE_COLOUR, LINE_RIM_COLOUR, VERTEX_RIM_COLOUR, MeshDrawing

_OVERLAY_NAME = "face_mesh"
_VERTEX_SIZE_ON_SCREEN = (3.0, 9.0)
_NOWHERE = np.zeros((2, 2), np.float32)


class MeshOverlay(SceneOverlay):
    """The mesh, coloured by the brush's influence, and the brush's circle, over a layer."""

    drawing: Any = None
    edges: Any = None
    contour_edges: Any = None


class VispyMeshOverlay(LayerOverlayMixin, VispySceneOverlay):
    """Draws a `MeshOverlay` with vispy."""

    overlay: MeshOverlay

    def __init__(self, **kwargs: Any) -> None:
        self._edges = Line(connect="segments", method="gl", antialias=True, width=1)
        self._contours = Line(connect="segments", method="gl", antialias=True, width=2)
        self._circle = Line(connect="segments", method="gl", antialias=True, width=1.5)
        # A dark rim under the lines, without which they vanish on light skin.
        self._rims = Line(connect="segments", method="gl", antialias=True, width=3)
        self._vertices = Markers(scaling="visual", method="points")
        self._vertices.canvas_size_limits = _VERTEX_SIZE_ON_SCREEN
        parts = [self._rims, self._edges, self._contours, self._vertices, self._circle]
        for line in (self._rims, self._edges, self._contours, self._circle):
            line.set_data(_NOWHERE, color=CIRCLE_COLOUR)
        self._vertices.set_data(_NOWHERE, size=1)
        super().__init__(node=Compound(parts), **kwargs)
        self.overlay.events.drawing.connect(self._on_drawing_change)
        self.reset()
        self._on_drawing_change()

    def _on_drawing_change(self) -> None:
        drawing: MeshDrawing | None = self.overlay.drawing
        if drawing is None:
            return
        self._show_lines(drawing)
        self._circle.visible = bool(len(drawing.circles))
        if self._circle.visible:
            self._circle.set_data(drawing.circles, color=CIRCLE_COLOUR)
        self._vertices.set_data(
            drawing.points,
            size=drawing.vertex_sizes,
            face_color=drawing.vertex_colours,
            edge_color=VERTEX_RIM_COLOUR,
            edge_width=None,
            edge_width_rel=0.2,
        )

    def _show_lines(self, drawing: MeshDrawing) -> None:
        all_ends = self.overlay.edges.ravel()
        self._rims.set_data(drawing.points[all_ends], color=LINE_RIM_COLOUR)
        for line, edges, colours in (
            (self._edges, self.overlay.edges, drawing.edge_colours),
            (self._contours, self.overlay.contour_edges, drawing.contour_colours),
        ):
            ends = edges.ravel()
            line.set_data(drawing.points[ends], color=colours[ends])

    def close(self) -> None:
        """Let go of the overlay and of the scene."""
        self.overlay.events.drawing.disconnect(self._on_drawing_change)
        super().close()


def add_mesh_overlay(
    layer: Points, edges: NDArray[np.integer], contour_edges: NDArray[np.integer]
) -> MeshOverlay:
    """Attach a mesh overlay to a layer and return it; it is drawn where the layer is visible."""
    overlay_to_visual[MeshOverlay] = VispyMeshOverlay
    overlay = MeshOverlay(visible=True, edges=edges, contour_edges=contour_edges)
    layer._overlays[_OVERLAY_NAME] = overlay
    return overlay


def canvas_widget(viewer: Any) -> QWidget:
    """Return the Qt widget of a viewer's canvas, for keyboard focus and real events."""
    window = getattr(viewer, "__wrapped__", viewer).window
    native: QWidget = window._qt_viewer.canvas.native
    return native


def hide_layer_panels(viewer: Any) -> None:
    """Hide napari's layer list and layer controls; its Window menu brings them back."""
    qt_viewer = getattr(viewer, "__wrapped__", viewer).window._qt_viewer
    for panel in (qt_viewer.dockLayerControls, qt_viewer.dockLayerList):
        panel.hide()
