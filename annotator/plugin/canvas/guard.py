"""Keeps mesh and photograph as the tools need them, and tells what can be seen of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from qtpy.QtCore import QObject, QTimer

from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.bench import Bench
from annotator.workbench.look.view_settings import MeshStyle, Texture
from annotator.workbench.sight import Sight

_FLAT = "Mesh and photograph are shown in two dimensions, upright and one on the other."
_STAY = "Photograph and mesh stay in the view, the mesh on top."


class Guard(QObject):
    """Puts back what napari's switches do to the view while a sample is shown.

    What an annotator may want for a while, as a hidden mesh, is left alone: then the bench is
    told that nothing is seen, and neither tools act nor verdicts are given.

    Parameters
    ----------
    viewer : napari.Viewer
    view : FaceView
    bench : Bench
        Asks here what can be seen.
    tell : callable
        Shows the annotator a sentence.
    """

    def __init__(
        self, viewer: Any, view: FaceView, bench: Bench, tell: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._viewer, self._view, self._bench, self._tell = viewer, view, bench, tell
        # Layers are put back once napari has finished with the change.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._hold_layers)
        self._camera: tuple[Any, float] | None = None
        # Runs until all is told of axes that were put back.
        self._axes_held = QTimer(self)
        self._axes_held.setSingleShot(True)
        viewer.scene.camera.events.center.connect(self._remember_camera)
        viewer.scene.camera.events.zoom.connect(self._remember_camera)
        viewer.dims.events.order.connect(self._hold_axes)
        viewer.dims.events.ndisplay.connect(self._hold_axes)
        viewer.canvas.grid.events.enabled.connect(self._hold_grid)
        for name in ("inserted", "removed", "reordered"):
            getattr(viewer.layers.events, name).connect(self._look_soon)
        view.layers.disturbed.connect(self._tell_of_layers)
        bench.look = self.look

    def close(self) -> None:
        """Leave the view to napari."""
        viewer = self._viewer
        self._soon.stop()
        self._axes_held.stop()
        viewer.scene.camera.events.center.disconnect(self._remember_camera)
        viewer.scene.camera.events.zoom.disconnect(self._remember_camera)
        viewer.dims.events.order.disconnect(self._hold_axes)
        viewer.dims.events.ndisplay.disconnect(self._hold_axes)
        viewer.canvas.grid.events.enabled.disconnect(self._hold_grid)
        for name in ("inserted", "removed", "reordered"):
            getattr(viewer.layers.events, name).disconnect(self._look_soon)
        self._view.layers.disturbed.disconnect(self._tell_of_layers)
        self._bench.look = Sight

    def look(self) -> Sight:
        """Return what can be seen of the sample under edit."""
        view, layers, settings = self._view, self._view.layers, self._view.settings
        image = layers.image
        if image is None or not layers.are_complete:
            return Sight(has_layers=False)
        is_covered = settings.turned or settings.texture is not Texture.NONE
        return replace(
            Sight(keys=self._bench.keys),
            lies_flat=self._lies_flat(),
            mesh_is_shown=bool(layers.points.visible),
            photograph_is_shown=bool(image.visible),
            mesh_opacity=settings.opacity,
            photograph_opacity=float(image.opacity),
            covered_by=layers.covered_by(),
            shows_prediction=view.shows_prediction,
            has_vertices=view.has_vertices,
            is_in_frame=self._is_in_frame(),
            is_drawn=settings.style is not MeshStyle.UNDER_BRUSH or is_covered,
        )

    def _lies_flat(self) -> bool:
        is_one_view = self._has_natural_axes() and not self._viewer.canvas.grid.enabled
        return is_one_view and self._view.layers.are_in_place

    def _is_in_frame(self) -> bool:
        """Return whether the box around the mesh and the canvas have a point in common."""
        camera, size = self._viewer.scene.camera, np.array(self._viewer.canvas.size)
        points = self._view.seen_landmarks[:, 1::-1]  # as napari counts: rows, columns
        reach = size / 2 / camera.zoom
        centre = np.array(camera.center[-2:])
        low, high = points.min(axis=0), points.max(axis=0)
        return bool((high >= centre - reach).all() and (low <= centre + reach).all())

    @property
    def _holds(self) -> bool:
        return self._view.layers.are_wanted

    def _has_natural_axes(self) -> bool:
        dims = self._viewer.dims
        return tuple(dims.order) == tuple(range(dims.ndim)) and dims.ndisplay == 2

    def _remember_camera(self) -> None:
        """Take note of where the camera looks: napari resets it when axes change."""
        if not self._axes_held.isActive() and self._has_natural_axes():
            camera = self._viewer.scene.camera
            self._camera = camera.center, camera.zoom

    def _look_where_it_was(self) -> None:
        if self._camera is not None:
            camera = self._viewer.scene.camera
            camera.center, camera.zoom = self._camera

    def _hold_axes(self) -> None:
        if not self._holds:
            return
        if self._has_natural_axes():
            # What napari makes of the axes that were put back comes late, the camera with it.
            if self._axes_held.isActive():
                self._look_where_it_was()
            return
        dims, turn = self._viewer.dims, self._bench.keys.text("turn")
        was_3d = dims.ndisplay != 2
        self._axes_held.start(0)
        dims.ndisplay = 2
        dims.order = tuple(range(dims.ndim))
        self._look_where_it_was()
        self._tell(f"{_FLAT} {turn} turns the face in 3D." if was_3d and turn else _FLAT)

    def _hold_grid(self) -> None:
        if self._holds and self._viewer.canvas.grid.enabled:
            self._viewer.canvas.grid.enabled = False
            self._tell(_FLAT)

    def _look_soon(self) -> None:
        if self._holds:
            self._soon.start(0)

    def _hold_layers(self) -> None:
        if not self._holds:
            return
        moved = self._view.layers.put_in_order()
        if not self._view.layers.are_complete:
            self._view.show_again()
            moved = True
        if moved:
            self._tell(_STAY)

    def _tell_of_layers(self) -> None:
        self._tell(_FLAT)
