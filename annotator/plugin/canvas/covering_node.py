"""The vispy node that draws what covers the face."""

from typing import Any

from vispy.scene.visuals import Compound

from annotator.plugin.canvas.light_filter import LightFilter
from annotator.plugin.canvas.triangles import TexturedTriangles
from annotator.workbench.look.covering import Covering, texture_pixels, uv_coordinates
from annotator.workbench.look.view_settings import Texture


class CoveringNode(Compound):  # type: ignore[misc]
    """The photograph on the mesh, and a texture over it.

    Parameters
    ----------
    light : LightFilter
        The photograph's.
    """

    def __init__(self, light: LightFilter) -> None:
        self._photograph: Any = TexturedTriangles()
        self._texture: Any = TexturedTriangles()
        super().__init__([self._photograph, self._texture])
        light.attach_once(self._photograph)
        self._photograph.visible = self._texture.visible = False

    def show(self, covering: Covering) -> None:
        """Draw this in place of what was drawn before."""
        cutout, texcoords = covering.cutout, covering.cutout_texcoords
        self._photograph.visible = cutout is not None and texcoords is not None
        if cutout is not None and texcoords is not None:
            self._photograph.fill(
                covering.points, covering.closed_triangles, texcoords, cutout.pixels
            )
        pixels = texture_pixels(covering.texture, covering.layout)
        self._texture.visible = pixels is not None
        if pixels is None:
            return
        # Make-up is colour on skin: it keeps the skin's light and shade.
        multiplies = covering.texture is Texture.MAKE_UP
        if self._texture.multiplies != multiplies:
            self._texture.multiplies = multiplies
        texcoords = uv_coordinates(covering.layout)
        self._texture.fill(
            covering.points, covering.opened_triangles, texcoords, pixels, covering.opacity
        )

    def restore_blending(self) -> None:
        """Blend each part as it needs, after somebody set the state of all."""
        self._photograph.restore_blending()
        self._texture.restore_blending()
