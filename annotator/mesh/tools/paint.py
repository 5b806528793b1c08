"""What all painting tools share: dabs along the pointer's path, each on top of the last.

Dabs lie a fixed share of the radius apart, measured along the path from the press, so that the
result does not depend on how many events told of the path. A dab acts around the vertex that is
then nearest to it, and does nothing where none is in reach. A press held still is one dab.

However fast the pointer, no dab is left out. They cost about half a millisecond each, and the
least spacing keeps a flick across the whole face to some sixty.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.brush import Brush, brush_radius, brush_weights
from annotator.mesh.folding import guard_edit
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.tools.base import (
    Aim,
    Edit,
    Floats,
    Gesture,
    Guard,
    Influence,
    MeshState,
    Position,
    Tool,
)
from annotator.mesh.tools.reach import nearest_in_reach

# Between dabs, as a share of the radius: at a seventh and below their seams do not show.
_SPACING = 0.15
# Dabs snap to vertices, which lie farther apart than this.
_LEAST_SPACING_IOD = 0.03
# Rounding must not decide whether a path ends just before a dab or just behind it.
_NEARLY = 1e-6


@dataclass(frozen=True, eq=False)
class Dab:
    """One dab of a brush.

    Attributes
    ----------
    centre
        Where the vertex is that it lies around.
    influence : (n,)
        How much of it each vertex takes, in [0, 1].
    """

    centre: Position
    influence: Influence


@dataclass(frozen=True)
class PaintTool(Tool):
    """A tool that paints with the brush."""

    brush: Brush

    @abstractmethod
    def influence(self, state: MeshState, weights: NDArray[np.float64]) -> Influence:
        """Return how much of a dab each vertex takes, in [0, 1], of the brush's weights (n,)."""

    @abstractmethod
    def dab(self, start: MeshState, now: MeshState, influence: Influence) -> MeshState:
        """Return the mesh after one more dab.

        Parameters
        ----------
        start, now
            The mesh at the press, and as the dabs so far left it.
        influence : (n,)
        """

    @property
    def guard(self) -> Guard | None:
        """What keeps a stroke from folding the mesh, if anything does."""
        return None

    def anchors_removed(
        self, start: MeshState, now: MeshState, touched: NDArray[np.bool_]
    ) -> tuple[int, ...]:
        """Return the anchors that are none any more after a stroke over the touched vertices."""
        return ()

    def dab_at(self, state: MeshState, position: Position, pixel: float) -> "Dab | None":
        """Return what a dab there acts on; None if nothing is in reach."""
        # A pinned vertex may be the centre of the brush without being moved by it.
        centre = nearest_in_reach(state, position, pixel, pinned=True)
        if centre is None:
            return None
        weights = brush_weights(state.landmarks, state.layout, centre, self.brush)
        x, y = state.landmarks[centre, :2].tolist()
        return Dab((x, y), self.influence(state, weights))

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return what a dab here would act on; None if nothing is in reach."""
        dab = self.dab_at(state, position, pixel)
        if dab is None:
            return None
        radius = brush_radius(state.landmarks, state.layout, self.brush)
        return Aim(dab.influence, dab.centre, radius)

    def begin(self, state: MeshState, position: Position, pixel: float) -> "Painting | None":
        """Lay the first dab; None if nothing is in reach."""
        if self.dab_at(state, position, pixel) is None:
            return None
        radius = brush_radius(state.landmarks, state.layout, self.brush)
        least = max(_LEAST_SPACING_IOD * tool_scale(state.landmarks, state.layout), pixel)
        # The circle keeps its size, even when an eye corner is what moves.
        brush = replace(self, brush=self.brush.with_radius_px(radius))
        stroke = _Stroke(self, brush, state, radius, max(_SPACING * radius, least), pixel)
        untouched = np.zeros(len(state.landmarks), np.bool_)
        return Painting(stroke, position, 0.0, state, untouched, None).dabbed(position)


@dataclass(frozen=True)
class MovingPaintTool(PaintTool):
    """A tool that paints by moving vertices: pinned and hidden ones keep still.

    Attributes
    ----------
    guards
        Whether vertices are held back where they would turn a triangle over, against the mesh
        at the press. A triangle that lies the other way in the prediction may turn back: to
        unfold the mesh is what these tools are for.
    """

    guards: bool = True

    @abstractmethod
    def moved(self, start: MeshState, landmarks: Floats, influence: Influence) -> Floats:
        """Return the landmarks after one more dab, without heed of folds."""

    def influence(self, state: MeshState, weights: NDArray[np.float64]) -> Influence:
        """Return the brush's weights, zero where vertices keep still."""
        return np.where(state.still, 0.0, weights.clip(0.0, 1.0))

    def dab(self, start: MeshState, now: MeshState, influence: Influence) -> MeshState:
        """Return the mesh after one more dab, guarded against folds."""
        landmarks = self.moved(start, now.landmarks, influence)
        guard = self.guard
        return replace(now, landmarks=guard(start, landmarks) if guard else landmarks)

    @property
    def guard(self) -> Guard | None:
        """What holds vertices back, unless they are left alone."""
        return _guarded if self.guards else None


def _guarded(start: MeshState, after: Floats) -> Floats:
    triangles = start.layout.topology.opened_triangles
    triangles = triangles[~newly_flipped(start.landmarks, start.prediction, triangles)]
    return guard_edit(start.landmarks, after, triangles)


@dataclass(frozen=True, eq=False)
class _Stroke:
    """What stays the same while the button is down: lengths in px, the brush's radius fixed."""

    tool: PaintTool
    painter: PaintTool
    start: MeshState
    radius: float
    spacing: float
    pixel: float


@dataclass(frozen=True, eq=False)
class Painting(Gesture):
    """A painted stroke under way."""

    _stroke: _Stroke
    _position: Position
    _since: float  # the way from the last dab to here, in px
    _now: MeshState
    _touched: NDArray[np.bool_]
    _dab: Dab | None  # the last one; None if nothing was in its reach

    @property
    def aim(self) -> Aim:
        """What the last dab acted on, in its circle; far from the face, one at the pointer."""
        radius, dab = self._stroke.radius, self._dab
        if dab is None:
            return Aim(np.zeros(len(self._touched)), self._position, radius)
        return Aim(dab.influence, dab.centre, radius)

    @property
    def tool(self) -> Tool:
        """The tool that began the stroke."""
        return self._stroke.tool

    @property
    def edit(self) -> Edit | None:
        """What the dabs so far make of the mesh; None if they changed nothing."""
        start, now = self._stroke.start, self._now
        marks = None if np.array_equal(now.marks, start.marks) else now.marks
        removed = self._stroke.tool.anchors_removed(start, now, self._touched)
        if marks is None and not removed and np.array_equal(now.landmarks, start.landmarks):
            return None
        # Every dab was guarded.
        return Edit(now.landmarks, marks, anchors_removed=removed, guard=self._stroke.tool.guard)

    def moved(self, position: Position) -> "Painting":
        """Return the stroke with the dabs on the straight way there laid."""
        (x, y), spacing = self._position, self._stroke.spacing
        way_x, way_y = position[0] - x, position[1] - y
        length = math.hypot(way_x, way_y)
        painting, at = self, spacing - self._since
        while at <= length + _NEARLY * spacing:
            share = min(at / length, 1.0)
            painting = painting.dabbed((x + share * way_x, y + share * way_y))
            at += spacing
        return replace(painting, _position=position, _since=length - (at - spacing))

    def dabbed(self, position: Position) -> "Painting":
        """Return the stroke with one more dab there."""
        stroke, now, touched = self._stroke, self._now, self._touched
        dab = stroke.painter.dab_at(now, position, stroke.pixel)
        if dab is not None and dab.influence.any():
            now = stroke.painter.dab(stroke.start, now, dab.influence)
            touched = touched | (dab.influence > 0)
        return replace(self, _now=now, _touched=touched, _dab=dab)
