"""Restore's card."""

from annotator.mesh.tools.restore import RestoreTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Arc, Line
from annotator.workbench.tools.options import BRUSH, GUARDS

CARD = ToolCard(
    kind="restore",
    key="Z",
    title="Restore",
    text="Restore the prediction",
    hint="Brush the prediction back",
    icon=(  # an arrow that turns back
        Arc((12, 12), 7.5, start=-120, length=290),
        Line(((3.6, 5.0), (5.3, 9.6), (9.8, 8.0))),
    ),
    options=(*BRUSH, GUARDS),
    make=lambda settings, _: RestoreTool(settings.brush, settings.guards),
)
