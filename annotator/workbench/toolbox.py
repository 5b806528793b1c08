"""Which tool the annotator has in hand, and how all of them are set. No widgets here."""

from dataclasses import replace
from typing import Any

from psygnal import Signal

from annotator.mesh.brush import Brush
from annotator.mesh.contours import contour_chains
from annotator.mesh.covariance import Covariance, canonical_covariance
from annotator.mesh.layout import MeshLayout
from annotator.mesh.tools.base import Tool
from annotator.mesh.tools.box import Box, BoxTool
from annotator.mesh.tools.turned import plain_tool
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.tools.tool_settings import ToolSettings

_BOX_TITLE, _BOX_HINT = "Box", "Draw a box around the face (Esc: never mind)"


class Toolbox:
    """The tool in hand.

    Attributes
    ----------
    changed
        The tool in hand is another, or set otherwise.
    learned_anew
        What was learned is another; nothing is expected of the face at hand any more.
    """

    changed = Signal()
    learned_anew = Signal()

    def __init__(self) -> None:
        self._kind = ToolKind.GRAB
        self._settings = ToolSettings()
        self._learned: Covariance | None = None
        self._expected: Covariance | None = None
        self._tool = self._made(self._kind)

    @property
    def kind(self) -> ToolKind:
        """Which tool is chosen."""
        return self._kind

    @property
    def tool(self) -> Tool:
        """The tool in hand: the one chosen, or a box to be drawn first."""
        return self._tool

    @property
    def title(self) -> str:
        """What the tool in hand is called."""
        return _BOX_TITLE if self.draws_box else self._kind.card.title

    @property
    def hint(self) -> str:
        """What to do with the tool in hand."""
        return _BOX_HINT if self.draws_box else self._kind.card.hint

    @property
    def settings(self) -> ToolSettings:
        """How the tools are set; assign others, and what a tool holds between strokes is kept."""
        return self._settings

    @settings.setter
    def settings(self, settings: ToolSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            if not self.draws_box:
                self._tool = self._set_anew()
            self.changed.emit()

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
        """Change settings by name."""
        self.settings = replace(self._settings, **settings)

    @property
    def learned(self) -> Covariance | None:
        """Which errors Guided drag and Contour expect of any face; None: nothing was learned."""
        return self._learned

    def learn(self, covariance: Covariance | None) -> None:
        """Let Guided drag and Contour expect these errors; None where nothing was learned."""
        self._learned = covariance
        self.expect(None)
        self.learned_anew.emit()

    def expect(self, covariance: Covariance | None) -> None:
        """Let them expect these errors of the face at hand; None: what was learned.

        A stroke under way goes on as it began.
        """
        self._expected = covariance
        if not self.draws_box:
            self._hold(self._set_anew())

    def prepare(self, layout: MeshLayout) -> None:
        """Work out what the tools need to know of a layout: once, and not under the hand."""
        canonical_covariance(layout)
        contour_chains(layout)

    def choose(self, kind: ToolKind) -> None:
        """Take another tool in hand; what the one before held is dropped."""
        self._kind = kind
        self._hold(self._made(kind))

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
        if type(tool) is not type(self._tool):
            return  # with Shift held it was another one's stroke
        # What is expected of the face may have become known during the stroke.
        self._hold(tool if self.draws_box else tool.with_settings(self._made(self._kind)))

    def drop_pending(self) -> bool:
        """Drop a box to be drawn or what the tool holds; return whether there was any."""
        before = self._tool
        self._hold(self._made(self._kind) if self.draws_box else before.cancelled())
        return self._tool != before

    def smoothing(self) -> Tool:
        """Return the tool that Shift puts in hand as long as it is held."""
        return self._made(ToolKind.SMOOTH)

    def choose_region(self, region: str | None) -> None:
        """Let the tool in hand select a region, or nothing, if it is one that does."""
        self._hold(self._tool.with_region(region))

    def take_back_click(self) -> bool:
        """Drop the newest point of a line drawn by clicks; return whether there was one."""
        before = self._tool
        self._hold(before.without_last_click())
        return self._tool != before

    def _set_anew(self) -> Tool:
        """Return the tool chosen with its settings, and what it held."""
        return self._tool.with_settings(self._made(self._kind))

    def _made(self, kind: ToolKind) -> Tool:
        return kind.card.make(self._settings, self._expected or self._learned)

    def _hold(self, tool: Tool) -> None:
        if tool != self._tool:
            self._tool = tool
            self.changed.emit()
