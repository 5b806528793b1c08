"""Transform as a tool: move, turn, scale and stretch a region, a lasso selection or the face.

A click selects the region under the pointer; a line drawn round vertices selects these. The
selection gets a frame with handles (`annotator.mesh.frame`). What lies around it follows, the
less the farther along the mesh, fixed at the press. Depths stay as they are.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.frame import Frame, Handle, Mapping, face_axis
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import REGION_TITLES, MeshLayout
from annotator.mesh.plane import pairs, plane
from annotator.mesh.polyline import Complex, drawn_on, is_inside
from annotator.mesh.regions import region_at
from annotator.mesh.soft_selection import soft_weights, softly_mapped
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
from annotator.mesh.tools.reach import CLICK, within_reach
from annotator.mesh.unfolding import guard_placement

MAX_SOFT_RADIUS_IOD = 1.0


@dataclass(frozen=True)
class TransformTool(Tool):
    """Transforms what is selected.

    Attributes
    ----------
    selection : frozenset of int
        Vertices that a line was drawn round.
    region : str, optional
        The name of the region that is selected in place of them.
    soft_radius_iod : float
        How far around the selection the mesh follows, in outer IOD along its edges; 0: not.
    about_centre : bool
        Whether scaling leaves the centre where it is, rather than the opposite corner or side.
    guards : bool
        Whether vertices around make way where the mesh would fold otherwise.

    Raises
    ------
    ValueError
        If the radius lies outside its range, the selection holds what can be no vertex.
    """

    selection: frozenset[int] = frozenset()
    region: str | None = None
    soft_radius_iod: float = 0.15
    about_centre: bool = False
    guards: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.soft_radius_iod <= MAX_SOFT_RADIUS_IOD:
            raise ValueError(
                f"expected a soft radius from 0 to {MAX_SOFT_RADIUS_IOD} IOD, "
                f"but got {self.soft_radius_iod}"
            )
        if min(self.selection, default=0) < 0:
            raise ValueError(f"expected vertices from 0 on, but got {min(self.selection)}")

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "transform"

    def with_region(self, name: str | None) -> "TransformTool":
        """Return the tool with a region selected, or nothing.

        Raises
        ------
        ValueError
            If no layout has a region of that name.
        """
        if name is not None and name not in REGION_TITLES:
            raise ValueError(f"expected one of {', '.join(REGION_TITLES)}, but got {name!r}")
        return self._taking(name)

    def with_settings(self, like: Tool) -> Tool:
        """Return a tool that is set like another one, with what is selected in this one."""
        if not isinstance(like, TransformTool):
            return like
        return replace(like, selection=self.selection, region=self.region)

    def with_selection(self, vertices: Collection[int]) -> "TransformTool":
        """Return the tool with these vertices selected."""
        return replace(self, selection=frozenset(vertices), region=None)

    @property
    def nudges_selection(self) -> bool:
        """True: the selection, wherever the pointer is."""
        return True

    def cancelled(self) -> "TransformTool":
        """Return the tool with nothing selected."""
        return self.with_region(None)

    def selected(self, layout: MeshLayout) -> frozenset[int]:
        """Return which vertices of a mesh of a layout are selected; it may have none of them."""
        if self.region is not None:
            return _vertices_of(layout, self.region)
        if max(self.selection, default=0) < layout.count:
            return self.selection
        return frozenset(vertex for vertex in self.selection if vertex < layout.count)

    def frame(self, state: MeshState, pixel: float) -> Frame | None:
        """Return the frame around the selection, or None if nothing of it is to be seen."""
        selected = self.selected(state.layout)
        shown = [vertex for vertex in selected if not state.hidden[vertex]]
        if not shown:
            return None
        points = plane(state.landmarks)[shown]
        return Frame.around(points, face_axis(state.landmarks, state.layout), pixel)

    def handle_at(self, state: MeshState, position: Position, pixel: float) -> Handle | None:
        """Return what a press here takes hold of, if anything: what the cursor may show."""
        frame = self.frame(state, pixel)
        return None if frame is None else frame.handle_at(complex(*position))

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return the frame with its handles, and what moves if the pointer is on or in it.

        Without a selection it is what a click would select.
        """
        frame = self.frame(state, pixel)
        if frame is not None:
            is_held = frame.handle_at(complex(*position)) is not None
            weights = self.weights(state) if is_held else np.zeros(len(state.landmarks))
            return _framed(frame, Mapping(), weights, position)
        name = region_at(state.landmarks, state.layout, position)
        if name is not None:
            return Aim(self._taking(name).weights(state), position)
        is_near = within_reach(state, position, pixel)
        return Aim(np.zeros(len(state.landmarks)), position) if is_near else None

    def begin(self, state: MeshState, position: Position, pixel: float) -> "Gesture | None":
        """Take hold of a handle or begin a lasso; None if the face is out of reach."""
        frame, handle = self.frame(state, pixel), self.handle_at(state, position, pixel)
        if frame is not None and handle is not None:
            weights = self.weights(state)
            return TransformGesture(self, state, weights, frame, handle, position, position)
        if not within_reach(state, position, pixel):
            return None
        return LassoGesture(self, state, pixel, np.array([complex(*position)]))

    def nudged(
        self, state: MeshState, position: Position | None, pixel: float, way: Position
    ) -> Edit | None:
        """Return the edit that moves the selection by (dx, dy) px, wherever the pointer is."""
        mapping = Mapping(shift=complex(*way))
        return self.transformed(state, self.weights(state), mapping)

    def weights(self, state: MeshState) -> Influence:
        """Return the share of the transformation that each vertex takes, (n,)."""
        landmarks, layout = state.landmarks, state.layout
        radius = self.soft_radius_iod * tool_scale(landmarks, layout)
        weights = soft_weights(landmarks, layout, self.selected(layout), radius)
        weights[state.still] = 0
        return weights

    def transformed(self, state: MeshState, weights: Influence, mapping: Mapping) -> Edit | None:
        """Return the edit that maps each vertex by its share; None if nothing moves."""
        before = state.landmarks
        after = softly_mapped(before, weights, mapping)
        if np.array_equal(after, before):
            return None
        return Edit(after, guard=self._guarded if self.guards else None).guarded(state)

    def _taking(self, region: str | None) -> "TransformTool":
        return replace(self, selection=frozenset(), region=region)

    def _guarded(self, state: MeshState, after: Floats) -> Floats:
        fixed = {*self.selected(state.layout), *np.flatnonzero(state.still).tolist()}
        return guard_placement(state.landmarks, after, fixed, state.layout)


@dataclass(frozen=True, eq=False)
class TransformGesture(Gesture):
    """A handle being pulled; as long as the pointer has hardly moved, a click."""

    owner: TransformTool
    state: MeshState
    weights: Influence
    frame: Frame
    handle: Handle
    start: Position
    position: Position
    was_dragged: bool = False

    @property
    def aim(self) -> Aim:
        """The influence fixed at the press, and the frame as transformed."""
        return _framed(self.frame, self._mapping, self.weights, self.position)

    @property
    def tool(self) -> Tool:
        """The tool that began it; after a click inside the frame, with the region there."""
        if self.was_dragged or self.handle.place != 0:
            return self.owner
        name = region_at(self.state.landmarks, self.state.layout, self.start)
        return self.owner if name is None else self.owner._taking(name)

    @cached_property
    def edit(self) -> Edit | None:
        """The mesh with the handle where it is pulled to; None for a click."""
        return self.owner.transformed(self.state, self.weights, self._mapping)

    def moved(self, position: Position) -> "TransformGesture":
        """Return the gesture with the pointer there."""
        way = abs(complex(*position) - complex(*self.start))
        dragged = self.was_dragged or way > CLICK * self.frame.pixel
        return replace(self, position=position, was_dragged=dragged)

    @property
    def _mapping(self) -> Mapping:
        if not self.was_dragged:
            return Mapping()
        start, position = complex(*self.start), complex(*self.position)
        about_centre = self.owner.about_centre
        return self.frame.mapping(self.handle, start, position, about_centre=about_centre)


@dataclass(frozen=True, eq=False)
class LassoGesture(Gesture):
    """A line drawn round vertices to select them; hardly moved, a click that selects a region."""

    owner: TransformTool
    state: MeshState
    pixel: float
    trail: Complex
    was_dragged: bool = False

    @property
    def aim(self) -> Aim:
        """The line, closed, and what it would select."""
        closed = np.append(self.trail, self.trail[0])
        weights = self._inside.astype(np.float64)
        return Aim(weights, _xy(self.trail[-1]), lines=(pairs(closed),))

    @property
    def edit(self) -> None:
        """None: selecting is no edit."""
        return None

    @property
    def tool(self) -> Tool:
        """The tool with what is selected."""
        if not self.was_dragged:
            name = region_at(self.state.landmarks, self.state.layout, _xy(self.trail[0]))
            return self.owner._taking(name)
        return self.owner.with_selection(np.flatnonzero(self._inside).tolist())

    def moved(self, position: Position) -> "LassoGesture":
        """Return the line drawn on to there."""
        at = complex(*position)
        dragged = self.was_dragged or abs(at - self.trail[0]) > CLICK * self.pixel
        return replace(self, trail=drawn_on(self.trail, at, self.pixel), was_dragged=dragged)

    @cached_property
    def _inside(self) -> NDArray[np.bool_]:
        """Which vertices the line goes round, (n,), of those that are shown."""
        return is_inside(plane(self.state.landmarks), self.trail) & ~self.state.hidden


@cache
def _vertices_of(layout: MeshLayout, region: str) -> frozenset[int]:
    found = layout.regions.get(region)
    return frozenset() if found is None else frozenset(found.vertices.tolist())


def _framed(frame: Frame, mapping: Mapping, weights: Influence, position: Position) -> Aim:
    lines = tuple(pairs(line) for line in frame.outline(mapping))
    handles = mapping(np.array([frame.at(handle) for handle in frame.handles]))
    return Aim(weights, position, lines=lines, handles=pairs(handles))


def _xy(point: np.complex128) -> Position:
    return float(point.real), float(point.imag)
