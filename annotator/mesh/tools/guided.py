"""Guided drag as a tool: vertices placed by hand hold, all others follow.

The mathematics is in `annotator.mesh.guided`. A vertex that was dragged is an anchor from then
on. A click without a movement says that a vertex is right as it is, and makes it an anchor; on
an anchor it says that it is none any more.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from annotator.mesh.covariance import Covariance, expected_covariance
from annotator.mesh.folding import guard_drag
from annotator.mesh.guided import GuidedDrag, guided_drag
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.tools.base import (
    Aim,
    Edit,
    Floats,
    Gesture,
    Influence,
    MeshState,
    Position,
    Tool,
)
from annotator.mesh.tools.reach import CLICK, nearest_in_reach

# How far around the vertex under the hand a drag is about, in outer IOD: the whole face follows.
_FOCUS_IOD = 0.25


@dataclass(frozen=True)
class GuidedTool(Tool):
    """Moves the vertex under the pointer, and all that is not held as it most likely goes.

    Attributes
    ----------
    covariance : Covariance, optional
        What was learned of the errors of predictions.
    guards : bool
        Whether vertices are carried along where the mesh would fold otherwise.
    """

    covariance: Covariance | None = None
    guards: bool = True

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "guided"

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return the influence of a drag of the nearest vertex, or None out of reach."""
        gesture = self.begin(state, position, pixel)
        return None if gesture is None else gesture.aim

    def begin(self, state: MeshState, position: Position, pixel: float) -> "GuidedGesture | None":
        """Take hold of the nearest vertex, or return None out of reach."""
        vertex = nearest_in_reach(state, position, pixel)
        if vertex is None:
            return None
        still = np.flatnonzero(state.still).tolist()
        covariance = expected_covariance(state.layout, self.covariance)
        drag = guided_drag(state.landmarks, vertex, covariance, state.anchors, still)
        return GuidedGesture(self, state, drag, CLICK * pixel, position, position)

    def nudged(
        self, state: MeshState, position: Position | None, pixel: float, way: Position
    ) -> Edit | None:
        """Return the edit that moves the nearest vertex by (dx, dy) px; it becomes an anchor."""
        gesture = None if position is None else self.begin(state, position, pixel)
        if position is None or gesture is None or not any(way):
            return None
        end = (position[0] + way[0], position[1] + way[1])
        # However short, it is no click.
        return replace(gesture, position=end, was_dragged=True).edit


@dataclass(frozen=True, eq=False)
class GuidedGesture(Gesture):
    """A drag, or as long as the pointer has not moved, a click."""

    guided: GuidedTool
    state: MeshState
    drag: GuidedDrag
    click: float
    start: Position
    position: Position
    was_dragged: bool = False

    @property
    def aim(self) -> Aim:
        """The influence fixed at the press; the surroundings of the vertex are what matters."""
        influence, focus = _shown(self.drag, tool_scale(self.state.landmarks, self.state.layout))
        return Aim(influence, self.position, focus=focus)

    @property
    def tool(self) -> Tool:
        """The tool that began it."""
        return self.guided

    def moved(self, position: Position) -> "GuidedGesture":
        """Return the drag with the pointer there."""
        way = np.hypot(position[0] - self.start[0], position[1] - self.start[1])
        dragged = self.was_dragged or bool(way > self.click)
        return GuidedGesture(
            self.guided, self.state, self.drag, self.click, self.start, position, dragged
        )

    @cached_property
    def edit(self) -> Edit:
        """The mesh with the pointer where it is; the vertex becomes an anchor."""
        vertex, before = self.drag.vertex, self.state.landmarks
        if not self.was_dragged:
            return self._clicked()
        x, y = before[vertex, :2].tolist()
        x, y = x + self.position[0] - self.start[0], y + self.position[1] - self.start[1]
        new = () if vertex in self.state.anchors else (vertex,)
        guard = self._guarded if self.guided.guards else None
        return Edit(self.drag.at((x, y)), anchors_added=new, guard=guard).guarded(self.state)

    def _guarded(self, state: MeshState, after: Floats) -> Floats:
        vertex, held = self.drag.vertex, np.flatnonzero(state.still).tolist()
        placed = [anchor for anchor in state.anchors if anchor != vertex]
        triangles = state.layout.topology.opened_triangles
        return guard_drag(state.landmarks, after, vertex, triangles, held=held, placed=placed)

    def _clicked(self) -> Edit:
        vertex, before = self.drag.vertex, self.state.landmarks
        if vertex in self.state.anchors:
            return Edit(before, anchors_removed=(vertex,))
        return Edit(before, anchors_added=(vertex,))


# The same arrays during a drag, so that whoever draws knows that they are the same.
@lru_cache(maxsize=2)
def _shown(drag: GuidedDrag, iod: float) -> tuple[Influence, Influence]:
    """Return the influence of a drag and how near each vertex is to the hand, (n,) each."""
    away = drag.before[:, :2] - drag.before[drag.vertex, :2]
    distances = np.hypot(away[:, 0], away[:, 1]) / (_FOCUS_IOD * iod)
    return np.minimum(drag.influence, 1), np.exp(-(distances.astype(np.float64) ** 2))
