"""The shader that shows the photograph in another light."""

from typing import Any
from weakref import WeakSet

from vispy.visuals.filters import Filter

from annotator.plugin.light import Light

# The formula of `Light.applied_to`, a pixel at a time.
_CODE = """
void show_in_light() {
    if ($is_hidden == 1) { discard; }
    vec3 level = (gl_FragColor.rgb - 0.5) * $contrast + 0.5 + $brightness;
    gl_FragColor.rgb = pow(clamp(level, 0.0, 1.0), vec3(1.0 / $gamma));
}
"""


class LightFilter(Filter):  # type: ignore[misc]
    """Applies a `Light` to every visual that it is attached to."""

    def __init__(self) -> None:
        super().__init__(fcode=_CODE)
        self._visuals: WeakSet[Any] = WeakSet()
        self.show_in(Light())
        self.is_hidden = False

    def show_in(self, light: Light) -> None:
        """Show the visuals in this light."""
        self.fshader["brightness"] = light.brightness
        self.fshader["contrast"] = light.contrast
        self.fshader["gamma"] = light.gamma
        self._redraw()

    @property
    def is_hidden(self) -> bool:
        """Whether the visuals are there and not drawn; what hangs on them is."""
        return self._is_hidden

    @is_hidden.setter
    def is_hidden(self, is_hidden: bool) -> None:
        self._is_hidden = is_hidden
        self.fshader["is_hidden"] = int(is_hidden)
        self._redraw()

    def attach_once(self, visual: Any) -> None:
        """Attach to a visual unless that was done before."""
        if visual not in self._visuals:
            self._visuals.add(visual)
            visual.attach(self)
            visual.update()

    def _redraw(self) -> None:
        for visual in self._visuals:
            visual.update()
