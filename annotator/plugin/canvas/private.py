"""Everything that reaches into napari's private modules, in one place.

napari has no public way to draw lines that follow a mesh at interactive speed (Shapes
takes 13-184 ms an update, Vectors 16 ms; this overlay 0.3 ms), nor to hand the keyboard back
to its canvas. Written for and tested with napari 0.9.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

from napari._qt.dialogs.qt_notification import NapariQtNotification
from napari._vispy.overlays.base import LayerOverlayMixin, VispySceneOverlay
from napari._vispy.utils.visual import overlay_to_visual
from napari.components.overlays import SceneOverlay
from napari.layers import Image, Points
from qtpy.QtWidgets import QWidget
from vispy.gloo import gl

from annotator.plugin.canvas.covering_node import CoveringNode
from annotator.plugin.canvas.light_filter import LightFilter, SharedFilter
from annotator.plugin.canvas.mesh_node import MeshNode

# GL_MAX_VERTEX_ATTRIBS
_MAX_VERTEX_ATTRIBUTES = 0x8869
_MESH_OVERLAY = "face_mesh"
_COVERING_OVERLAY = "face_covering"


class MeshOverlay(SceneOverlay):
    """The mesh, and what a tool shows, over a layer."""

    drawing: Any = None
    vertex_size: float = 1.0


class VispyMeshOverlay(LayerOverlayMixin, VispySceneOverlay):
    """Draws a `MeshOverlay` with vispy."""

    overlay: MeshOverlay
    node: MeshNode

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(node=MeshNode(), **kwargs)
        self.overlay.events.drawing.connect(self._on_drawing_change)
        self.overlay.events.vertex_size.connect(self._on_size_change)
        self.reset()
        self._on_size_change()
        self._on_drawing_change()

    def _on_drawing_change(self) -> None:
        if self.overlay.drawing is not None:
            self.node.show(self.overlay.drawing)

    def _on_size_change(self) -> None:
        self.node.scale_vertices(self.overlay.vertex_size)

    def _on_blending_change(self) -> None:
        super()._on_blending_change()
        self.node.restore_blending()

    def close(self) -> None:
        """Let go of the overlay and of the scene."""
        self.overlay.events.drawing.disconnect(self._on_drawing_change)
        self.overlay.events.vertex_size.disconnect(self._on_size_change)
        super().close()


def add_mesh_overlay(layer: Points) -> MeshOverlay:
    """Attach a mesh overlay to a layer and return it; it is drawn where the layer is visible."""
    overlay_to_visual[MeshOverlay] = VispyMeshOverlay
    overlay = MeshOverlay(visible=True)
    layer._overlays[_MESH_OVERLAY] = overlay
    return overlay


class CoveringOverlay(SceneOverlay):
    """What covers the face, over the photograph's layer and under the mesh."""

    drawing: Any = None
    light: Any = None


class VispyCoveringOverlay(LayerOverlayMixin, VispySceneOverlay):
    """Draws a `CoveringOverlay` with vispy."""

    overlay: CoveringOverlay
    node: CoveringNode

    def __init__(self, overlay: CoveringOverlay, **kwargs: Any) -> None:
        super().__init__(overlay=overlay, node=CoveringNode(overlay.light), **kwargs)
        self.overlay.events.drawing.connect(self._on_drawing_change)
        self.reset()
        self._on_drawing_change()

    def _on_drawing_change(self) -> None:
        if self.overlay.drawing is not None:
            self.node.show(self.overlay.drawing)

    def _on_blending_change(self) -> None:
        super()._on_blending_change()
        self.node.restore_blending()

    def close(self) -> None:
        """Let go of the overlay and of the scene."""
        self.overlay.events.drawing.disconnect(self._on_drawing_change)
        super().close()


def add_covering_overlay(layer: Image, light: LightFilter) -> CoveringOverlay:
    """Attach what covers the face to the photograph's layer and return it."""
    overlay_to_visual[CoveringOverlay] = VispyCoveringOverlay
    overlay = CoveringOverlay(visible=False, light=light)
    layer._overlays[_COVERING_OVERLAY] = overlay
    return overlay


def attach_to_image(viewer: Any, layer: Image, filters: Iterable[SharedFilter]) -> None:
    """Attach shaders to what draws an image in 2D; they stay when the data changes.

    A photograph larger than a texture may be is drawn in tiles, which are made anew with each
    photograph: call this again after another was shown.
    """
    canvas = getattr(viewer, "__wrapped__", viewer).window._qt_viewer.canvas
    node = canvas.layer_to_visual[layer].node
    for visual in getattr(node, "adopted_children", [node]):
        for shared in filters:
            shared.attach_once(visual)


def forget_drawn(viewer: Any) -> None:
    """Let the graphics card forget what it drew last: call it after a layer was taken out.

    vispy leaves the arrays of a visual switched on when it has drawn it. Where another visual's
    buffer gets the number of one that was deleted, the card would read beyond its end and end the
    program.
    """
    canvas = getattr(viewer, "__wrapped__", viewer).window._qt_viewer.canvas
    canvas._scene_canvas.set_current()
    for attribute in range(gl.glGetParameter(_MAX_VERTEX_ATTRIBUTES)):
        gl.glDisableVertexAttribArray(attribute)


def canvas_widget(viewer: Any) -> QWidget:
    """Return the Qt widget of a viewer's canvas, for keyboard focus and real events."""
    window = getattr(viewer, "__wrapped__", viewer).window
    native: QWidget = window._qt_viewer.canvas.native
    return native


def put_below_canvas(viewer: Any, widget: QWidget) -> None:
    """Put a widget under a viewer's canvas, as wide as it; `leave_canvas` takes it away."""
    window = getattr(viewer, "__wrapped__", viewer).window
    column = window._qt_viewer.canvas.native.parentWidget()
    column.layout().addWidget(widget)


def hide_layer_panels(viewer: Any) -> None:
    """Hide napari's layer list and layer controls; its Window menu brings them back."""
    qt_viewer = getattr(viewer, "__wrapped__", viewer).window._qt_viewer
    for panel in (qt_viewer.dockLayerControls, qt_viewer.dockLayerList):
        panel.hide()


def put_away_notifications(window: QWidget | None, told: Collection[str]) -> None:
    """Close napari's notifications of these sentences in a window.

    napari stops the clock of a notification when the next one comes, and does not start it again:
    it would lie over the face until somebody clicks it away. Its own `close` takes the keyboard.
    """
    for shown in () if window is None else window.findChildren(NapariQtNotification):
        if shown.message.text() in told:
            with suppress(ValueError):
                NapariQtNotification._instances.remove(shown)
            shown.hide()
            shown.deleteLater()


def open_preferences(viewer: Any, page: str) -> QWidget:
    """Open napari's preferences on the page of this name and return the dialog."""
    window = getattr(viewer, "__wrapped__", viewer).window
    dialog: Any = window._open_preferences_dialog()
    pages = dialog._list
    for row in range(pages.count()):
        if pages.item(row).text() == page:
            pages.setCurrentRow(row)
    shown: QWidget = dialog
    return shown
