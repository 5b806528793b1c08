"""Strokes on the sample under edit, made and taken back. No widgets here."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from annotator.mesh.folds import folded
from annotator.mesh.tools.base import Edit, MeshState, Position, Tool

if TYPE_CHECKING:
    from annotator.workbench.workbench import Workbench


class Edits:
    """What a workbench does to the mesh of its current sample."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def undo(self) -> None:
        """Take the last stroke back."""
        session = self._workbench.session
        if session is not None and (session.can_undo or session.is_dragging):
            self._run(session.undo, "Nothing was undone.")

    def redo(self) -> None:
        """Bring the last undone stroke back."""
        session = self._workbench.session
        if session is not None and session.can_redo:
            self._run(session.redo, "Nothing was redone.")

    def release(self, position: Position) -> None:
        """End the stroke under way at (x, y) and save it."""
        bench = self._workbench
        editor, session = bench.editor, bench.session
        ended = None if editor is None else editor.ended(position)
        if ended is None:
            return
        if session is not None:  # without a face a drag only draws a box
            self._run(lambda: session.apply(ended.tool.name, ended.edit))
        bench.tools.go_on_with(ended.tool)

    def apply(self, tool_name: str, edit: Edit | None) -> None:
        """Make an edit as one stroke, unless one is under way."""
        session = self._workbench.session
        if session is not None and not session.is_dragging and edit is not None:
            self._run(lambda: session.apply(tool_name, edit))

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

    def _run(self, action: Callable[[], object], refused: str = "") -> None:
        bench, session = self._workbench, self._workbench.session
        if session is None:
            return
        before = session.state
        bench.run_edit(action, refused)
        if session.state is before:
            bench.mesh_changed.emit()  # nothing came of it, but the view shows the stroke
        else:
            self._tell_of_folds(before, session.state)

    def _tell_of_folds(self, before: MeshState, after: MeshState) -> None:
        # Triangles that close mouth and eyes do not count: lips and lids may touch.
        triangles = after.layout.topology.opened_triangles
        count = folded(before.landmarks, after.landmarks, after.prediction, triangles).sum()
        if count:
            triangles_are = "1 triangle is" if count == 1 else f"{count} triangles are"
            self._workbench.told.emit(f"{triangles_are} turned over by this; Undo takes it back.")
