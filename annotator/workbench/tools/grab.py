"""Grab's card."""

from annotator.mesh.brush import Metric
from annotator.mesh.tools.grab import GrabTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Dots, Line
from annotator.workbench.tools.option import Choice, Entry, Switch, held_as, held_by_brush
from annotator.workbench.tools.options import BRUSH, GUARDS

_METRIC = held_by_brush("metric")
_MIRRORS = held_as("mirrors")

METRIC = Choice(
    "metric",
    "Along the mesh lips and lids do not stick together;\nstraight across suits moves of much of a "
    "face",
    label="Distance",
    held=_METRIC,
    choices=tuple((metric.value, metric) for metric in Metric),
    entry=Entry("distance", "Distance", _METRIC, choices=Metric),
)
MIRRORS = Switch(
    "mirrors",
    "Move the other half of the face likewise",
    text="Mirror",
    is_narrow=True,
    held=_MIRRORS,
    entry=Entry("mirrors", "Grab mirrors", _MIRRORS, "The other half of the face moves likewise"),
)

CARD = ToolCard(
    kind="grab",
    key="G",
    title="Grab",
    text="Grab",
    hint="Drag a vertex; those around it follow",
    icon=(  # four arrows away from a vertex
        Line(((17, 12), (22, 12), (19.4, 9.4), (22, 12), (19.4, 14.6))),
        Line(((12, 17), (12, 22), (14.6, 19.4), (12, 22), (9.4, 19.4))),
        Line(((7, 12), (2, 12), (4.6, 14.6), (2, 12), (4.6, 9.4))),
        Line(((12, 7), (12, 2), (9.4, 4.6), (12, 2), (14.6, 4.6))),
        Dots(1.6, ((12, 12),)),
    ),
    options=(*BRUSH, METRIC, MIRRORS, GUARDS),
    make=lambda settings, _: GrabTool(settings.brush, settings.mirrors, settings.guards),
)
