"""Where the pointer is, which tool it holds there, and what a press would do."""

from collections.abc import Callable
from typing import Any

from annotator.mesh.tools.base import Aim, Position, Tool
from annotator.mesh.tools.editor import MeshEditor
from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.bench import Bench

# As vispy names it.
SMOOTH_MODIFIER = "Shift"


class Aiming:
    """The pointer over a view, and the tool in it.

    Parameters
    ----------
    bench : Bench
    view : FaceView
        Shows what the tool in hand would do.

    Attributes
    ----------
    pointer : (x, y) or None
        Where the pointer was last seen over the image, in px of it.
    pixel : float
        How many px of the image one pixel of the screen covers.
    is_over : bool
        Whether the pointer is over the canvas now.
    """

    def __init__(self, bench: Bench, view: FaceView) -> None:
        self._bench = bench
        self._view = view
        self._smooths = False
        self.pointer: Position | None = None
        self.pixel = 1.0
        self.is_over = False

    @property
    def tool(self) -> Tool:
        """The tool in hand as it acts in the view, or with Shift, Smooth."""
        tools = self._bench.tools
        in_hand = tools.smoothing() if self._smooths and not tools.draws_box else tools.tool
        return self._view.tool_in_view(in_hand)

    def look_at(self, event: Any) -> Position:
        """Take note of where a mouse event of napari is, and return that, (x, y) in px."""
        self.is_over = True
        self._smooths = SMOOTH_MODIFIER in event.modifiers
        self.pointer, self.pixel = self._view.position_of(event)
        return self.pointer

    def show(self, aim_on: Callable[[MeshEditor], Aim] | None = None) -> None:
        """Show what a press here would do, or another aim, as long as the pointer is here."""
        editor = self._bench.editor
        if editor is None or self.pointer is None or not self._view.is_editable:
            return
        if self._bench.is_read_only:  # no press would do anything
            return
        # The annotator looks at the result, not at the next stroke; a reviewer makes none.
        if not self.is_over or self._bench.is_reviewing:
            self._view.show_aim(None)
        elif aim_on is not None:
            self._view.show_aim(aim_on(editor))
        else:
            self._view.show_aim(editor.aim(self.tool, self.pointer, self.pixel))
