"""Strokes on the sample under edit, made and taken back. No widgets here."""

from typing import TYPE_CHECKING

from annotator.mesh.tools.base import Edit, Position, Tool

if TYPE_CHECKING:
    from annotator.plugin.workbench import Workbench


class Edits:
    """What a workbench does to the mesh of its current sample."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def undo(self) -> None:
        """Take the last stroke back."""
        session = self._workbench.session
        if session is not None and (session.can_undo or session.is_dragging):
            self._workbench.run_edit(session.undo, "Nothing was undone.")

    def redo(self) -> None:
        """Bring the last undone stroke back."""
        session = self._workbench.session
        if session is not None and session.can_redo:
            self._workbench.run_edit(session.redo, "Nothing was redone.")

    def release(self, position: Position) -> None:
        """End the stroke under way at (x, y) and save it."""
        bench = self._workbench
        editor, session = bench.editor, bench.session
        if editor is None or editor.gesture is None:
            return
        tool = editor.gesture.moved(position).tool
        if session is None:
            editor.cancel()  # without a face a drag only draws a box
        else:
            bench.run_edit(lambda: session.release(position))
        bench.tools.go_on_with(tool)

    def nudge(self, tool: Tool, start: Position, end: Position, pixel: float) -> None:
        """Make a stroke from one place to another, as if the mouse had been dragged."""
        session = self._workbench.session
        if session is not None and session.press(tool, start, pixel):
            self.release(end)

    def apply(self, tool_name: str, edit: Edit | None) -> None:
        """Make an edit as one stroke, unless one is under way."""
        session = self._workbench.session
        if session is not None and not session.is_dragging and edit is not None:
            self._workbench.run_edit(lambda: session.apply(tool_name, edit))

    def clear_anchors(self) -> None:
        """Let go of all vertices that were placed by hand, as one stroke."""
        session = self._workbench.session
        if session is not None:
            state = session.state
            self.apply("guided", Edit(state.landmarks, anchors_removed=state.anchors))

    def finish_pending(self, tool: Tool) -> bool:
        """Make a stroke of what a tool holds; return whether it held anything.

        Parameters
        ----------
        tool : Tool
            The one in hand, as it acts in the view.
        """
        session = self._workbench.session
        if session is None or not tool.is_pending:
            return False
        edit, after = tool.finished(session.state)
        self.apply(tool.name, edit)
        self._workbench.tools.go_on_with(after)
        return True
