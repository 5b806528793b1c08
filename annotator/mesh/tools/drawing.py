"""What a drawn line does to a mesh: the contour that it means slides onto it, the rest follows."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from annotator.mesh.covariance import Covariance
from annotator.mesh.guided import guided_placement
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.outline import Outline, outline
from annotator.mesh.plane import pairs
from annotator.mesh.polyline import Complex, drawn_line
from annotator.mesh.tools.base import Aim, Edit, Floats, Influence, MeshState, Position
from annotator.mesh.unfolding import guard_placement

# Where hardly anything moves, in outer IOD, the share that others take says nothing.
_LEAST_MOVE_IOD = 0.005


@dataclass(frozen=True, eq=False)
class Drawing:
    """A line over a mesh.

    Attributes
    ----------
    state : MeshState
    points : (k,) complex128
        The line, x + iy in px.
    covariance : Covariance
        How the surroundings follow.
    contour : str, optional
        The one that is meant; by default the one that fits the line best.
    guards : bool
        Whether vertices beside the contour make way where the mesh would fold otherwise.
    """

    state: MeshState
    points: Complex
    covariance: Covariance
    contour: str | None = None
    guards: bool = True

    def aim(self, position: Position) -> Aim:
        """Return the line, and what slides onto it and what follows."""
        found = None if self.edit is None else self.outline
        return Aim(
            self._influence,
            position,
            lines=(pairs(self.points),),
            focus=self._focus,
            name="" if found is None else self.state.layout.contours[found.contour].title,
        )

    @cached_property
    def edit(self) -> Edit | None:
        """The mesh with the contour on the line; None if the line means none."""
        found = self.outline
        if found is None:
            return None
        state, placed = self.state, found.vertices.tolist()
        # Right beside the stretch, what was placed before gives way, so that no kink is left.
        anchors = set(state.anchors) - {*placed, *found.beside}
        held = {*anchors, *np.flatnonzero(state.still).tolist()}
        covariance, before = self.covariance, state.landmarks
        # The surroundings do not follow the trembling of the hand.
        after = guided_placement(
            before, placed, found.targets, covariance, held, noise=covariance.noise
        )
        new = tuple(vertex for vertex in placed if vertex not in state.anchors)
        fixed = frozenset({*placed, *held})
        guard = partial(_guarded, fixed=fixed) if self.guards else None
        return Edit(after, anchors_added=new, guard=guard).guarded(state)

    @cached_property
    def outline(self) -> Outline | None:
        """Where the line puts the vertices of a contour that may move, if any."""
        landmarks, layout, still = self.state.landmarks, self.state.layout, self.state.still
        meant = [
            contour
            for contour in layout.contours.values()
            if self.contour in (None, contour.name) and not still[contour.vertices].all()
        ]
        line = drawn_line(self.points, tool_scale(landmarks, layout))
        found = outline(landmarks, layout, line, self.covariance, meant) if line and meant else None
        if found is None or still[found.vertices].all():
            return None
        free = ~still[found.vertices]
        return Outline(found.contour, found.vertices[free], found.targets[free], found.beside)

    @property
    def _focus(self) -> Influence:
        focus = np.zeros(len(self.state.landmarks))
        if self.outline is not None:
            focus[self.outline.vertices] = 1
        return focus

    @property
    def _influence(self) -> Influence:
        influence = np.zeros(len(self.state.landmarks))
        if self.edit is None or self.outline is None:
            return influence
        before, placed = self.state.landmarks, self.outline.vertices
        least = _LEAST_MOVE_IOD * tool_scale(before, self.state.layout)
        moves = self.edit.landmarks[:, :2].astype(np.float64) - before[:, :2]
        influence += np.linalg.norm(moves, axis=1)
        largest = max(influence[placed].max(), least, 1e-9)
        influence[:] = np.minimum(influence / largest, 1)
        influence[placed] = 1
        return influence


def _guarded(state: MeshState, after: Floats, *, fixed: Collection[int]) -> Floats:
    return guard_placement(state.landmarks, after, fixed, state.layout)
