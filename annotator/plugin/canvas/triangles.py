"""Triangles of the mesh filled with a texture, as a vispy node."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vispy.gloo import IndexBuffer, Texture2D, VertexBuffer
from vispy.scene.visuals import create_visual_node
from vispy.visuals import Visual

_VERTEX_SHADER = """
attribute vec2 a_position;
attribute vec2 a_texcoord;
varying vec2 v_texcoord;
void main() {
    v_texcoord = a_texcoord;
    gl_Position = $transform(vec4(a_position, 0.0, 1.0));
}
"""
# Premultiplied, so that one blending function mixes and another multiplies.
_FRAGMENT_SHADER = """
uniform sampler2D u_texture;
uniform float u_opacity;
varying vec2 v_texcoord;
void main() {
    vec4 texel = texture2D(u_texture, v_texcoord);
    float alpha = texel.a * u_opacity;
    gl_FragColor = vec4(texel.rgb * alpha, alpha);
}
"""
_MIX = ("one", "one_minus_src_alpha")
_MULTIPLY = ("dst_color", "one_minus_src_alpha")


class TexturedTrianglesVisual(Visual):  # type: ignore[misc]
    """Triangles between points in the plane, filled with a texture or one colour.

    They are drawn in the order given: the last is on top. What did not change since the last
    call is not sent to the graphics card again.
    """

    def __init__(self) -> None:
        Visual.__init__(self, vcode=_VERTEX_SHADER, fcode=_FRAGMENT_SHADER)
        self._positions = VertexBuffer()
        self._texcoords = VertexBuffer()
        self._indices = IndexBuffer()
        self._has: dict[str, Any] = {}
        self._draw_mode = "triangles"
        self._index_buffer = self._indices
        self._texture = Texture2D(
            np.zeros((1, 1, 4), np.uint8), interpolation="linear", wrapping="clamp_to_edge"
        )
        self.shared_program["u_texture"] = self._texture
        self.shared_program["u_opacity"] = 1.0
        self.multiplies = False
        self.freeze()

    def fill(
        self,
        points: NDArray[np.float32],
        triangles: NDArray[np.uint32],
        texcoords: NDArray[np.float32],
        texture: NDArray[np.uint8],
        opacity: float = 1.0,
    ) -> None:
        """Show these triangles.

        Parameters
        ----------
        points : (n, 2) float32
        triangles : (k, 3) uint32
            At least one.
        texcoords : (n, 2) float32
            Where in the texture each point lies: from (0, 0) at its first pixel's outer corner
            to (1, 1).
        texture : (h, w, 3 or 4) uint8
        opacity : float
        """
        if self._is_new("points", points):
            self._positions.set_data(points)
            self.shared_program["a_position"] = self._positions
        if self._is_new("texcoords", texcoords):
            self._texcoords.set_data(texcoords)
            self.shared_program["a_texcoord"] = self._texcoords
        if self._is_new("triangles", triangles):
            self._indices.set_data(triangles)
        if self._is_new("texture", texture):
            self._texture.set_data(texture)
        if self._has.get("opacity") != opacity:
            self._has["opacity"] = opacity
            self.shared_program["u_opacity"] = opacity
        self.update()

    @property
    def multiplies(self) -> bool:
        """Whether the texture colours what lies under it, as a filter does, or covers it."""
        return self._multiplies

    @multiplies.setter
    def multiplies(self, multiplies: bool) -> None:
        self.unfreeze()
        self._multiplies = multiplies
        self.freeze()
        self.restore_blending()

    def restore_blending(self) -> None:
        """Blend as this node does, after somebody set the state of all nodes."""
        function = _MULTIPLY if self._multiplies else _MIX
        self.set_gl_state(depth_test=False, cull_face=False, blend=True, blend_func=function)

    def _is_new(self, name: str, array: NDArray[Any]) -> bool:
        is_new = self._has.get(name) is not array
        self._has[name] = array
        return is_new

    def _prepare_transforms(self, view: Any) -> None:
        view.view_program.vert["transform"] = view.transforms.get_transform()

    def _prepare_draw(self, view: Any) -> bool:
        return "triangles" in self._has


TexturedTriangles: Any = create_visual_node(TexturedTrianglesVisual)
