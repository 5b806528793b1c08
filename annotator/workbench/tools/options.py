"""The options that several tools share; those of one tool are on its card."""

from dataclasses import replace

from annotator.mesh.brush import (
    MAX_RADIUS_IOD,
    MAX_RADIUS_PX,
    MAX_STRENGTH,
    MIN_RADIUS_IOD,
    MIN_RADIUS_PX,
    MIN_STRENGTH,
    brush_radius,
)
from annotator.mesh.falloff import Falloff
from annotator.mesh.tools.base import Edit, MeshState
from annotator.workbench.tools.option import (
    Button,
    Choice,
    Entry,
    Held,
    Slider,
    Switch,
    held_as,
    held_by_brush,
)
from annotator.workbench.tools.tool_settings import ToolSettings

IN_IOD, IN_PIXELS = "eye distance", "image pixels"

# Larger radii are there for the keys; a slider to 3 would be too coarse where it matters.
_SLIDER_MAX_IOD = 1.5
_SLIDER_MAX_PX = 400.0

_RADIUS_IOD = held_by_brush("radius_iod")
_RADIUS_PX = held_by_brush("radius_px")
_STRENGTH = held_by_brush("strength")
_FALLOFF = held_by_brush("falloff")
_GUARDS = held_as("guards")


def _counts_in_pixels(settings: ToolSettings) -> bool:
    return settings.brush.radius_px is not None


def _with_unit(settings: ToolSettings, unit: str, state: MeshState | None) -> ToolSettings:
    """Return the radius as it is on a face, counted otherwise."""
    brush = settings.brush
    if (unit == IN_PIXELS) == _counts_in_pixels(settings):
        return settings
    if unit == IN_IOD:
        return replace(settings, brush=replace(brush, radius_px=None))
    radius = (
        _SLIDER_MAX_PX / 4 if state is None else brush_radius(state.landmarks, state.layout, brush)
    )
    return replace(settings, brush=brush.with_radius_px(radius))


def _without_anchors(state: MeshState) -> Edit | None:
    return Edit(state.landmarks, anchors_removed=state.anchors) if state.anchors else None


def _anchors_text(state: MeshState | None) -> str:
    count = 0 if state is None else len(state.anchors)
    return f"Clear anchors ({count})" if count else "No anchors yet"


RADIUS = Slider(
    "radius",
    "In distances between the outer eye corners. Keys: [ ] F, Shift+wheel",
    label="Radius",
    held=_RADIUS_IOD,
    is_shown=lambda settings: not _counts_in_pixels(settings),
    minimum=MIN_RADIUS_IOD,
    maximum=_SLIDER_MAX_IOD,
    step=0.01,
    entry=Entry(
        "radius",
        "Radius (IOD)",
        _RADIUS_IOD,
        "In distances between the outer eye corners",
        digits=3,
        minimum=MIN_RADIUS_IOD,
        maximum=MAX_RADIUS_IOD,
    ),
)
RADIUS_PX = Slider(
    "radius_px",
    "In pixels of the photograph. Keys: [ ] F, Shift+wheel",
    label="Radius",
    held=Held(lambda settings: settings.brush.radius_px or MIN_RADIUS_PX, _RADIUS_PX.write),
    is_shown=_counts_in_pixels,
    minimum=MIN_RADIUS_PX,
    maximum=_SLIDER_MAX_PX,
    step=1,
    entry=Entry(
        "radius_px",
        "Radius in pixels of the photograph",
        Held(
            lambda settings: settings.brush.radius_px or 0.0,
            lambda settings, radius, state: _RADIUS_PX.write(settings, radius or None, state),
        ),
        "Counts instead where it is not 0",
        digits=1,
        minimum=0.0,
        maximum=MAX_RADIUS_PX,
    ),
)
UNIT = Choice(
    "unit",
    "What the radius counts in: it fits faces of any size, or stays as it is",
    label="Measured in",
    held=Held(lambda settings: IN_PIXELS if _counts_in_pixels(settings) else IN_IOD, _with_unit),
    choices=((IN_IOD, IN_IOD), (IN_PIXELS, IN_PIXELS)),
)
STRENGTH = Slider(
    "strength",
    "Share of the movement that the vertex in the middle takes. Key: Shift+F",
    label="Strength",
    held=_STRENGTH,
    minimum=MIN_STRENGTH,
    maximum=MAX_STRENGTH,
    step=0.01,
    entry=Entry(
        "strength",
        "Strength",
        _STRENGTH,
        digits=3,
        minimum=MIN_STRENGTH,
        maximum=MAX_STRENGTH,
    ),
)
FALLOFF = Choice(
    "falloff",
    "How the influence falls from the middle to the rim",
    label="Falloff",
    held=_FALLOFF,
    choices=tuple((falloff.value, falloff) for falloff in Falloff),
    entry=Entry("falloff", "Falloff", _FALLOFF, choices=Falloff),
)
GUARDS = Switch(
    "guards",
    "Neighbours give way where a triangle would turn over",
    text="Keep from folding",
    is_narrow=True,
    held=_GUARDS,
    entry=Entry("guards", "Keep the mesh from folding", _GUARDS),
)
CLEAR_ANCHORS = Button(
    "clear_anchors",
    "Let go of all vertices placed by Guided and Contour",
    stroke="guided",
    text=_anchors_text,
    edit=_without_anchors,
)

SIZE = (RADIUS, RADIUS_PX, UNIT)
BRUSH = (*SIZE, STRENGTH, FALLOFF)
