"""Smooth's card."""

from annotator.mesh.tools.smooth import SmoothTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Curve, Line
from annotator.workbench.tools.options import BRUSH, GUARDS

CARD = ToolCard(
    kind="smooth",
    key="S",
    title="Smooth",
    text="Smooth (or hold Shift)",
    hint="Brush bumps away (Shift in any tool)",
    icon=(  # a ragged line above a smooth one
        Line(((2.5, 8), (6, 4), (9, 10), (13, 3.5), (16, 9.5), (19, 5), (21.5, 8))),
        Curve((2.5, 18), (((8, 13), (16, 13), (21.5, 18)),)),
    ),
    options=(*BRUSH, GUARDS),
    make=lambda settings, _: SmoothTool(settings.brush, settings.guards),
)
