"""The vispy node that draws the mesh, and sends to the graphics card only what changed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vispy.scene.visuals import Compound, Line, create_visual_node
from vispy.visuals import MarkersVisual

from annotator.plugin.canvas.triangles import TexturedTriangles
from annotator.workbench.look import palette
from annotator.workbench.look.drawing import AimLines, Comparison, MeshDrawing
from annotator.workbench.look.look import Look
from annotator.workbench.look.outlines import Outlines
from annotator.workbench.look.thinning import FULL, Thinning

_LARGEST_ON_SCREEN = 9.0
_HANDLE_ON_SCREEN, _ANCHOR_ON_SCREEN = 12.0, 15.0
_NOWHERE = np.zeros((2, 2), np.float32)
# A texture of one pixel.
_FLIPPED_PIXEL = (np.array([[palette.FLIPPED_COLOUR]]) * 255).round().astype(np.uint8)


class _VerticesVisual(MarkersVisual):  # type: ignore[misc]
    """Markers that can be moved without being made anew."""

    def move_to(self, points: NDArray[np.float32]) -> None:
        self._data["a_position"][:, :2] = points
        self._vbo.set_data(self._data)
        self.update()


_Vertices: Any = create_visual_node(_VerticesVisual)


class MeshNode(Compound):  # type: ignore[misc]
    """Lines, markers and triangles for a `MeshDrawing`."""

    def __init__(self) -> None:
        self.unfreeze()
        self._shown: MeshDrawing | None = None
        self._flipped = TexturedTriangles()
        self._ghost_edges, self._ghost = _lines(1), _lines(2)
        # A dark rim under the lines, without which they vanish on light skin.
        self._rims, self._edges, self._contours = _lines(3), _lines(1), _lines(2)
        self._vectors = _lines(1.5, "segments")
        self._aim_rims, self._aim_lines = _lines(4, "segments"), _lines(2, "segments")
        self._circles = _lines(1.5, "segments")
        self._other_rims, self._others = _lines(3.5, "segments"), _lines(1.5, "segments")
        self._marked = _lines(4, "segments")
        self._guide_rims, self._guide = _lines(3.5, "segments"), _lines(1.5, "segments")
        self._size_factor = 1.0
        self._shows_lines = False
        self._vertices = _Vertices(scaling="visual", method="points")
        self._anchors = _Vertices(scaling="fixed", method="points")
        self._handles = _Vertices(scaling="fixed", method="points")
        super().__init__(
            [
                self._other_rims, self._others, self._marked, self._flipped, self._ghost_edges,
                self._ghost, self._rims, self._edges, self._contours, self._vectors,
                self._vertices, self._anchors, self._guide_rims, self._guide,
                self._aim_rims, self._aim_lines, self._circles, self._handles,
            ]
        )  # fmt: skip
        for part in (self._flipped, self._handles, self._vertices, self._anchors):
            part.visible = False
        self.unfreeze()

    def show(self, drawing: MeshDrawing) -> None:
        """Draw this in place of what was drawn before."""
        before, self._shown = self._shown, drawing
        moved = before is None or before.points is not drawing.points
        if moved:
            for line in (self._rims, self._edges, self._contours):
                line.set_data(pos=drawing.points)
        if before is None or before.look is not drawing.look:
            self._colour_lines(drawing.look, None if before is None else before.look)
            self._make_vertices(drawing)
        elif moved:
            self._vertices.move_to(drawing.points)
        if before is None or before.look.anchors is not drawing.look.anchors:
            self._make_anchors(drawing)
        elif moved and self._anchors.visible:
            self._anchors.move_to(drawing.points[drawing.look.anchors])
        if before is None or before.aim is not drawing.aim:
            self._show_aim(drawing.aim)
        if before is None or before.comparison is not drawing.comparison:
            self._show_comparison(drawing.comparison)
        if before is None or before.others is not drawing.others:
            self._show_others(drawing.others)
        if before is None or before.guide is not drawing.guide:
            _show_segments(self._guide_rims, drawing.guide, palette.AIM_RIM_COLOUR)
            _show_segments(self._guide, drawing.guide, palette.GUIDE_COLOUR)
        if before is None or before.thinning != drawing.thinning:
            self._thin(drawing.thinning)
        if drawing.plays or (before is not None and before.plays):
            self._vertices.visible = not drawing.plays
            self._rims.visible = not drawing.plays and self._shows_lines
        self._show_flipped(drawing)

    def scale_vertices(self, factor: float) -> None:
        """Let vertices be so many times their usual size on the screen."""
        self._size_factor = factor
        self._limit_vertices(FULL if self._shown is None else self._shown.thinning)

    def _thin(self, thinning: Thinning) -> None:
        """Draw as much of the mesh as can be told apart."""
        self._rims.opacity = self._edges.opacity = thinning.edges
        self._vertices.opacity = thinning.vertices
        self._contours.set_data(width=thinning.contour_width)
        self._limit_vertices(thinning)

    def _limit_vertices(self, thinning: Thinning) -> None:
        smallest, largest = thinning.smallest_vertex, _LARGEST_ON_SCREEN
        self._vertices.canvas_size_limits = (
            smallest * self._size_factor, largest * self._size_factor
        )  # fmt: skip
        self._vertices.update()

    def restore_blending(self) -> None:
        """Blend each part as it needs, after somebody set the state of all."""
        self._flipped.restore_blending()

    def _colour_lines(self, look: Look, before: Look | None) -> None:
        for line, colours in (
            (self._rims, look.rim_colours),
            (self._edges, look.edge_colours),
            (self._contours, look.contour_colours),
        ):
            line.set_data(color=colours)
        if before is None or before.edges is not look.edges:
            _join(self._rims, look.edges if len(look.edges) else look.contours)
            self._shows_lines = bool(self._rims.visible)
            _join(self._edges, look.edges)
            _join(self._contours, look.contours)

    def _make_vertices(self, drawing: MeshDrawing) -> None:
        look = drawing.look
        self._vertices.set_data(
            drawing.points,
            size=look.vertex_sizes,
            face_color=look.vertex_colours,
            edge_color=look.vertex_rims,
            edge_width=None,
            edge_width_rel=0.2,
            symbol=look.symbols,
        )
        self._vertices.visible = True

    def _make_anchors(self, drawing: MeshDrawing) -> None:
        anchors = drawing.look.anchors
        self._anchors.visible = bool(len(anchors))
        if self._anchors.visible:
            self._anchors.set_data(
                drawing.points[anchors],
                size=_ANCHOR_ON_SCREEN,
                face_color=palette.ANCHOR_COLOUR,
                edge_color=palette.ANCHOR_RIM_COLOUR,
                edge_width=2,
                symbol="diamond",
            )

    def _show_aim(self, aim: AimLines) -> None:
        _show_segments(self._circles, aim.circles, palette.CIRCLE_COLOUR)
        _show_segments(self._aim_rims, aim.lines, palette.AIM_RIM_COLOUR)
        _show_segments(self._aim_lines, aim.lines, palette.LINE_COLOUR)
        self._handles.visible = bool(len(aim.handles))
        if self._handles.visible:
            self._handles.set_data(
                aim.handles,
                size=_HANDLE_ON_SCREEN,
                face_color=palette.HANDLE_COLOUR,
                edge_color=palette.AIM_RIM_COLOUR,
                edge_width=1.5,
                symbol="square",
            )

    def _show_comparison(self, comparison: Comparison | None) -> None:
        for line in (self._ghost_edges, self._ghost, self._vectors):
            line.visible = comparison is not None
        if comparison is None:
            return
        faint = (*palette.GHOST_COLOUR[:3], 0.35)
        for line, edges, colour in (
            (self._ghost_edges, comparison.edges, faint),
            (self._ghost, comparison.contours, palette.GHOST_COLOUR),
        ):
            line.set_data(pos=comparison.points, color=colour)
            _join(line, edges)
        _show_segments(self._vectors, comparison.vectors, palette.GHOST_COLOUR)

    def _show_others(self, others: Outlines) -> None:
        _show_segments(self._other_rims, others.points, palette.AIM_RIM_COLOUR)
        _show_segments(self._others, others.points, others.colours)
        _show_segments(self._marked, others.marked, others.marked_colours)

    def _show_flipped(self, drawing: MeshDrawing) -> None:
        self._flipped.visible = bool(len(drawing.flipped))
        if self._flipped.visible:
            texcoords = np.zeros_like(drawing.points)
            self._flipped.fill(drawing.points, drawing.flipped, texcoords, _FLIPPED_PIXEL)


def _lines(width: float, connect: str | NDArray[np.uint32] = "segments") -> Any:
    line = Line(
        pos=_NOWHERE, connect=connect, method="gl", antialias=True, width=width,
        color=palette.CIRCLE_COLOUR,
    )  # fmt: skip
    line.visible = False
    return line


def _join(line: Any, edges: NDArray[np.uint32]) -> None:
    """Draw lines between these points; none hides the line."""
    line.visible = bool(len(edges))
    if line.visible:
        line.set_data(connect=edges)


def _show_segments(
    line: Any, segments: NDArray[np.float32], colour: palette.Colour | NDArray[np.float32]
) -> None:
    line.visible = bool(len(segments))
    if line.visible:
        line.set_data(pos=segments, color=colour)
