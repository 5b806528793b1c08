"""The face in space and under a texture: what covers it follows the mesh and the view."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.plugin.canvas.face_layers import FaceLayers
from annotator.workbench.look.covering import Covering, Cutout, cut_out, far_to_near
from annotator.workbench.look.view_settings import Texture, ViewSettings

Landmarks = NDArray[np.float32]
Points = NDArray[np.float32]


class FaceCovering:
    """Keeps what covers the face up to date; costs nothing while nothing does.

    Parameters
    ----------
    layers : FaceLayers
        Their photograph is hidden while the mesh is turned.
    """

    def __init__(self, layers: FaceLayers) -> None:
        self._layers = layers
        self._cutout: Cutout | None = None
        self._order: tuple[NDArray[np.uint32], NDArray[np.uint32]] | None = None

    def show(
        self,
        landmarks: Landmarks,
        seen: Landmarks,
        points: Points,
        layout: MeshLayout,
        settings: ViewSettings,
        *,
        with_texture: bool,
        anew: bool,
    ) -> None:
        """Cover a mesh.

        Parameters
        ----------
        landmarks, seen : (n, 3)
            The mesh in the image and as it is seen.
        points : (n, 2)
            Where it is drawn.
        layout
        settings
        with_texture
            Whether a texture that the settings ask for is shown.
        anew
            Whether the order of the triangles is worked out again: not during a stroke over
            the photograph.
        """
        overlay = self._layers.covering
        if overlay is None:
            return
        texture = settings.texture if with_texture else Texture.NONE
        if not self._uncover(is_turned=settings.turned, has_texture=texture is not Texture.NONE):
            return
        cutout = self._cutout_of(landmarks) if settings.turned else None
        closed, opened = self._triangles(seen, layout, anew=anew or settings.turned)
        overlay.drawing = Covering(
            points=points,
            closed_triangles=closed,
            opened_triangles=opened,
            cutout=cutout,
            cutout_texcoords=None if cutout is None else cutout.texcoords(landmarks),
            texture=texture,
            layout=layout,
            opacity=settings.texture_opacity,
        )

    def _uncover(self, *, is_turned: bool, has_texture: bool) -> bool:
        """Show or hide the layers; return whether anything covers the face."""
        curtain, overlay = self._layers.curtain, self._layers.covering
        if overlay is not None:
            overlay.visible = is_turned or has_texture
        if curtain.is_drawn != is_turned:
            curtain.is_drawn = is_turned
        return is_turned or has_texture

    def _triangles(
        self, seen: Landmarks, layout: MeshLayout, *, anew: bool
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        if self._order is None or anew:
            topology = layout.topology
            self._order = (
                far_to_near(seen, topology.triangles),
                far_to_near(seen, topology.opened_triangles),
            )
        return self._order

    def _cutout_of(self, landmarks: Landmarks) -> Cutout | None:
        photograph: Any = None if self._layers.image is None else self._layers.image.data
        if photograph is None:
            return None
        cutout = self._cutout
        if cutout is None or cutout.photograph is not photograph or not cutout.reaches(landmarks):
            cutout = self._cutout = cut_out(photograph, landmarks)
        return cutout
