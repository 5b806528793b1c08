"""What an annotator sees of one sample: the photograph and the mesh over it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Points
from numpy.typing import NDArray
from psygnal import Signal

from annotator.mesh.tools.base import Aim, MeshState, Position, Tool
from annotator.mesh.tools.turned import TurnedTool
from annotator.plugin.canvas.face_layers import FaceLayers
from annotator.plugin.canvas.face_scene import FaceScene, Landmarks
from annotator.plugin.canvas.framing import Framing
from annotator.workbench.look.colouring import Legend, legend_of
from annotator.workbench.look.coordinates import position_from_napari
from annotator.workbench.look.drawing import MeshDrawing
from annotator.workbench.look.frames import face_frame, kept_frame, region_frame
from annotator.workbench.look.light import Light
from annotator.workbench.look.outlines import Outlines
from annotator.workbench.look.pointing import pointed_text
from annotator.workbench.look.view_settings import Colours, ViewSettings, next_choice

if TYPE_CHECKING:
    from napari import Viewer

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
    holds_zoom : bool
        Whether the next sample is shown as large as this one whatever the settings say.
    settings_changed
        Carries the settings.
    legend_changed
        The colours of the mesh mean something else.
    turned
        The mesh is shown turned in space now, or over the photograph again.
    """

    settings_changed = Signal(object)
    legend_changed = Signal()
    turned = Signal()

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self.holds_zoom = False
        self._scene = FaceScene(viewer)
        self._framing = Framing(viewer)
        viewer.scene.camera.events.zoom.connect(self._show_at_zoom)
        self.mesh_layer.events.visible.connect(self._scene.restyle)
        self._scene.layers.points.text_at = self.text_at

    @property
    def mesh_layer(self) -> Points:
        """The layer with the vertices."""
        return self._scene.layers.points

    @property
    def layers(self) -> FaceLayers:
        """The layers in the viewer."""
        return self._scene.layers

    @property
    def shows_prediction(self) -> bool:
        """Whether the prediction is drawn in the mesh's place."""
        return self._scene.shows_prediction

    @property
    def has_vertices(self) -> bool:
        """Whether a part of the face is not hidden."""
        state = self._scene.state
        return state is not None and not state.hidden.all()

    @property
    def is_shown(self) -> bool:
        """Whether the layers are in the viewer."""
        return self._scene.layers.are_shown

    @property
    def is_editable(self) -> bool:
        """Whether the mesh can be seen, and tools act on it."""
        return self.is_shown and bool(self.mesh_layer.visible) and not self.turns_on_drag

    @property
    def turns_on_drag(self) -> bool:
        """Whether a drag turns the mesh instead of moving its vertices."""
        return self._scene.settings.turned and not self._scene.settings.depth_moves

    @property
    def drawing(self) -> MeshDrawing | None:
        """What is drawn of the mesh, for tests and scripts to look at."""
        return self._scene.drawing

    @property
    def seen_landmarks(self) -> Landmarks:
        """The mesh as it lies on the screen, turned or not, (n, 3) in px of the image."""
        return self._scene.seen(self._scene.landmarks)

    @property
    def settings(self) -> ViewSettings:
        """What is shown, and how; assign another value to change it."""
        return self._scene.settings

    @settings.setter
    def settings(self, settings: ViewSettings) -> None:
        before, self._scene.settings = self._scene.settings, settings
        if settings == before:
            return
        if settings.light != before.light:
            self._scene.layers.light.show_in(settings.light)
        if settings.turned != before.turned:
            self._scene.aim = None  # it was another view's
            self.turned.emit()
        if replace(settings, light=before.light) != before:
            self._scene.restyle()
        self.settings_changed.emit(settings)
        if settings.colours != before.colours:
            self.legend_changed.emit()

    @property
    def uncertainty(self) -> NDArray[np.floating] | None:
        """How far each vertex may be off, (n,) in px of the image; None if nobody knows."""
        return self._scene.uncertainty

    @uncertainty.setter
    def uncertainty(self, uncertainty: NDArray[np.floating] | None) -> None:
        self._scene.uncertainty = uncertainty
        self._scene.restyle()
        self.legend_changed.emit()

    @property
    def legend(self) -> Legend:
        """What the colours of the mesh mean."""
        scene = self._scene
        against = "the prediction" if scene.compared is None else "what it is compared with"
        return legend_of(scene.state, scene.settings.colours, scene.uncertainty, against)

    def show(
        self,
        photograph: NDArray[np.uint8],
        state: MeshState,
        *,
        stays: bool = False,
        is_faint: bool = False,
    ) -> None:
        """Show another sample, framed or, if the settings say so, as large as the one before.

        Parameters
        ----------
        photograph : (H, W, 3) uint8 RGB, upright
        state
        stays : bool
            Whether the camera stays where it is, as from one frame of a clip to the next, unless
            the face is elsewhere.
        is_faint : bool
            Whether the mesh is drawn lighter: it was carried over from other frames.
        """
        scene, is_first = self._scene, self._scene.state is None
        before = scene.seen(scene.landmarks)
        scene.aim = scene.uncertainty = scene.compared = None
        scene.is_faint = is_faint
        scene.layers.show_photograph(photograph)
        scene.size = (photograph.shape[1], photograph.shape[0])
        self.update(state)
        scene.layers.add_points()
        if stays and not is_first and self._is_in_sight(state):
            if not state.hidden.all():
                self._framing.follow(scene.seen(scene.landmarks))
        elif (scene.settings.keeps_zoom or self.holds_zoom) and not is_first:
            kept = kept_frame(scene.seen(scene.landmarks), before, self._framing.zoom)
            self._framing.look_at(kept)
        else:
            self.frame()
        if scene.settings.colours is Colours.UNCERTAINTY:
            self.legend_changed.emit()

    def play(self, pixels: NDArray[np.uint8], landmarks: Landmarks | None) -> None:
        """Show the next frame of what plays and the mesh of this very frame, or none.

        Both are drawn at once: nothing is painted in between. `show` ends it. The camera goes
        along where the face would leave the canvas.

        Parameters
        ----------
        pixels : (H, W, 3) uint8 RGB, upright
        landmarks : (n, 3) float32, optional
        """
        self._scene.layers.play_photograph(pixels)
        self._scene.play(landmarks)
        if landmarks is not None:
            self._framing.follow(self._scene.seen(landmarks))

    def show_again(self) -> None:
        """Put the layers back that were taken out of the viewer, seen from where they were."""
        camera = self._viewer.scene.camera
        centre, zoom = camera.center, camera.zoom
        self._scene.layers.show_again()
        self._scene.restyle()
        camera.center, camera.zoom = centre, zoom

    def update(self, state: MeshState) -> None:
        """Show another state of the mesh, as after a stroke."""
        self._scene.set_state(state)
        self._scene.layers.show_vertices(state.landmarks)
        self._scene.restyle()

    def move(self, landmarks: Landmarks, aim: Aim | None) -> None:
        """Show the mesh and the aim during a stroke, and which triangles it has turned over.

        Only what is drawn moves: the layer's own points, which nothing draws, wait for the
        stroke's end and its `update`.
        """
        self._scene.landmarks = landmarks
        self._scene.aim, self._scene.is_stroke = aim, True
        self._scene.draw()

    def show_aim(self, aim: Aim | None) -> None:
        """Show what a press here would do, or nothing."""
        if aim is not None or self._scene.aim is not None:
            self._scene.aim, self._scene.is_stroke = aim, False
            self._scene.draw()

    @property
    def aim(self) -> Aim | None:
        """What is shown of what a tool would do or does."""
        return self._scene.aim

    def show_others(self, others: Outlines) -> None:
        """Show the other faces of the photograph, as long as it lies flat."""
        self._scene.others = others
        self._scene.draw()

    def show_guide(self, lines: NDArray[np.float32]) -> None:
        """Show the line segments of a guide, (m, 2), as long as the photograph lies flat."""
        self._scene.guide = lines
        self._scene.draw()

    def text_at(self, position: Position) -> str:
        """Return what (x, y) on the screen is over, in words."""
        state = self._scene.state
        if state is None:
            return ""
        pixel = 1 / self._framing.zoom
        return pointed_text(self.seen_landmarks, state.layout, position, pixel, state.hidden)

    def flicker(self, shows_prediction: bool) -> None:
        """Show the prediction in place of the mesh, as long as a key is held."""
        if shows_prediction != self._scene.shows_prediction:
            self._scene.shows_prediction = shows_prediction
            self._scene.draw()

    def compare_with(self, landmarks: Landmarks | None) -> None:
        """Show another prediction, (n, 3) or None, than the mesh began with, of this sample."""
        if landmarks is not self._scene.compared:
            self._scene.compared = landmarks
            self._scene.restyle()
            self.legend_changed.emit()

    def point_at(self, vertices: Sequence[int]) -> None:
        """Show some vertices so that they are seen at once, and no others."""
        self._scene.pointed_at = np.array(vertices, np.intp)
        self._scene.restyle()

    def frame(self) -> None:
        """Centre the camera on the face so that it fills most of the canvas."""
        seen = self._scene.seen(self._scene.landmarks)
        self._framing.frame(lambda canvas: face_frame(seen, canvas))

    def frame_region(self, vertices: NDArray[np.integer]) -> None:
        """Centre the camera on a part of the face and show it large."""
        seen = self._scene.seen(self._scene.landmarks)
        self._framing.frame(lambda canvas: region_frame(seen, vertices, canvas))

    def toggle_mesh(self) -> None:
        """Hide everything that lies over the photograph, or show it again."""
        self.mesh_layer.visible = not self.mesh_layer.visible

    def toggle_ghost(self) -> None:
        """Show or hide the prediction under the mesh."""
        self.settings = replace(self._scene.settings, ghost=not self._scene.settings.ghost)

    def toggle_turned(self) -> None:
        """Show the mesh turned in space, or over the photograph again."""
        self.settings = replace(self._scene.settings, turned=not self._scene.settings.turned)

    def cycle_style(self) -> None:
        """Draw the next choice of the mesh's parts."""
        self.settings = replace(self._scene.settings, style=next_choice(self._scene.settings.style))

    def cycle_colours(self) -> None:
        """Colour the mesh by the next thing."""
        self.settings = replace(
            self._scene.settings, colours=next_choice(self._scene.settings.colours)
        )

    def reset_light(self) -> None:
        """Show the photograph as it is."""
        self.settings = replace(self.settings, light=Light())

    def cycle_texture(self) -> None:
        """Lay the next texture over the face."""
        self.settings = replace(
            self._scene.settings, texture=next_choice(self._scene.settings.texture)
        )

    def turn_by(self, right: float, down: float) -> None:
        """Turn the mesh as a drag by so many pixels of the screen does."""
        self._scene.turn = self._scene.turn.by(
            right * _DEGREES_PER_PIXEL, down * _DEGREES_PER_PIXEL
        )
        self._scene.restyle()

    def position_of(self, event: Any) -> tuple[Position, float]:
        """Return where a mouse event of napari is, and px of the image in a screen's pixel."""
        position = position_from_napari(self.mesh_layer.world_to_data(event.position))
        return position, 1 / event.camera_zoom

    def tool_in_view(self, tool: Tool) -> Tool:
        """Return the tool as it acts in this view: in the plane of what is seen."""
        return TurnedTool(tool, self._scene.turn) if self._scene.settings.turned else tool

    def clear(self) -> None:
        """Take the layers out of the viewer."""
        self._framing.forget()
        self._scene.layers.remove()

    def close(self) -> None:
        """Follow camera and canvas no longer: what is left of the view draws nothing more."""
        self._viewer.scene.camera.events.zoom.disconnect(self._show_at_zoom)
        self._framing.close()

    def _is_in_sight(self, state: MeshState) -> bool:
        """Return whether the middle of a face is on the canvas, or there is no face to be seen."""
        if state.hidden.all():
            return True
        x, y = self._scene.seen(state.landmarks)[:, :2].mean(axis=0).tolist()
        return self._framing.sees((x, y))

    def _show_at_zoom(self) -> None:
        self._scene.set_zoom(self._framing.zoom)
