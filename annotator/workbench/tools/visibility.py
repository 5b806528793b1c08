"""Visibility's card."""

from annotator.mesh.marks import Visibility
from annotator.mesh.tools.marking import VisibilityTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Curve, Dots
from annotator.workbench.tools.option import Choice, held_as
from annotator.workbench.tools.options import SIZE

MARK_AS = Choice(
    "visibility",
    "What the brush says about the vertices it goes over",
    label="Mark as",
    held=held_as("visibility"),
    choices=tuple((v.name.lower().replace("_", " "), v) for v in Visibility),
)

CARD = ToolCard(
    kind="visibility",
    key="I",
    title="Visibility",
    text="Visibility",
    hint="Brush over what is occluded or out of frame",
    icon=(  # an eye
        Curve((2.5, 12), (((7, 4.5), (17, 4.5), (21.5, 12)),)),
        Curve((2.5, 12), (((7, 19.5), (17, 19.5), (21.5, 12)),)),
        Dots(2.4, ((12, 12),)),
    ),
    options=(*SIZE, MARK_AS),
    make=lambda settings, _: VisibilityTool(settings.brush, settings.visibility),
)
