"""Any tool in a view that is turned in space.

The tool is handed the mesh as it is seen and moves it in the plane of the view, as it does in
the photograph's; its edit is turned back. So what is dragged sideways in a profile moves in
depth, and no tool knows of it.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.tools.base import Aim, Edit, Floats, Gesture, MeshState, Position, Tool
from annotator.mesh.turning import Turn

# How often the view's plane and the image's are guarded in turn; mostly once is enough.
_ROUNDS = 4


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

    @cached_property
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
    """Return an edit of the mesh as it is seen as one of the mesh in the image.

    What does not fold as it is seen may fold in the image, and the other way round. So both are
    guarded in turn, the image last: it is what counts.
    """
    if edit is None:
        return None
    seen = seen_state(state, turn)
    for _ in range(_ROUNDS):
        landmarks = _carried_over(edit.landmarks, seen, state, turn.matrix)
        edit = replace(edit, landmarks=landmarks).guarded(state)
        if edit.landmarks is landmarks:
            return edit
        back = _carried_over(edit.landmarks, state, seen, turn.matrix.T)
        again = replace(edit, landmarks=back).guarded(seen)
        if again.landmarks is back:
            return edit
        edit = again
    landmarks = _carried_over(edit.landmarks, seen, state, turn.matrix)
    return replace(edit, landmarks=landmarks).guarded(state)


def _carried_over(
    after: Floats, start: MeshState, goal: MeshState, rotation: NDArray[np.float64]
) -> Floats:
    """Return what moved from one state, moved likewise from another that is it rotated.

    What did not move keeps its very numbers; a row vector times the rotation goes over.
    """
    moved = (after != start.landmarks).any(axis=1)
    result = goal.landmarks.copy()
    # By what it moved, so that a small step is not lost in the rounding of a far position.
    step = np.subtract(after[moved], start.landmarks[moved], dtype=np.float64) @ rotation
    result[moved] = (result[moved] + step).astype(np.float32)
    return result
