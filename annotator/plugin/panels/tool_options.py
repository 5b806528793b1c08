"""The settings of the tool in hand, as a form; only those that concern it are shown."""

from dataclasses import replace
from typing import Any

from magicgui.widgets import CheckBox, ComboBox, Container, FloatSlider, PushButton

from annotator.mesh.brush import MIN_RADIUS_IOD, MIN_RADIUS_PX, Metric, brush_radius
from annotator.mesh.falloff import Falloff
from annotator.mesh.layout import CONTOUR_TITLES, REGION_TITLES
from annotator.mesh.marks import Visibility
from annotator.mesh.tools.transform import TransformTool
from annotator.plugin.panels.parts import without_focus
from annotator.workbench.toolbox import ToolKind
from annotator.workbench.workbench import Workbench

# Larger radii are there for the keys; a slider to 3 would be too coarse where it matters.
_SLIDER_MAX_IOD = 1.5
_SLIDER_MAX_PX = 400.0
_IN_IOD, _IN_PIXELS = "eye distance", "image pixels"

_BRUSH = ("radius", "radius_px", "unit", "strength", "falloff")
_SHOWN: dict[ToolKind, tuple[str, ...]] = {
    ToolKind.GRAB: (*_BRUSH, "metric", "mirrors", "guards"),
    ToolKind.GUIDED: ("clear_anchors", "guards"),
    ToolKind.SMOOTH: (*_BRUSH, "guards"),
    ToolKind.RELAX: (*_BRUSH, "guards"),
    ToolKind.RESTORE: (*_BRUSH, "guards"),
    ToolKind.TRANSFORM: ("region", "soft_edge", "guards"),
    ToolKind.CONTOUR: ("contour", "guards", "clear_anchors"),
    ToolKind.PIN: ("radius", "radius_px", "unit", "pins"),
    ToolKind.VISIBILITY: ("radius", "radius_px", "unit", "visibility"),
}


class ToolOptions(Container):  # type: ignore[type-arg]
    """Shows and changes the settings of a workbench's tools."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._tools = workbench.tools
        self._shown: set[str] = set()
        self._make_brush()
        self._make_choices()
        self._make_switches()
        self._rows = {
            "radius": self.radius, "radius_px": self.radius_px, "unit": self.unit,
            "strength": self.strength, "falloff": self.falloff, "metric": self.metric,
            "region": self.region, "soft_edge": self.soft_edge, "contour": self.contour,
            "visibility": self.visibility, "pins": self.pins,
            "mirrors": self.mirrors, "clear_anchors": self.clear_anchors,
            "guards": self.guards,
        }  # fmt: skip
        switches = Container(
            widgets=[self.mirrors, self.guards], layout="horizontal", labels=False, label=""
        )
        switches.margins = (0, 0, 0, 0)
        beside = (self.mirrors, self.guards)
        rows = [widget for widget in self._rows.values() if widget not in beside]
        super().__init__(widgets=[*rows, switches])
        self.margins = (0, 0, 0, 0)
        self.radius.label = "Radius"  # magicgui lines labels up when one is set
        self._connect()
        without_focus(self.native)
        self.show_settings()

    def _make_brush(self) -> None:
        self.radius = FloatSlider(
            min=MIN_RADIUS_IOD, max=_SLIDER_MAX_IOD, step=0.01, label="Radius",
            tooltip="In distances between the outer eye corners. Keys: [ ] F, Shift+wheel",
        )  # fmt: skip
        self.radius_px = FloatSlider(
            min=MIN_RADIUS_PX, max=_SLIDER_MAX_PX, step=1, label="Radius",
            tooltip="In pixels of the photograph. Keys: [ ] F, Shift+wheel",
        )  # fmt: skip
        self.unit = ComboBox(
            choices=[_IN_IOD, _IN_PIXELS], label="Measured in",
            tooltip="What the radius counts in: it fits faces of any size, or stays as it is",
        )  # fmt: skip
        self.strength = FloatSlider(
            min=0.01, max=1, step=0.01, label="Strength",
            tooltip="Share of the movement that the vertex in the middle takes. Key: Shift+F",
        )  # fmt: skip
        self.falloff = ComboBox(
            choices=[(falloff.value, falloff) for falloff in Falloff], label="Falloff",
            tooltip="How the influence falls from the middle to the rim",
        )  # fmt: skip

    def _make_choices(self) -> None:
        self.metric = ComboBox(
            choices=[(metric.value, metric) for metric in Metric], label="Distance",
            tooltip="Along the mesh lips and lids do not stick together;\n"
            "straight across suits moves of much of a face",
        )  # fmt: skip
        self.region = ComboBox(
            choices=[
                ("clicked or drawn round", None),
                *((title, name) for name, title in REGION_TITLES.items()),
            ],
            label="Region",
            tooltip="What is moved, turned and scaled",
        )
        self.soft_edge = FloatSlider(
            min=0,
            max=0.6,
            step=0.01,
            label="Soft edge",
            tooltip="How far around it the mesh follows, in distances between the eye corners",
        )
        self.contour = ComboBox(
            choices=[
                ("the one that fits the line", None),
                *((title, name) for name, title in CONTOUR_TITLES.items()),
            ],
            label="Contour",
            tooltip="Which contour slides onto the line",
        )
        self.visibility = ComboBox(
            choices=[(v.name.lower().replace("_", " "), v) for v in Visibility],
            label="Mark as", tooltip="What the brush says about the vertices it goes over",
        )  # fmt: skip

    def _make_switches(self) -> None:
        self.pins = CheckBox(
            text="Pin (off: let go)", tooltip="Whether the brush pins vertices, or frees them"
        )
        self.mirrors = CheckBox(text="Mirror", tooltip="Move the other half of the face likewise")
        self.clear_anchors = PushButton(
            text="Clear anchors", tooltip="Let go of all vertices placed by Guided and Contour"
        )
        self.guards = CheckBox(
            text="Keep from folding",
            tooltip="Neighbours give way where a triangle would turn over",
        )

    def _connect(self) -> None:
        # Each on its own: a radius beyond the slider's end is not cut by a change of strength.
        brush = {"strength": self.strength, "falloff": self.falloff, "metric": self.metric}
        for name, widget in brush.items():
            widget.changed.connect(lambda value, name=name: self._set_brush(**{name: value}))
        self.radius.changed.connect(lambda value: self._set_brush(radius_iod=value))
        self.radius_px.changed.connect(lambda value: self._set_brush(radius_px=value))
        self.unit.changed.connect(self._set_unit)
        self.region.changed.connect(self._tools.choose_region)
        settings = {
            "contour": self.contour, "visibility": self.visibility, "pins": self.pins,
            "mirrors": self.mirrors, "guards": self.guards, "soft_edge_iod": self.soft_edge,
        }  # fmt: skip
        for name, widget in settings.items():
            widget.changed.connect(lambda value, name=name: self._tools.set(**{name: value}))
        self.clear_anchors.changed.connect(lambda _: self._workbench.edits.clear_anchors())
        self._tools.changed.connect(self.show_settings)
        self._workbench.mesh_changed.connect(self._show_anchors)
        self._workbench.current_changed.connect(self._show_anchors)

    def _set_brush(self, **settings: Any) -> None:
        self._tools.brush = replace(self._tools.brush, **settings)

    def _set_unit(self, unit: str) -> None:
        """Keep the radius as it is on the current face, counted otherwise."""
        brush, session = self._tools.brush, self._workbench.session
        if (unit == _IN_PIXELS) == (brush.radius_px is not None):
            return
        if unit == _IN_IOD:
            self._set_brush(radius_px=None)
        elif session is not None:
            radius = brush_radius(session.landmarks, session.state.layout, brush)
            self._tools.brush = brush.with_radius_px(radius)
        else:
            self._tools.brush = brush.with_radius_px(_SLIDER_MAX_PX / 4)

    def show_settings(self) -> None:
        """Show what concerns the tool in hand, as it is set."""
        shown = set(_SHOWN[self._tools.kind])
        shown.discard("radius" if self._tools.brush.radius_px is not None else "radius_px")
        # Not asked of the widgets, which count as invisible before their window is shown.
        if shown != self._shown:
            self._shown = shown
            for name, widget in self._rows.items():
                widget.visible = name in shown
        for widget, value in self._values():
            with widget.changed.blocked():
                widget.value = value
        self._show_anchors()

    def _values(self) -> list[tuple[Any, Any]]:
        settings, brush, tool = self._tools.settings, self._tools.brush, self._tools.tool
        radius_px = min(brush.radius_px or MIN_RADIUS_PX, _SLIDER_MAX_PX)
        return [
            (self.radius, min(brush.radius_iod, _SLIDER_MAX_IOD)),
            (self.radius_px, radius_px),
            (self.unit, _IN_IOD if brush.radius_px is None else _IN_PIXELS),
            (self.strength, brush.strength),
            (self.falloff, brush.falloff),
            (self.metric, brush.metric),
            (self.region, tool.region if isinstance(tool, TransformTool) else None),
            (self.soft_edge, settings.soft_edge_iod),
            (self.contour, settings.contour),
            (self.visibility, settings.visibility),
            (self.pins, settings.pins),
            (self.mirrors, settings.mirrors),
            (self.guards, settings.guards),
        ]

    def _show_anchors(self) -> None:
        session = self._workbench.session
        count = 0 if session is None else len(session.state.anchors)
        self.clear_anchors.enabled = bool(count)
        self.clear_anchors.text = f"Clear anchors ({count})" if count else "No anchors yet"
