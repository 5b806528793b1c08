"""The shaders that show the photograph in another light, or not at all."""

from typing import Any
from weakref import WeakSet

from vispy.visuals.filters import Filter

from annotator.workbench.look.light import Light

# The formula of `Light.applied_to`, a pixel at a time.
_LIGHT_CODE = """
void show_in_light() {
    vec3 level = (gl_FragColor.rgb - 0.5) * $contrast + 0.5 + $brightness;
    gl_FragColor.rgb = pow(clamp(level, 0.0, 1.0), vec3(1.0 / $gamma));
}
"""
_CURTAIN_CODE = """
void draw_curtain() {
    if ($is_drawn == 1) { discard; }
}
"""


class SharedFilter(Filter):  # type: ignore[misc]
    """A shader attached to any number of visuals, with one setting for all."""

    def __init__(self, code: str) -> None:
        super().__init__(fcode=code)
        self._visuals: WeakSet[Any] = WeakSet()

    def attach_once(self, visual: Any) -> None:
        """Attach to a visual unless that was done before."""
        if visual not in self._visuals:
            self._visuals.add(visual)
            visual.attach(self)
            visual.update()

    def redraw(self) -> None:
        """Let every visual be drawn again."""
        for visual in self._visuals:
            visual.update()


class LightFilter(SharedFilter):
    """Shows visuals in a `Light`."""

    def __init__(self) -> None:
        super().__init__(_LIGHT_CODE)
        self.show_in(Light())

    def show_in(self, light: Light) -> None:
        """Show the visuals in this light."""
        self.fshader["brightness"] = light.brightness
        self.fshader["contrast"] = light.contrast
        self.fshader["gamma"] = light.gamma
        self.redraw()


class CurtainFilter(SharedFilter):
    """Hides visuals, but not what hangs on them."""

    def __init__(self) -> None:
        super().__init__(_CURTAIN_CODE)
        self.is_drawn = False

    @property
    def is_drawn(self) -> bool:
        """Whether the visuals are hidden."""
        return self._is_drawn

    @is_drawn.setter
    def is_drawn(self, is_drawn: bool) -> None:
        self._is_drawn = is_drawn
        self.fshader["is_drawn"] = int(is_drawn)
        self.redraw()
