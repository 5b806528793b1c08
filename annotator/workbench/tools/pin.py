"""Pin's card."""

from annotator.mesh.tools.marking import PinTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Line
from annotator.workbench.tools.option import Switch, held_as
from annotator.workbench.tools.options import SIZE

PINS = Switch(
    "pins",
    "Whether the brush pins vertices, or frees them",
    text="Pin (off: let go)",
    held=held_as("pins"),
)

CARD = ToolCard(
    kind="pin",
    key="P",
    title="Pin",
    text="Pin",
    hint="Brush over vertices that shall stay",
    icon=(  # a pin
        Line(((8, 3.5), (16, 3.5))),
        Line(((9.5, 3.5), (9, 10), (6, 13), (18, 13), (15, 10))),
        Line(((15, 10), (14.5, 3.5))),
        Line(((12, 13), (12, 21))),
    ),
    options=(*SIZE, PINS),
    make=lambda settings, _: PinTool(settings.brush, settings.pins),
)
