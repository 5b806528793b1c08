"""Contour as a tool: draw where a lip, a lid, a brow or the oval really runs.

A line is drawn with the button down, or point by point with clicks. The vertices of the contour
that it covers slide onto it (`annotator.mesh.outline`) and become anchors, so that Guided drag
keeps the outline from then on; the others follow as Guided has them
(`annotator.mesh.guided.guided_placement`).

Between clicks nothing moves. A click on the newest point, or `finished`, applies them; a click on
the first one closes the line before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from annotator.mesh.contours import nearest_contour
from annotator.mesh.covariance import Covariance, expected_covariance
from annotator.mesh.guided import guided_shares
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import CONTOUR_TITLES
from annotator.mesh.polyline import Complex, curve_through, drawn_on
from annotator.mesh.tools.base import Aim, Edit, Gesture, Influence, MeshState, Position, Tool
from annotator.mesh.tools.drawing import Drawing
from annotator.mesh.tools.reach import CLICK, reach, within_reach

# Clicks so near a point that was clicked before mean that point, in pixels of the screen.
_SAME_POINT = 5.0
# The pointer's way is kept in steps of this size, in pixels of the screen and in outer IOD.
_STEP = 0.5
_STEP_IOD = 0.003


@dataclass(frozen=True)
class ContourTool(Tool):
    """Lays a contour onto a drawn line.

    Attributes
    ----------
    covariance : Covariance, optional
        What was learned of the errors of predictions: how the surroundings follow.
    contour : str, optional
        The name of the one that is drawn; by default the one that fits the line best.
    guards : bool
        Whether vertices beside the contour make way where the mesh would fold otherwise.
    clicks : tuple of (x, y)
        Points clicked so far, in px.

    Raises
    ------
    ValueError
        If no layout has a contour of that name.
    """

    covariance: Covariance | None = None
    contour: str | None = None
    guards: bool = True
    clicks: tuple[Position, ...] = ()

    def __post_init__(self) -> None:
        if self.contour is not None and self.contour not in CONTOUR_TITLES:
            known = ", ".join(CONTOUR_TITLES)
            raise ValueError(f"expected one of {known}, but got {self.contour!r}")

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "contour"

    @property
    def is_pending(self) -> bool:
        """Whether points were clicked that are not applied yet."""
        return bool(self.clicks)

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return what a press here means: a contour, and the share of its move that others take.

        With points pending it is what they would do.
        """
        if self.clicks:
            return self.drawing(state, _line_through([*self.clicks, position])).aim(position)
        if not self._is_in_reach(state, position, pixel):
            return None
        name = self.contour or nearest_contour(state.landmarks, state.layout, position)[0]
        contour = state.layout.contours[name]
        still = frozenset(np.flatnonzero(state.still).tolist())
        placed = frozenset(contour.vertices.tolist()) - still
        held = (frozenset(state.anchors) - placed) | still
        covariance = expected_covariance(state.layout, self.covariance)
        shares = _shares(covariance, placed, held)
        focus = _only(placed, len(shares))
        return Aim(shares, position, focus=focus, name=contour.title)

    def begin(self, state: MeshState, position: Position, pixel: float) -> "Gesture | None":
        """Begin a line, or set the next point; None if no contour is in reach."""
        if self.clicks:
            return PointGesture(self, state, pixel, position)
        if not self._is_in_reach(state, position, pixel):
            return None
        return LineGesture(self, state, pixel, np.array([complex(*position)]))

    def finished(self, state: MeshState) -> tuple[Edit | None, Tool]:
        """Return the edit that the clicked points make, and the tool without them."""
        return self.drawing(state, _line_through(self.clicks)).edit, self.cancelled()

    def cancelled(self) -> "ContourTool":
        """Return the tool without the points clicked so far."""
        return replace(self, clicks=())

    def with_settings(self, like: Tool) -> Tool:
        """Return a tool that is set like another one, with the points clicked so far."""
        return replace(like, clicks=self.clicks) if isinstance(like, ContourTool) else like

    def without_last_click(self) -> "ContourTool":
        """Return the tool without the newest of the points clicked so far."""
        return replace(self, clicks=self.clicks[:-1])

    def drawing(self, state: MeshState, points: Complex) -> Drawing:
        """Return what a line through these points, (k,) x + iy, does to a mesh."""
        covariance = expected_covariance(state.layout, self.covariance)
        return Drawing(state, points, covariance, self.contour, self.guards)

    def _is_in_reach(self, state: MeshState, position: Position, pixel: float) -> bool:
        if self.contour is not None:
            has_it = self.contour in state.layout.contours
            return has_it and within_reach(state, position, pixel)
        distance = nearest_contour(state.landmarks, state.layout, position)[1]
        return distance <= reach(state, pixel)


@dataclass(frozen=True, eq=False)
class LineGesture(Gesture):
    """A line under way; as long as the pointer has hardly moved, a click."""

    owner: ContourTool
    state: MeshState
    pixel: float
    trail: Complex
    was_dragged: bool = False

    @property
    def aim(self) -> Aim:
        """The line, and what slides onto it and what follows."""
        at = self.trail[-1]
        return self._drawing.aim((float(at.real), float(at.imag)))

    @property
    def edit(self) -> Edit | None:
        """The mesh with the contour on the line so far; None for a click."""
        return self._drawing.edit if self.was_dragged else None

    @property
    def tool(self) -> Tool:
        """The tool that began it; after a click, with its point."""
        if self.was_dragged:
            return self.owner
        start = self.trail[0]
        return replace(self.owner, clicks=((float(start.real), float(start.imag)),))

    def moved(self, position: Position) -> "LineGesture":
        """Return the line drawn on to there."""
        at, iod = complex(*position), tool_scale(self.state.landmarks, self.state.layout)
        trail = drawn_on(self.trail, at, max(_STEP * self.pixel, _STEP_IOD * iod))
        dragged = self.was_dragged or abs(at - self.trail[0]) > CLICK * self.pixel
        return replace(self, trail=trail, was_dragged=dragged)

    @cached_property
    def _drawing(self) -> Drawing:
        return self.owner.drawing(self.state, self.trail)


@dataclass(frozen=True, eq=False)
class PointGesture(Gesture):
    """A point being set: it stays where the button is released."""

    owner: ContourTool
    state: MeshState
    pixel: float
    position: Position

    @property
    def aim(self) -> Aim:
        """The line with the point, and what it would move."""
        return self._drawing.aim(self.position)

    @property
    def edit(self) -> Edit | None:
        """None, unless the point is the newest or the first one again."""
        return self._drawing.edit if self._finishes else None

    @property
    def tool(self) -> Tool:
        """The tool with the point, or without any after the last one."""
        if self._finishes:
            return self.owner.cancelled()
        return replace(self.owner, clicks=(*self.owner.clicks, self.position))

    def moved(self, position: Position) -> "PointGesture":
        """Return the gesture with the point there."""
        return replace(self, position=position)

    @property
    def _finishes(self) -> bool:
        return self._is_at(-1) or self._closes

    @property
    def _closes(self) -> bool:
        return len(self.owner.clicks) > 2 and self._is_at(0)

    def _is_at(self, index: int) -> bool:
        offset = complex(*self.owner.clicks[index]) - complex(*self.position)
        return abs(offset) <= _SAME_POINT * self.pixel

    @cached_property
    def _drawing(self) -> Drawing:
        clicks = self.owner.clicks
        last = clicks[0] if self._closes else clicks[-1] if self._finishes else self.position
        return self.owner.drawing(self.state, _line_through([*clicks, last]))


# The pointer passes over a contour in many events.
@lru_cache(maxsize=16)
def _shares(covariance: Covariance, placed: frozenset[int], held: frozenset[int]) -> Influence:
    """Return what each vertex takes, (n,), where a contour is moved as a whole; read-only."""
    if not placed:
        return np.zeros(len(covariance.matrix))
    shares = guided_shares(covariance, sorted(placed), held, noise=covariance.noise).clip(0, 1)
    shares.flags.writeable = False
    return shares


@lru_cache(maxsize=16)
def _only(vertices: frozenset[int], count: int) -> Influence:
    """Return 1 for these vertices and 0 for the others, (n,); read-only."""
    only = np.zeros(count)
    only[sorted(vertices)] = 1
    only.flags.writeable = False
    return only


def _line_through(clicks: Sequence[Position]) -> Complex:
    return curve_through(np.array([complex(*click) for click in clicks], np.complex128))
