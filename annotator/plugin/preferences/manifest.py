"""What the manifest says about the settings, made from the code that reads them.

napari builds the plugin's page of its preferences from the manifest. After a change of the
settings or of the table of keys, write that part of ``napari.yaml`` anew:

    python -m annotator.plugin.preferences.manifest
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotator.mesh.brush import MAX_RADIUS_IOD, MAX_RADIUS_PX, MIN_RADIUS_IOD, Metric
from annotator.mesh.falloff import Falloff
from annotator.workbench.keys import SHORTCUTS
from annotator.workbench.settings import Settings, write_tools
from annotator.workbench.toolbox import ToolKind, ToolSettings

MANIFEST = Path(__file__).parents[2] / "napari.yaml"
_HEADING = "  configurations:\n"
Entry = dict[str, Any]


def configurations() -> dict[str, dict[str, Any]]:
    """Return the manifest's ``configurations``: three pages and their entries."""
    keys = {s.action: _entry(f"{s.group}: {s.text}", ", ".join(s.keys)) for s in SHORTCUTS}
    return {
        "work": {"title": "Work", "properties": _work_entries()},
        "tools": {"title": "Tools, as they were last used", "properties": _tool_entries()},
        "keys": {"title": "Keys, written like D or Mod-Shift-Z, Mod-Y", "properties": keys},
    }


def manifest_text(before: str) -> str:
    """Return a manifest with its last part, the configurations, made anew."""
    head, _, _ = before.partition(_HEADING)
    return head + _HEADING + "".join(_lines(configurations(), "    "))


def _work_entries() -> dict[str, Entry]:
    default = Settings()
    return {
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


def _tool_entries() -> dict[str, Entry]:
    default = write_tools(ToolKind.GRAB, ToolSettings())
    more: dict[str, tuple[str, Entry]] = {
        "tool": ("Tool", {"enum": [tool.value for tool in ToolKind]}),
        "radius": (
            "Radius (IOD)",
            {"description": "In distances between the outer eye corners",
             "minimum": MIN_RADIUS_IOD, "maximum": MAX_RADIUS_IOD},
        ),
        "radius_px": (
            "Radius in pixels of the photograph",
            {"description": "Counts instead where it is not 0", "minimum": 0.0,
             "maximum": MAX_RADIUS_PX},
        ),
        "strength": ("Strength", {"minimum": 0.01, "maximum": 1.0}),
        "falloff": ("Falloff", {"enum": [falloff.value for falloff in Falloff]}),
        "distance": ("Distance", {"enum": [metric.value for metric in Metric]}),
        "mirrors": ("Grab mirrors", {"description": "The other half of the face moves likewise"}),
        "guards": ("Keep the mesh from folding", {}),
        "soft_edge": (
            "Soft edge of Transform",
            {"description": "In distances between the outer eye corners", "minimum": 0.0,
             "maximum": 0.6},
        ),
    }  # fmt: skip
    return {name: _entry(title, default[name], **m) for name, (title, m) in more.items()}


def _entry(title: str, default: Any, **more: Any) -> Entry:
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
