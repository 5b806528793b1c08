"""Relax's card."""

from annotator.mesh.tools.relax import RelaxTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Curve, Dots
from annotator.workbench.tools.options import BRUSH, GUARDS

CARD = ToolCard(
    kind="relax",
    key="W",
    title="Relax",
    text="Relax",
    hint="Brush towards even spacing; contours stay",
    icon=(  # vertices evenly spaced on a line
        Curve((2.5, 16), (((8, 6), (16, 6), (21.5, 16)),)),
        Dots(1.7, ((3, 15.2), (8, 10), (16, 10), (21, 15.2), (12, 8.6))),
    ),
    options=(*BRUSH, GUARDS),
    make=lambda settings, _: RelaxTool(settings.brush, settings.guards),
)
