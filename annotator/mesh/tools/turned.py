"""Any tool in a view that is turned in space.

The tool is handed the mesh as it is seen and moves it in the plane of the view, as it does in
the photograph's; its edit is turned back. So what is dragged sideways in a profile moves in
depth, and no tool knows of it.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from annotator.mesh.tools.base import Aim, Edit, Floats, Gesture, MeshState, Position, Tool
from annotator.mesh.turning import Turn


@dataclass(frozen=True)
class TurnedTool(Tool):
    """A tool that acts on the mesh as it is seen; positions are those of the view.

    Attributes
    ----------
    tool : Tool
        What acts.
    turn : Turn
        Of the view.
    """

    tool: Tool
    turn: Turn

    @property
    def name(self) -> str:
        """The name of the tool that acts."""
        return self.tool.name

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return what a press here would do, as it is seen."""
        return self.tool.aim(seen_state(state, self.turn), position, pixel)

    def begin(self, state: MeshState, position: Position, pixel: float) -> Gesture | None:
        """Press the button here."""
        inner = self.tool.begin(seen_state(state, self.turn), position, pixel)
        return None if inner is None else TurnedGesture(inner, state, self.turn)

    def nudged(
        self, state: MeshState, position: Position | None, pixel: float, way: Position
    ) -> Edit | None:
        """Return the edit of moving what is taken hold of by (dx, dy) px of the view."""
        edit = self.tool.nudged(seen_state(state, self.turn), position, pixel, way)
        return _unseen_edit(edit, state, self.turn)

    @property
    def is_pending(self) -> bool:
        """Whether the tool that acts holds something between strokes."""
        return self.tool.is_pending

    def finished(self, state: MeshState) -> tuple[Edit | None, Tool]:
        """Return the edit of what is pending, turned back, and the tool to go on with."""
        edit, tool = self.tool.finished(seen_state(state, self.turn))
        return _unseen_edit(edit, state, self.turn), replace(self, tool=tool)

    def cancelled(self) -> Tool:
        """Return the tool without what is pending."""
        return replace(self, tool=self.tool.cancelled())


@dataclass(frozen=True, eq=False)
class TurnedGesture(Gesture):
    """A stroke under way in a turned view."""

    inner: Gesture
    state: MeshState
    turn: Turn

    @property
    def aim(self) -> Aim:
        """What to draw, as it is seen."""
        return self.inner.aim

    @property
    def edit(self) -> Edit | None:
        """What the stroke makes of the mesh in the image."""
        return _unseen_edit(self.inner.edit, self.state, self.turn)

    @property
    def tool(self) -> Tool:
        """The tool to go on with, in the same view."""
        return TurnedTool(self.inner.tool, self.turn)

    def moved(self, position: Position) -> Gesture:
        """Return the gesture with the pointer there."""
        return replace(self, inner=self.inner.moved(position))


def plain_tool(tool: Tool) -> Tool:
    """Return the tool that acts, free of the view it acted in."""
    return tool.tool if isinstance(tool, TurnedTool) else tool


# The same state for the same state, as tools may remember what they derived from one.
@lru_cache(maxsize=4)
def seen_state(state: MeshState, turn: Turn) -> MeshState:
    """Return the mesh and its prediction as they are seen; marks and anchors stay."""
    return replace(
        state, landmarks=turn.seen(state.landmarks), prediction=turn.seen(state.prediction)
    )


def _unseen_edit(edit: Edit | None, state: MeshState, turn: Turn) -> Edit | None:
    if edit is None:
        return None
    before = seen_state(state, turn).landmarks
    return replace(edit, landmarks=_unseen(edit.landmarks, before, state.landmarks, turn))


def _unseen(after: Floats, before: Floats, landmarks: Floats, turn: Turn) -> Floats:
    """Turn back what moved; what did not keeps its very numbers."""
    moved = (after != before).any(axis=1)
    result = landmarks.copy()
    # By what it moved, so that a small step is not lost in the rounding of a far position.
    step = np.subtract(after[moved], before[moved], dtype=np.float64) @ turn.matrix
    result[moved] = (landmarks[moved] + step).astype(np.float32)
    return result
