"""Contour's card."""

from annotator.mesh.layout import CONTOUR_TITLES
from annotator.mesh.tools.contour import ContourTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Curve, Line
from annotator.workbench.tools.option import Choice, held_as
from annotator.workbench.tools.options import CLEAR_ANCHORS, GUARDS

CONTOUR = Choice(
    "contour",
    "Which contour slides onto the line",
    label="Contour",
    held=held_as("contour"),
    choices=(
        ("the one that fits the line", None),
        *((title, name) for name, title in CONTOUR_TITLES.items()),
    ),
)

CARD = ToolCard(
    kind="contour",
    key="L",
    title="Contour",
    text="Contour: draw a line",
    hint="Draw a lip, lid, brow or the oval; or click, and Enter",
    icon=(  # a pencil at the end of a line
        Curve((2.5, 20.5), (((6, 14), (8, 22), (12, 17.5)),)),
        Line(((12, 17.5), (12.8, 13.6), (19, 7), (22, 10), (15.8, 16.7), (12, 17.5))),
    ),
    options=(CONTOUR, CLEAR_ANCHORS, GUARDS),
    make=lambda settings, covariance: ContourTool(covariance, settings.contour, settings.guards),
)
