"""Guided drag's card."""

from annotator.mesh.tools.guided import GuidedTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Arc, Curve, Dots
from annotator.workbench.tools.options import CLEAR_ANCHORS, GUARDS

CARD = ToolCard(
    kind="guided",
    key="Q",
    title="Guided",
    text="Guided drag",
    hint="Drag vertices to their places; the whole face follows",
    icon=(  # two anchors, and a vertex dragged off the line between them
        Curve((3, 18), (((8, 17), (8, 6), (13, 6)), ((17, 6), (17, 17), (21, 18)))),
        Dots(2.1, ((3.6, 18), (20.4, 18))),
        Arc((12.7, 6), 3.2),
    ),
    options=(CLEAR_ANCHORS, GUARDS),
    make=lambda settings, covariance: GuidedTool(covariance, settings.guards),
)
