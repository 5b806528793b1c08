"""Which tool the annotator has in hand, and how all of them are set. No widgets here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from psygnal import Signal

from annotator.mesh.brush import Brush
from annotator.mesh.covariance import Covariance
from annotator.mesh.marks import Visibility
from annotator.mesh.tools.base import Tool
from annotator.mesh.tools.box import Box, BoxTool
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.grab import GrabTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.mesh.tools.marking import PinTool, VisibilityTool
from annotator.mesh.tools.relax import RelaxTool
from annotator.mesh.tools.restore import RestoreTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.mesh.tools.transform import TransformTool
from annotator.mesh.tools.turned import plain_tool


class ToolKind(StrEnum):
    """The tools to choose from."""

    GRAB = "grab"
    GUIDED = "guided"
    SMOOTH = "smooth"
    RELAX = "relax"
    RESTORE = "restore"
    TRANSFORM = "transform"
    CONTOUR = "contour"
    PIN = "pin"
    VISIBILITY = "visibility"


@dataclass(frozen=True)
class ToolSettings:
    """What the annotator set; every tool takes what concerns it.

    Attributes
    ----------
    brush : Brush
    mirrors
        Whether Grab moves both halves of the face.
    guards
        Whether the tools keep the mesh from folding.
    pins
        Whether the Pin brush pins, or frees.
    visibility
        What the Visibility brush marks.
    contour
        Which contour is drawn; None leaves it to the line.
    soft_edge_iod
        How far around a selection the mesh follows a transformation, in outer IOD.
    """

    brush: Brush = field(default_factory=Brush)
    mirrors: bool = False
    guards: bool = True
    pins: bool = True
    visibility: Visibility = Visibility.OCCLUDED
    contour: str | None = None
    soft_edge_iod: float = 0.15


_MAKERS: dict[ToolKind, Callable[[ToolSettings, Covariance | None], Tool]] = {
    ToolKind.GRAB: lambda s, _: GrabTool(s.brush, s.mirrors, s.guards),
    ToolKind.GUIDED: lambda s, covariance: GuidedTool(covariance, s.guards),
    ToolKind.SMOOTH: lambda s, _: SmoothTool(s.brush, s.guards),
    ToolKind.RELAX: lambda s, _: RelaxTool(s.brush, s.guards),
    ToolKind.RESTORE: lambda s, _: RestoreTool(s.brush, s.guards),
    ToolKind.TRANSFORM: lambda s, _: TransformTool(
        soft_radius_iod=s.soft_edge_iod, guards=s.guards
    ),
    ToolKind.CONTOUR: lambda s, covariance: ContourTool(covariance, s.contour, s.guards),
    ToolKind.PIN: lambda s, _: PinTool(s.brush, s.pins),
    ToolKind.VISIBILITY: lambda s, _: VisibilityTool(s.brush, s.visibility),
}


class Toolbox:
    """The tool in hand.

    Attributes
    ----------
    changed
        The tool in hand is another, or set otherwise.
    """

    changed = Signal()

    def __init__(self) -> None:
        self._kind = ToolKind.GRAB
        self._settings = ToolSettings()
        self._covariance: Covariance | None = None
        self._tool = self._made()

    @property
    def kind(self) -> ToolKind:
        """Which tool is chosen."""
        return self._kind

    @property
    def tool(self) -> Tool:
        """The tool in hand: the one chosen, or a box to be drawn first."""
        return self._tool

    @property
    def settings(self) -> ToolSettings:
        """How the tools are set."""
        return self._settings

    @property
    def brush(self) -> Brush:
        """The brush that the brushing tools share."""
        return self._settings.brush

    @brush.setter
    def brush(self, brush: Brush) -> None:
        self.set(brush=brush)

    @property
    def draws_box(self) -> bool:
        """Whether a box is to be drawn."""
        return isinstance(self._tool, BoxTool)

    def set(self, **settings: Any) -> None:
        """Change settings by name; what a tool holds between strokes is kept."""
        changed = replace(self._settings, **settings)
        if changed != self._settings:
            self._settings = changed
            if not self.draws_box:
                self._tool = self._set_anew()
            self.changed.emit()

    def learn(self, covariance: Covariance | None) -> None:
        """Let Guided drag and Contour expect these errors; None where nothing was learned."""
        self._covariance = covariance
        if not self.draws_box:
            self._hold(self._set_anew())

    def choose(self, kind: ToolKind) -> None:
        """Take another tool in hand; what the one before held is dropped."""
        self._kind = kind
        self._hold(self._made())

    def draw_box(self, *, adds_face: bool) -> None:
        """Let the next drag draw a box."""
        self._hold(BoxTool(adds_face=adds_face))

    def drawn_box(self) -> tuple[Box | None, bool]:
        """Return the box that was drawn, if one was, and whether it is for a face to be added."""
        tool = self._tool
        return (tool.box, tool.adds_face) if isinstance(tool, BoxTool) else (None, False)

    def go_on_with(self, tool: Tool) -> None:
        """Take over what a stroke left of the tool in hand."""
        tool = plain_tool(tool)
        if type(tool) is type(self._tool):
            self._hold(tool)

    def drop_pending(self) -> bool:
        """Drop a box to be drawn or what the tool holds; return whether there was any."""
        before = self._tool
        self._hold(self._made() if self.draws_box else before.cancelled())
        return self._tool != before

    def smoothing(self) -> Tool:
        """Return the tool that Shift puts in hand as long as it is held."""
        return _MAKERS[ToolKind.SMOOTH](self._settings, self._covariance)

    def choose_region(self, region: str | None) -> None:
        """Take a region into the frame of Transform, or nothing."""
        if isinstance(self._tool, TransformTool):
            self._hold(self._tool.with_region(region))

    def take_back_click(self) -> bool:
        """Drop the newest point of a line drawn by clicks; return whether there was one."""
        tool = self._tool
        if not isinstance(tool, ContourTool) or not tool.is_pending:
            return False
        self._hold(tool.without_last_click())
        return True

    def _set_anew(self) -> Tool:
        """Return the tool chosen with its settings, and what it held."""
        made, before = self._made(), self._tool
        if isinstance(made, ContourTool) and isinstance(before, ContourTool):
            return replace(made, clicks=before.clicks)
        if isinstance(made, TransformTool) and isinstance(before, TransformTool):
            return replace(made, selection=before.selection, region=before.region)
        return made

    def _made(self) -> Tool:
        return _MAKERS[self._kind](self._settings, self._covariance)

    def _hold(self, tool: Tool) -> None:
        if tool != self._tool:
            self._tool = tool
            self.changed.emit()
