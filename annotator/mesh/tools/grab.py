"""Grab: drag one vertex, and those around it follow by the brush's falloff."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.brush import Brush, brush_radius, brush_weights
from annotator.mesh.folding import guard_drag, guard_edit
from annotator.mesh.symmetry import Mirror, fitted_midline, reflected
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
from annotator.mesh.tools.reach import nearest_in_reach

# How sharply a mirrored drag changes from one half of the face to the other.
_HALVES = 4


@dataclass(frozen=True)
class GrabTool(Tool):
    """Moves the vertex under the pointer and its surroundings; z stays.

    Attributes
    ----------
    brush : Brush
    mirrors : bool
        Whether the paired vertices move too, by the reflection about the face's midline. What
        lies on the midline then moves along it only.
    guards : bool
        Whether vertices are carried along where the mesh would fold otherwise.
    """

    brush: Brush = field(default_factory=Brush)
    mirrors: bool = False
    guards: bool = True

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "grab"

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return the influence of a drag of the nearest vertex, or None out of reach."""
        pivot = nearest_in_reach(state, position, pixel)
        return None if pivot is None else self._gesture(state, pivot, position).aim

    def begin(self, state: MeshState, position: Position, pixel: float) -> Gesture | None:
        """Take hold of the nearest vertex, or return None out of reach."""
        pivot = nearest_in_reach(state, position, pixel)
        return None if pivot is None else self._gesture(state, pivot, position)

    def nudged(
        self, state: MeshState, position: Position | None, pixel: float, way: Position
    ) -> Edit | None:
        """Return the edit that moves the nearest vertex by (dx, dy) px, whatever the strength."""
        pivot = None if position is None else nearest_in_reach(state, position, pixel)
        if position is None or pivot is None:
            return None
        gesture = self._gesture(state, pivot, position)
        x, y = way[0] / self.brush.strength, way[1] / self.brush.strength
        return gesture.moved((position[0] + x, position[1] + y)).edit

    def _gesture(self, state: MeshState, pivot: int, position: Position) -> "GrabGesture":
        mirror = Mirror.none(len(state.landmarks))
        weights = self._weights(state, pivot)
        if self.mirrors:
            other = self._weights(state, int(state.layout.mirror[pivot]))
            mirror = Mirror(other, fitted_midline(state.landmarks, state.layout))
        radius = brush_radius(state.landmarks, state.layout, self.brush)
        return GrabGesture(self, state, pivot, weights, mirror, radius, position, position)

    def _weights(self, state: MeshState, pivot: int) -> Influence:
        weights = brush_weights(state.landmarks, state.layout, pivot, self.brush)
        weights[state.still] = 0
        return weights


@dataclass(frozen=True, eq=False)
class GrabGesture(Gesture):
    """A drag: all is fixed at the press but the pointer's position."""

    grab: GrabTool
    state: MeshState
    pivot: int
    weights: Influence
    mirror: Mirror
    radius: float
    start: Position
    position: Position

    @property
    def aim(self) -> Aim:
        """The influence fixed at the press, and the circle around the vertex where it is now."""
        influence = np.maximum(self.weights, self.mirror.weights)
        mesh = self.state.landmarks if self.edit is None else self.edit.landmarks
        x, y = mesh[self.pivot, :2].tolist()
        return Aim(influence, (x, y), self.radius)

    @property
    def tool(self) -> Tool:
        """The tool that began it."""
        return self.grab

    def moved(self, position: Position) -> "GrabGesture":
        """Return the drag with the pointer there."""
        # Not dataclasses.replace, which takes as long as the drag itself.
        return GrabGesture(
            self.grab, self.state, self.pivot, self.weights, self.mirror,
            self.radius, self.start, position,
        )  # fmt: skip

    @cached_property
    def edit(self) -> Edit | None:
        """The mesh with the pointer where it is."""
        x, y = self.position[0] - self.start[0], self.position[1] - self.start[1]
        if x == 0 and y == 0:
            return None
        before = self.state.landmarks
        after = before.copy()
        after[:, :2] += self._displacements(np.array((x, y))).astype(np.float32)
        guard = self._guarded if self.grab.guards else None
        return Edit(after, guard=guard).guarded(self.state)

    def _displacements(self, drag: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each vertex moves, (n, 2)."""
        if self.mirror.direction is None:
            return np.asarray(self.weights[:, None] * drag)
        share = self._own_share[:, None]
        most = np.maximum(self.weights, self.mirror.weights)[:, None]
        return np.asarray(most * (share * drag + (1 - share) * reflected(drag, self.mirror)))

    @cached_property
    def _own_share(self) -> NDArray[np.float64]:
        """How far each vertex belongs to the dragged half of the face, (n,)."""
        own, other = self.weights**_HALVES, self.mirror.weights**_HALVES
        # The rest keeps to its half too: the guard may carry it along.
        return np.asarray((own + 1e-12) / (own + other + 2e-12))

    def _guarded(self, state: MeshState, after: Floats) -> Floats:
        before, held = state.landmarks, np.flatnonzero(state.still).tolist()
        triangles = state.layout.topology.opened_triangles
        if self.mirror.direction is None:
            return guard_drag(before, after, self.pivot, triangles, held=held)
        own = self._own_share[triangles].mean(axis=1) >= 1 / 2
        after = guard_drag(before, after, self.pivot, triangles[own], held=held)
        paired = int(state.layout.mirror[self.pivot])
        if paired != self.pivot and not state.still[paired]:
            after = guard_drag(before, after, paired, triangles[~own], held=held)
        # What the two halves do to one another along the midline.
        return guard_edit(before, after, triangles)
