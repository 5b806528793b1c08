"""What the manifest says about the settings, made from the code that reads them.

napari builds the plugin's page of its preferences from the manifest. After a change of the
settings, of the table of keys or of the tools' cards, write that part of ``napari.yaml`` anew:

    python -m annotator.plugin.preferences.manifest
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotator.workbench.daily_backup import OFTEN, BackupPlan
from annotator.workbench.keys import SHORTCUTS
from annotator.workbench.settings import Settings, write_tools
from annotator.workbench.tools.kinds import ToolKind, remembered
from annotator.workbench.tools.option import Entry
from annotator.workbench.tools.tool_settings import ToolSettings

MANIFEST = Path(__file__).parents[2] / "napari.yaml"
_HEADING = "  configurations:\n"
JsonSchema = dict[str, Any]


def configurations() -> dict[str, dict[str, Any]]:
    """Return the manifest's ``configurations``: four pages and their entries."""
    keys = {s.action: _entry(f"{s.group}: {s.text}", ", ".join(s.keys)) for s in SHORTCUTS}
    return {
        "work": {"title": "Work", "properties": _work_entries()},
        "backups": {"title": "Backups of projects", "properties": _backup_entries()},
        "tools": {"title": "Tools, as they were last used", "properties": _tool_entries()},
        "keys": {"title": "Keys, written like D or Mod-Shift-Z, Mod-Y", "properties": keys},
    }


def manifest_text(before: str) -> str:
    """Return a manifest with its last part, the configurations, made anew."""
    head, _, _ = before.partition(_HEADING)
    return head + _HEADING + "".join(_lines(configurations(), "    "))


def _work_entries() -> dict[str, JsonSchema]:
    default = Settings()
    return {
        "annotator": _entry(
            "Your name", default.annotator, description="Recorded with every stroke and verdict"
        ),
        "goes_on": _entry(
            "Go on after a verdict", default.goes_on, description="To the next sample to do"
        ),
        "keeps_zoom": _entry(
            "Keep the zoom", default.keeps_zoom, description="When going to another sample"
        ),
        "idle_seconds": _entry(
            "Idle after (seconds)",
            default.idle_seconds,
            description="So long without mouse or keyboard, and time no longer counts as work",
            minimum=5.0,
            maximum=3600.0,
        ),
    }


def _backup_entries() -> dict[str, JsonSchema]:
    default = BackupPlan()
    return {
        "often": _entry(
            "Back up",
            default.often,
            description="The project that is open, by itself; photographs are not in it",
            enum=list(OFTEN),
        ),
        "kept": _entry(
            "Backups kept",
            default.kept,
            description="Older ones that were made by themselves are removed",
            minimum=1,
            maximum=1000,
        ),
        "folder": _entry(
            "Folder for backups",
            default.folder,
            description="On another disk, best; if it is empty, 'backups' in the project's folder",
        ),
    }


def _tool_entries() -> dict[str, JsonSchema]:
    default = write_tools(ToolKind.GRAB, ToolSettings())
    tool = _entry("Tool", default["tool"], enum=[kind.value for kind in ToolKind])
    return {"tool": tool} | {e.name: _tool_entry(e, default[e.name]) for e in remembered()}


def _tool_entry(entry: Entry, default: Any) -> JsonSchema:
    enum = None if entry.choices is None else [choice.value for choice in entry.choices]
    said = {
        "description": entry.description or None,
        "minimum": entry.minimum,
        "maximum": entry.maximum,
        "enum": enum,
    }
    more = {name: value for name, value in said.items() if value is not None}
    return _entry(entry.title, default, **more)


def _entry(title: str, default: Any, **more: Any) -> JsonSchema:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"title": title, "type": kinds[type(default)], "default": default, **more}


def _lines(values: Mapping[str, Any], indent: str) -> list[str]:
    """Return YAML; the values are written as JSON, which YAML takes as it is."""
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{name}:\n", *_lines(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}\n")
    return lines


if __name__ == "__main__":
    MANIFEST.write_text(manifest_text(MANIFEST.read_text("utf-8")), "utf-8")
