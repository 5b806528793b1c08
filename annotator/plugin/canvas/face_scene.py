"""Everything that is drawn of one sample, worked out anew only where something changed."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.folds import folded
from annotator.mesh.tools.base import Aim, MeshState
from annotator.mesh.turning import Turn
from annotator.plugin.canvas.face_covering import FaceCovering
from annotator.plugin.canvas.face_layers import FaceLayers
from annotator.plugin.canvas.private import add_mesh_overlay
from annotator.workbench.look.coordinates import to_pixel_centres
from annotator.workbench.look.covering import faces_away
from annotator.workbench.look.drawing import (
    NO_TRIANGLES,
    Comparison,
    MeshDrawing,
    aim_lines,
    aimed_look,
    comparison_of,
)
from annotator.workbench.look.guide_lines import NO_GUIDE
from annotator.workbench.look.look import Look, look_of, pointed_at
from annotator.workbench.look.outlines import NO_OUTLINES, Outlines
from annotator.workbench.look.thinning import FULL, Thinning, middle_edge, thinning_at
from annotator.workbench.look.view_settings import MeshStyle, ViewSettings

if TYPE_CHECKING:
    from napari import Viewer

Landmarks = NDArray[np.float32]

# So opaque is a mesh that nobody looked at yet: corrections of other frames carried over to it.
_FAINT = 0.55
# Before the first sample is shown: the camera may be asked to frame it.
_NO_FACE: Landmarks = np.zeros((1, 3), np.float32)


class FaceScene:
    """The layers of one sample and what is drawn over them.

    Set the state, assign to its other attributes, then call `restyle` or `draw`.

    Parameters
    ----------
    viewer : napari.Viewer

    Attributes
    ----------
    settings : ViewSettings
    turn : Turn
        Of the view in space, where the settings ask for one.
    state : MeshState or None
        As it was at the last stroke's end.
    size : (int, int) or None
        Width and height of the photograph in px.
    landmarks : (n, 3) float32
        The mesh, a stroke under way included.
    aim : Aim or None
    is_stroke : bool
        Whether the aim is that of a stroke under way.
    others : Outlines
        Of the other faces of the photograph; a turned view does not show them.
    guide : (m, 2) float32
        Line segments of the guide; a turned view does not show it.
    uncertainty : (n,) or None
        In px of the image.
    shows_prediction : bool
        Whether the prediction is drawn in place of the mesh.
    pointed_at : (k,) intp
        Vertices that are to be seen at once.
    is_faint : bool
        Whether the mesh is drawn lighter than one that somebody made.
    plays : bool
        Whether the mesh goes by with what plays.
    compared : (n, 3) float32 or None
        What is drawn as the prediction; None for the one that the mesh began with.
    """

    def __init__(self, viewer: "Viewer") -> None:
        self.layers = FaceLayers(viewer)
        self.settings = ViewSettings()
        self.turn = Turn(yaw=30.0)
        self.state: MeshState | None = None
        self.size: tuple[int, int] | None = None
        self.landmarks: Landmarks = _NO_FACE
        self.aim: Aim | None = None
        self.is_stroke = False
        self.others: Outlines = NO_OUTLINES
        self.guide: NDArray[np.float32] = NO_GUIDE
        self.uncertainty: NDArray[np.floating] | None = None
        self.shows_prediction = False
        self.is_faint = self.plays = False
        self.pointed_at: NDArray[np.intp] = np.empty(0, np.intp)
        self.compared: Landmarks | None = None
        self._overlay = add_mesh_overlay(self.layers.points)
        self._covering = FaceCovering(self.layers)
        self._look: Look | None = None
        self._aimed: tuple[Look, object, bool, Look] | None = None
        self._zoom = 0.0
        self._middle_edge = 0.0
        self._comparison: Comparison | None = None
        self._drawn: tuple[Landmarks, Landmarks, Landmarks] | None = None

    @property
    def drawing(self) -> MeshDrawing | None:
        """What is drawn of the mesh."""
        drawing: MeshDrawing | None = self._overlay.drawing
        return drawing

    def seen(self, landmarks: Landmarks) -> Landmarks:
        """Return a mesh (n, 3) as the view shows it."""
        return self.turn.seen(landmarks) if self.settings.turned else landmarks

    def set_state(self, state: MeshState) -> None:
        """Take over a mesh at rest; the view turns around the middle of its prediction."""
        self._overlay.visible, self.plays = True, False
        self.state, self.landmarks = state, state.landmarks
        low, high = state.prediction.min(axis=0), state.prediction.max(axis=0)
        x, y, z = ((low + high) / 2).tolist()
        self.turn = self.turn.around((x, y, z))

    def set_zoom(self, zoom: float) -> None:
        """Draw as much of the mesh as can be told apart where a px is so large on the screen."""
        self._zoom = zoom
        if self.drawing is not None and self._thinning() != self.drawing.thinning:
            self.draw()

    def play(self, landmarks: Landmarks | None) -> None:
        """Draw the mesh of the next frame of what plays as the one before looked; None: no mesh."""
        self._overlay.visible = True
        if landmarks is None or self.state is None or len(landmarks) != len(self.state.landmarks):
            self._overlay.visible = False
            if self.layers.covering is not None:
                self.layers.covering.visible = False
            return
        self.aim, self.plays = None, True
        self.landmarks = landmarks
        self.state = replace(self.state, landmarks=landmarks, prediction=landmarks)
        self.draw(anew=True)

    def restyle(self) -> None:
        """Draw after a stroke, or after the settings or the view changed."""
        if self.state is None:
            return
        seen = self.seen(self.state.landmarks)
        self._middle_edge = middle_edge(seen, self.state.layout)
        settings = self.settings
        if self.is_faint:
            settings = replace(settings, opacity=settings.opacity * _FAINT)
        self._look = look_of(
            replace(self.state, prediction=self._predicted(self.state)),
            settings,
            size=self.size,
            uncertainty=self.uncertainty,
            faces_away=faces_away(seen, self.state.layout) if self.settings.turned else None,
        )
        self._overlay.vertex_size = self.settings.vertex_size
        self._drawn = None
        self.draw(anew=True)

    def draw(self, *, anew: bool = False) -> None:
        """Draw after the mesh or the aim moved; ``anew`` if there is more to it."""
        if self.state is None or self._look is None:
            return
        landmarks = self._predicted(self.state) if self.shows_prediction else self.landmarks
        moved = self._drawn is None or self._drawn[0] is not landmarks
        if self._drawn is None or moved:
            seen = self.seen(landmarks)
            self._drawn = (landmarks, seen, to_pixel_centres(seen))
        if anew or (moved and self.settings.vectors):
            self._compare()
        self._overlay.drawing = MeshDrawing(
            points=self._drawn[2],
            look=self._aimed_look(self._look, self.state),
            aim=aim_lines(self.aim),
            flipped=self._flipped(self.state) if moved else self._flipped_before(),
            comparison=self._comparison,
            others=NO_OUTLINES if self.settings.turned else self.others,
            guide=self.guide if self._shows_guide else NO_GUIDE,
            thinning=self._thinning(),
            plays=self.plays,
        )
        if anew or moved:
            with_texture = bool(self.layers.points.visible)
            self._covering.show(
                *self._drawn,
                self.state.layout,
                self.settings,
                with_texture=with_texture,
                anew=anew,
            )

    @property
    def _shows_guide(self) -> bool:
        return self.settings.guide and not (self.settings.turned or self.plays)

    def _compare(self) -> None:
        assert self.state is not None
        seen, predicted = self.seen(self.landmarks), self.seen(self._predicted(self.state))
        self._comparison = comparison_of(self.state, self.settings, seen, predicted)

    def _predicted(self, state: MeshState) -> Landmarks:
        """Return the prediction that is looked at beside the mesh."""
        compared = self.compared
        if compared is None or compared.shape != state.landmarks.shape:
            return state.prediction
        return compared

    def _flipped(self, state: MeshState) -> NDArray[np.uint32]:
        """Return the triangles that the stroke under way has turned over."""
        if self.landmarks is state.landmarks or self.shows_prediction:
            return NO_TRIANGLES
        triangles = state.layout.topology.triangles
        flipped = folded(state.landmarks, self.landmarks, state.prediction, triangles)
        return np.asarray(triangles[flipped], np.uint32) if flipped.any() else NO_TRIANGLES

    def _flipped_before(self) -> NDArray[np.uint32]:
        return NO_TRIANGLES if self.drawing is None else self.drawing.flipped

    def _thinning(self) -> Thinning:
        if not self._zoom:
            return FULL
        thinning = thinning_at(self._middle_edge * self._zoom)
        # Where nothing but vertices is drawn they stay, small as they are.
        alone = self.settings.style is MeshStyle.POINTS
        return replace(thinning, vertices=1.0) if alone else thinning

    def _aimed_look(self, look: Look, state: MeshState) -> Look:
        """Return the look under the aim; the same one as long as that moves the same."""
        influence = None if self.aim is None else self.aim.influence
        key = look, influence, self.is_stroke
        cached = self._aimed
        if cached is None or any(a is not b for a, b in zip(cached[:3], key, strict=True)):
            aimed = aimed_look(look, self.aim, state.hidden, is_stroke=self.is_stroke)
            within = self.pointed_at[self.pointed_at < len(state.landmarks)]
            aimed = pointed_at(aimed, within, state.hidden)
            cached = self._aimed = (*key, aimed)
        return cached[3]
