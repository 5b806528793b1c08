"""The settings, kept where napari keeps those of plugins and shown on its preferences."""

from typing import Any

from napari.settings import get_plugin_settings
from qtpy.QtCore import QObject, QTimer, Signal

from annotator.plugin.preferences.preferences import PLUGIN
from annotator.workbench.settings import Settings, read_settings, write_tools
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.tools.tool_settings import ToolSettings

_PAGES = ("work", "backups", "tools", "keys")
# The preferences hand on every letter as it is typed; keys and names are read when that pauses.
_TYPING_MS = 1000
_CLICK_MS = 50
# A slider that is dragged is not written at every step.
_REMEMBER_MS = 1000


class SettingsStore(QObject):
    """Follows napari's preferences and remembers the tools in them.

    Without the plugin's manifest, as in a script, the settings are the defaults and last as
    long as the store.

    Attributes
    ----------
    changed
        The preferences say something else.
    told
        Carries a sentence about what cannot be had.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = _plugin_pages()
        self._settings, self._problems = read_settings(self._page_values(), Settings())
        self._to_write: tuple[ToolKind, ToolSettings] | None = None
        self._reading = _single_shot(self, self._read)
        self._writing = _single_shot(self, self.flush)
        for name, page in self._pages.items():
            page.events.connect(self._read_soon if name == "tools" else self._read_typed)

    @property
    def settings(self) -> Settings:
        """What is in effect."""
        return self._settings

    @property
    def problems(self) -> tuple[str, ...]:
        """What the preferences ask for and cannot have, in sentences."""
        return self._problems

    def remember(self, tool: ToolKind, settings: ToolSettings) -> None:
        """Keep the tools as they are now for the next time."""
        self._to_write = (tool, settings)
        self._writing.start(_REMEMBER_MS)

    def remember_work(self, *, goes_on: bool, keeps_zoom: bool) -> None:
        """Keep how the annotator works, as last set, for the next time."""
        self._write_work({"goes_on": goes_on, "keeps_zoom": keeps_zoom})

    def remember_annotator(self, name: str) -> None:
        """Keep who works here for the next time."""
        self._write_work({"annotator": name})

    def flush(self) -> None:
        """Write at once what is still to be remembered."""
        self._writing.stop()
        if self._to_write is None:
            return
        entries, self._to_write = write_tools(*self._to_write), None
        self._settings, _ = read_settings({"tools": entries}, self._settings)
        page = self._pages.get("tools")
        if page is not None:
            page.update(entries)

    def close(self) -> None:
        """Write what waits and follow the preferences no longer."""
        self.flush()
        self._reading.stop()
        for name, page in self._pages.items():
            page.events.disconnect(self._read_soon if name == "tools" else self._read_typed)
        self._pages = {}

    def _write_work(self, entries: dict[str, Any]) -> None:
        self._settings, _ = read_settings({"work": entries}, self._settings)
        if "work" in self._pages:
            self._pages["work"].update(entries)

    def _read_soon(self, _event: Any = None) -> None:
        self._reading.start(_CLICK_MS)

    def _read_typed(self, _event: Any = None) -> None:
        self._reading.start(_TYPING_MS)

    def _read(self) -> None:
        before, known = self._settings, self._problems
        self._settings, self._problems = read_settings(self._page_values(), before)
        for problem in self._problems:
            if problem not in known:
                self.told.emit(problem)
        if self._settings != before:
            self.changed.emit()

    def _page_values(self) -> dict[str, dict[str, Any]]:
        return {name: page.model_dump() for name, page in self._pages.items()}


def _plugin_pages() -> dict[str, Any]:
    try:
        plugin = get_plugin_settings(PLUGIN)
    except KeyError:
        return {}
    return {name: getattr(plugin, name) for name in _PAGES}


def _single_shot(parent: QObject, callback: Any) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(callback)
    return timer
