"""The space bar: held, it lets every drag move the photograph, as everywhere in napari."""

from collections.abc import Callable
from time import monotonic

from qtpy.QtGui import QKeyEvent

from annotator.plugin.canvas.tool_mouse import ToolMouse
from annotator.workbench.hold import Hold


class SpaceBar:
    """Tells a tap from a hold, when the key is released.

    Parameters
    ----------
    mouse : ToolMouse
        Moves the photograph as long as the key is held.
    clock : callable
        Returns seconds; asked where events do not say when they happened.
    """

    def __init__(self, mouse: ToolMouse, clock: Callable[[], float] = monotonic) -> None:
        self._mouse = mouse
        self._clock = clock
        self._hold: Hold | None = None

    def press(self, event: QKeyEvent) -> None:
        """Begin to hold it."""
        if self._hold is None and not event.isAutoRepeat():
            self._hold = Hold(self._time_of(event), is_used=self._mouse.is_dragging)
            self._mouse.pans = True

    def release(self, event: QKeyEvent) -> bool:
        """Hold it no longer; return whether it was a tap."""
        if self._hold is None or event.isAutoRepeat():
            return False
        hold = self._hold.used() if self._mouse.has_panned else self._hold
        self.drop()
        return hold.is_tap(self._time_of(event))

    def drop(self) -> None:
        """Hold it no longer, whatever it was."""
        self._hold = None
        self._mouse.pans = False

    def _time_of(self, event: QKeyEvent) -> float:
        # When the key went down, and not when a busy window got to know of it.
        return event.timestamp() / 1000 if event.timestamp() else self._clock()
