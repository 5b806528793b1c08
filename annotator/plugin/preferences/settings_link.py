"""Puts the settings to use, and remembers what the annotator sets by other ways."""

from collections.abc import Callable
from dataclasses import replace

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.preferences.settings_store import SettingsStore
from annotator.workbench.keys import KeyBindings
from annotator.workbench.settings import Settings, with_remembered
from annotator.workbench.visit_clock import VisitClock
from annotator.workbench.workbench import Workbench


class SettingsLink:
    """Connects a store of settings with what they are about.

    Parameters
    ----------
    store : SettingsStore
    workbench : Workbench
    view : FaceView
    clock : VisitClock
    use_keys : callable
        Takes the keys in effect.
    """

    def __init__(
        self,
        store: SettingsStore,
        workbench: Workbench,
        view: FaceView,
        clock: VisitClock,
        use_keys: Callable[[KeyBindings], None],
    ) -> None:
        self._store = store
        self._workbench = workbench
        self._view = view
        self._clock = clock
        self._use_keys = use_keys
        self._applied: Settings | None = None
        store.changed.connect(self._apply)
        store.told.connect(workbench.failed.emit)
        self._apply()
        for problem in store.problems:
            workbench.told.emit(problem)
        workbench.tools.changed.connect(self._remember)

    def close(self) -> None:
        """Write what is to be remembered and let go of the store."""
        self._workbench.tools.changed.disconnect(self._remember)
        self._store.remember_work(
            goes_on=self._workbench.verdicts.goes_on,
            keeps_zoom=self._view.settings.keeps_zoom,
        )
        self._store.close()

    def _apply(self) -> None:
        chosen, tools = self._store.settings, self._workbench.tools
        applied, self._applied = self._applied, chosen
        # What the dock has its own switches for stays as they are, unless it was changed here.
        if applied is None or chosen.goes_on != applied.goes_on:
            self._workbench.verdicts.goes_on = chosen.goes_on
        if applied is None or chosen.keeps_zoom != applied.keeps_zoom:
            self._view.settings = replace(self._view.settings, keeps_zoom=chosen.keeps_zoom)
        self._clock.idle_seconds = chosen.idle_seconds
        if tools.kind is not chosen.tool:
            tools.choose(chosen.tool)
        tools.settings = with_remembered(tools.settings, chosen.tools)
        self._use_keys(chosen.keys)

    def _remember(self) -> None:
        tools = self._workbench.tools
        self._store.remember(tools.kind, tools.settings)
