"""What an annotator sees of one sample: the photograph and the mesh over it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Points
from numpy.typing import NDArray
from psygnal import Signal

from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import LANDMARK_COUNT
from annotator.mesh.tools.base import Aim, MeshState, Position, Tool
from annotator.mesh.tools.turned import TurnedTool
from annotator.mesh.topology import load_topology
from annotator.mesh.turning import Turn
from annotator.plugin.colouring import Legend, legend_of
from annotator.plugin.convert import position_from_napari, position_to_napari, to_pixel_centres
from annotator.plugin.drawing import (
    NO_TRIANGLES,
    BrushCircle,
    Comparison,
    MeshDrawing,
    aim_lines,
    aimed_look,
    comparison_of,
)
from annotator.plugin.face_layers import FaceLayers
from annotator.plugin.frames import Frame, face_frame, kept_frame, region_frame
from annotator.plugin.look import Look, look_of
from annotator.plugin.private import add_mesh_overlay
from annotator.plugin.view_settings import ViewSettings, next_choice

if TYPE_CHECKING:
    from napari import Viewer

Landmarks = NDArray[np.float32]
# A drag across a laptop's canvas turns the face from one profile to the other.
_DEGREES_PER_PIXEL = 0.3


class FaceView:
    """Shows one sample, and what a tool would do or does to it.

    Positions are (x, y) in px of the image; while the mesh is shown turned they are those of
    the view, see `tool_in_view`.

    Parameters
    ----------
    viewer : napari.Viewer

    Attributes
    ----------
    settings_changed
        Carries the settings.
    legend_changed
        The colours of the mesh mean something else.
    """

    settings_changed = Signal(object)
    legend_changed = Signal()

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._layers = FaceLayers(viewer)
        self._overlay = add_mesh_overlay(self._layers.points)
        self._settings = ViewSettings()
        self._state: MeshState | None = None
        self._landmarks: Landmarks = np.zeros((LANDMARK_COUNT, 3), np.float32)
        self._aim: Aim | None = None
        self._look: Look | None = None
        self._comparison: Comparison | None = None
        self._flipped = NO_TRIANGLES
        self._uncertainty: NDArray[np.floating] | None = None
        self._shows_prediction = False
        self._turn = Turn(yaw=30.0)
        self._aimed: tuple[Look, object, Look] | None = None
        self._points: tuple[Landmarks, Turn | None, Landmarks] | None = None

    @property
    def mesh_layer(self) -> Points:
        """The layer with the vertices."""
        return self._layers.points

    @property
    def is_shown(self) -> bool:
        """Whether the layers are in the viewer."""
        return self._layers.are_shown

    @property
    def is_editable(self) -> bool:
        """Whether the mesh can be seen, and tools act on it."""
        return self.is_shown and bool(self.mesh_layer.visible) and not self.turns_on_drag

    @property
    def turns_on_drag(self) -> bool:
        """Whether a drag turns the mesh instead of moving its vertices."""
        return self._settings.turned and not self._settings.depth_moves

    @property
    def settings(self) -> ViewSettings:
        """What is shown, and how; assign another value to change it."""
        return self._settings

    @settings.setter
    def settings(self, settings: ViewSettings) -> None:
        before, self._settings = self._settings, settings
        if settings == before:
            return
        if settings.light != before.light:
            self._layers.light.show_in(settings.light)
        if replace(settings, light=before.light) != before:
            self._restyle()
        self.settings_changed.emit(settings)
        if settings.colours != before.colours:
            self.legend_changed.emit()

    @property
    def uncertainty(self) -> NDArray[np.floating] | None:
        """How far each vertex may be off, (468,) in px of the image; None if nobody knows."""
        return self._uncertainty

    @uncertainty.setter
    def uncertainty(self, uncertainty: NDArray[np.floating] | None) -> None:
        self._uncertainty = uncertainty
        self._restyle()
        self.legend_changed.emit()

    @property
    def legend(self) -> Legend:
        """What the colours of the mesh mean."""
        return legend_of(self._state, self._settings.colours, self._uncertainty)

    def show(self, photograph: NDArray[np.uint8], state: MeshState | Landmarks) -> None:
        """Show another sample, framed or, if the settings say so, as large as the one before.

        Parameters
        ----------
        photograph : (H, W, 3) uint8 RGB, upright
        state
        """
        before = self._seen(self._landmarks) if self._state is not None else None
        self._aim, self._uncertainty = None, None
        self._layers.show_photograph(photograph)
        self.update(state)
        self._layers.add_points()
        if self._settings.keeps_zoom and before is not None:
            zoom = self._viewer.scene.camera.zoom
            self._look_at(kept_frame(self._seen(self._landmarks), before, zoom))
        else:
            self.frame()

    def update(self, state: MeshState | Landmarks) -> None:
        """Show another state of the mesh, as after a stroke."""
        if not isinstance(state, MeshState):
            state = MeshState(state, state)
        self._state, self._landmarks = state, state.landmarks
        self._flipped = NO_TRIANGLES
        self._layers.show_vertices(state.landmarks)
        self._restyle()

    def move(self, landmarks: Landmarks, aim: Aim | BrushCircle | None) -> None:
        """Show the mesh and the aim during a stroke, and which triangles it has turned over.

        Only what is drawn moves: the layer's own points, which nothing draws, wait for the
        stroke's end and its `update`.
        """
        if self._state is None:
            return
        self._landmarks = landmarks
        self._aim = self._as_aim(aim)
        triangles = load_topology().triangles
        flipped = newly_flipped(self._state.landmarks, landmarks, triangles)
        self._flipped = triangles[flipped].astype(np.uint32) if flipped.any() else NO_TRIANGLES
        if self._settings.vectors:
            self._compare()
        self._draw()

    def show_aim(self, aim: Aim | None) -> None:
        """Show what a press here would do, or nothing."""
        if aim is not None or self._aim is not None:
            self._aim = aim
            self._draw()

    def show_brush(
        self, circle: BrushCircle | None, influence: NDArray[np.float64] | None = None
    ) -> None:
        """Show the brush's circle and colour the mesh by its influence (468,), or neither."""
        if circle is None:
            self.show_aim(None)
            return
        weights = np.zeros(LANDMARK_COUNT) if influence is None else influence
        self.show_aim(Aim(weights, circle.centre, circle.radius, circle.inner))

    def flicker(self, shows_prediction: bool) -> None:
        """Show the prediction in place of the mesh, as long as a key is held."""
        if shows_prediction != self._shows_prediction:
            self._shows_prediction = shows_prediction
            self._draw()

    def frame(self) -> None:
        """Centre the camera on the face so that it fills most of the canvas."""
        self._look_at(face_frame(self._seen(self._landmarks), self._viewer.canvas.size))

    def frame_region(self, vertices: NDArray[np.integer]) -> None:
        """Centre the camera on a part of the face and show it large."""
        seen = self._seen(self._landmarks)
        self._look_at(region_frame(seen, vertices, self._viewer.canvas.size))

    def toggle_mesh(self) -> None:
        """Hide everything that lies over the photograph, or show it again."""
        self.mesh_layer.visible = not self.mesh_layer.visible

    def toggle_ghost(self) -> None:
        """Show or hide the prediction under the mesh."""
        self.settings = replace(self._settings, ghost=not self._settings.ghost)

    def toggle_turned(self) -> None:
        """Show the mesh turned in space, or over the photograph again."""
        self.settings = replace(self._settings, turned=not self._settings.turned)

    def cycle_style(self) -> None:
        """Draw the next choice of the mesh's parts."""
        self.settings = replace(self._settings, style=next_choice(self._settings.style))

    def cycle_colours(self) -> None:
        """Colour the mesh by the next thing."""
        self.settings = replace(self._settings, colours=next_choice(self._settings.colours))

    def cycle_texture(self) -> None:
        """Lay the next texture over the face."""
        self.settings = replace(self._settings, texture=next_choice(self._settings.texture))

    def turn_by(self, right: float, down: float) -> None:
        """Turn the mesh as a drag by so many pixels of the screen does."""
        self._turn = self._turn.by(right * _DEGREES_PER_PIXEL, down * _DEGREES_PER_PIXEL)
        self._restyle()

    def position_of(self, event: Any) -> tuple[Position, float]:
        """Return where a mouse event of napari is, and px of the image in a screen's pixel."""
        position = position_from_napari(self.mesh_layer.world_to_data(event.position))
        return position, 1 / event.camera_zoom

    def tool_in_view(self, tool: Tool) -> Tool:
        """Return the tool as it acts in this view: in the plane of what is seen."""
        return TurnedTool(tool, self._turn) if self._settings.turned else tool

    def clear(self) -> None:
        """Take the layers out of the viewer."""
        self._layers.remove()

    def _as_aim(self, aim: Aim | BrushCircle | None) -> Aim | None:
        if isinstance(aim, BrushCircle):
            influence = np.zeros(LANDMARK_COUNT) if self._aim is None else self._aim.influence
            return Aim(influence, aim.centre, aim.radius, aim.inner)
        return aim

    def _seen(self, landmarks: Landmarks) -> Landmarks:
        return self._turn.seen(landmarks) if self._settings.turned else landmarks

    def _restyle(self) -> None:
        """Work out anew what stays the same until the next stroke or setting."""
        if self._state is None:
            return
        self._look = look_of(self._state, self._settings, uncertainty=self._uncertainty)
        self._overlay.vertex_size = self._settings.vertex_size
        self._compare()
        self._draw()

    def _compare(self) -> None:
        assert self._state is not None
        self._comparison = comparison_of(
            self._state,
            self._settings,
            self._seen(self._landmarks),
            self._seen(self._state.prediction),
        )

    def _draw(self) -> None:
        if self._state is None or self._look is None:
            return
        landmarks = self._state.prediction if self._shows_prediction else self._landmarks
        self._overlay.drawing = MeshDrawing(
            points=self._points_of(landmarks),
            look=self._aimed_look(),
            aim=aim_lines(self._aim),
            flipped=self._flipped,
            comparison=self._comparison,
        )

    def _points_of(self, landmarks: Landmarks) -> Landmarks:
        """Return what to draw of a mesh; the same array as long as it is the same."""
        turn = self._turn if self._settings.turned else None
        if self._points is None or self._points[0] is not landmarks or self._points[1] != turn:
            self._points = (landmarks, turn, to_pixel_centres(self._seen(landmarks)))
        return self._points[2]

    def _aimed_look(self) -> Look:
        assert self._look is not None
        assert self._state is not None
        influence = None if self._aim is None else self._aim.influence
        cached = self._aimed
        if cached is None or cached[0] is not self._look or cached[1] is not influence:
            look = aimed_look(self._look, self._aim, self._state.hidden)
            cached = self._aimed = (self._look, influence, look)
        return cached[2]

    def _look_at(self, frame: Frame) -> None:
        camera = self._viewer.scene.camera
        camera.center = position_to_napari(frame.centre)
        camera.zoom = frame.zoom
