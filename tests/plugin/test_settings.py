"""What an annotator chose: read from napari's preferences, kept for the next time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import npe2
import pytest
from napari.settings import get_plugin_settings
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLineEdit

from annotator.mesh.brush import Brush, Metric
from annotator.mesh.falloff import Falloff
from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.canvas.private import open_preferences
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.preferences import settings_store
from annotator.plugin.preferences.manifest import MANIFEST, configurations, manifest_text
from annotator.plugin.preferences.preferences import PLUGIN
from annotator.plugin.preferences.settings_store import SettingsStore
from annotator.workbench.settings import Settings
from annotator.workbench.toolbox import ToolKind, ToolSettings

OTHER_TOOLS = ToolSettings(
    Brush(0.7, 0.5, Falloff.SMOOTH, Metric.STRAIGHT, 80.0),
    mirrors=True,
    guards=False,
    soft_edge_iod=0.2,
)
OTHERS = Settings(tool=ToolKind.GUIDED, tools=OTHER_TOOLS)


@pytest.fixture
def store(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[SettingsStore]:
    monkeypatch.setattr(settings_store, "_TYPING_MS", 30)
    opened = SettingsStore()
    yield opened
    opened.close()


def test_the_manifest_says_what_the_code_reads() -> None:
    text = MANIFEST.read_text("utf-8")
    assert text == manifest_text(text), "run: python -m annotator.plugin.preferences.manifest"


def test_napari_reads_every_entry_of_the_manifest() -> None:
    found = npe2.PluginManifest.from_file(MANIFEST).contributions.configurations
    assert found.keys() == configurations().keys()
    for name, page in configurations().items():
        for key, entry in page["properties"].items():
            assert found[name].properties[key].default == entry["default"]


def test_the_preferences_say_the_defaults_at_first(store: SettingsStore) -> None:
    assert store.settings == Settings()
    assert not store.problems


def test_a_change_in_the_preferences_is_in_effect_a_moment_later(
    store: SettingsStore, wait_for: Callable[..., None]
) -> None:
    changes: list[Settings] = []
    store.changed.connect(lambda: changes.append(store.settings))
    plugin = get_plugin_settings(PLUGIN)
    plugin.work.goes_on = False
    plugin.keys.next = "F11"
    wait_for(lambda: changes and changes[-1].keys.of("next") == ("F11",))
    assert not changes[-1].goes_on


def test_a_key_that_cannot_be_had_is_told_once(
    store: SettingsStore, wait_for: Callable[..., None]
) -> None:
    told: list[str] = []
    store.told.connect(told.append)
    get_plugin_settings(PLUGIN).keys.next = "A"
    wait_for(lambda: told)
    get_plugin_settings(PLUGIN).work.goes_on = False
    wait_for(lambda: not store.settings.goes_on)
    assert len(told) == 1
    assert "Previous sample" in told[0]
    assert store.settings.keys.of("next") == ("D",)


def test_tools_are_remembered_for_the_next_start(store: SettingsStore) -> None:
    changes: list[object] = []
    store.changed.connect(lambda: changes.append(store.settings))
    store.remember(ToolKind.SMOOTH, ToolSettings())
    store.remember(ToolKind.GUIDED, OTHER_TOOLS)
    store.close()
    assert not changes, "nobody chose anything else"
    # napari starts anew and reads its files.
    settings_store.get_plugin_settings.__globals__["_clear_plugin_settings_cache"]()
    again = SettingsStore()
    assert again.settings == OTHERS
    again.close()


def test_without_a_manifest_the_settings_last_as_long_as_the_store(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_store, "PLUGIN", "another-plugin")
    store = SettingsStore()
    store.remember(ToolKind.GUIDED, OTHER_TOOLS)
    store.flush()
    assert store.settings == OTHERS
    store.close()


def test_a_key_typed_into_napari_s_preferences_is_in_effect_and_cancel_takes_it_back(
    viewer: Any, store: SettingsStore, wait_for: Callable[..., None]
) -> None:
    dialog = open_preferences(viewer, "FaceMesh Annotator")
    process_events()
    (field,) = [f for f in dialog.findChildren(QLineEdit) if f.text() == "Mod-Shift-Z, Mod-Y"]
    field.selectAll()
    QTest.keyClicks(field, "mod-y")
    wait_for(lambda: store.settings.keys.of("redo") == ("Mod-Y",))
    dialog.reject()
    wait_for(lambda: store.settings.keys.of("redo") == ("Mod-Shift-Z", "Mod-Y"))


def test_another_setting_leaves_the_docks_own_switches_alone(
    open_dock: Callable[[Path | None], tuple[Any, AnnotatorDock]],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    _, dock = open_dock(project_folder)
    dock.workbench.verdicts.goes_on = False
    dock.view_panel.keeps_zoom.setChecked(True)
    get_plugin_settings(PLUGIN).work.idle_seconds = 77.0
    wait_for(lambda: dock._visits.clock.idle_seconds == 77.0)
    assert not dock.workbench.verdicts.goes_on
    assert dock.view.settings.keeps_zoom


def test_the_dock_goes_by_the_settings_and_remembers_the_tools(
    open_dock: Callable[[Path | None], tuple[Any, AnnotatorDock]],
    project_folder: Path,
    wait_for: Callable[..., None],
) -> None:
    _, dock = open_dock(project_folder)
    work = get_plugin_settings(PLUGIN).work
    work.goes_on, work.keeps_zoom, work.idle_seconds = False, True, 90.0
    get_plugin_settings(PLUGIN).tools.radius = 0.25
    wait_for(lambda: dock.workbench.tools.brush.radius_iod == 0.25)
    assert not dock.workbench.verdicts.goes_on
    assert dock.view.settings.keeps_zoom
    assert dock._visits.clock.idle_seconds == 90.0
    dock.workbench.tools.choose(ToolKind.RELAX)
    dock.workbench.tools.set(guards=False)
    dock.workbench.verdicts.goes_on = True
    dock.shut_down()
    again = SettingsStore()
    assert again.settings.tool is ToolKind.RELAX
    assert not again.settings.tools.guards
    assert again.settings.goes_on
    again.close()
