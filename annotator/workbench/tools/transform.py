"""Transform's card."""

from annotator.mesh.layout import REGION_TITLES
from annotator.mesh.tools.transform import TransformTool
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.icon import Dots, Line
from annotator.workbench.tools.option import Entry, RegionChoice, Slider, held_as
from annotator.workbench.tools.options import GUARDS

_SOFT_EDGE = held_as("soft_edge_iod")
_MAX_SOFT_EDGE = 0.6

REGION = RegionChoice(
    "region",
    "What is moved, turned and scaled",
    label="Region",
    choices=(
        ("clicked or drawn round", None),
        *((title, name) for name, title in REGION_TITLES.items()),
    ),
)
SOFT_EDGE = Slider(
    "soft_edge",
    "How far around it the mesh follows, in distances between the eye corners",
    label="Soft edge",
    held=_SOFT_EDGE,
    minimum=0.0,
    maximum=_MAX_SOFT_EDGE,
    step=0.01,
    entry=Entry(
        "soft_edge",
        "Soft edge of Transform",
        _SOFT_EDGE,
        "In distances between the outer eye corners",
        digits=3,
        minimum=0.0,
        maximum=_MAX_SOFT_EDGE,
    ),
)

CARD = ToolCard(
    kind="transform",
    key="T",
    title="Transform",
    text="Transform a region",
    hint="Click a region or draw round one; use its handles",
    icon=(  # a frame with handles
        Line(((5, 5), (19, 5), (19, 19), (5, 19), (5, 5))),
        Dots(1.7, ((5, 5), (19, 5), (5, 19), (19, 19))),
    ),
    options=(REGION, SOFT_EDGE, GUARDS),
    make=lambda settings, _: TransformTool(
        soft_radius_iod=settings.soft_edge_iod, guards=settings.guards
    ),
)
