"""What an annotator can choose: values, and what they are called in napari's preferences."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotator.system.people import checked_name
from annotator.workbench.daily_backup import OFTEN, BackupPlan
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings, chosen_bindings
from annotator.workbench.tools.kinds import ToolKind, remembered
from annotator.workbench.tools.tool_settings import ToolSettings

# A page of the preferences: what its entries are called and what they hold.
Page = Mapping[str, Any]


@dataclass(frozen=True)
class Settings:
    """Everything that the preferences hold.

    Attributes
    ----------
    annotator : str
        Who works here; empty while nobody has said.
    goes_on : bool
        Whether a verdict brings up the next sample to do.
    keeps_zoom : bool
        Whether the next sample is shown at the zoom of the one before.
    idle_seconds : float
        After so long without a hand on mouse or keyboard, time does not count as work.
    backups : BackupPlan
        How often projects are backed up by themselves, how many are kept, and where.
    tool : ToolKind
        The tool in hand.
    tools : ToolSettings
        How the tools are set.
    keys : KeyBindings
    """

    annotator: str = ""
    goes_on: bool = True
    keeps_zoom: bool = False
    idle_seconds: float = 60.0
    backups: BackupPlan = field(default_factory=BackupPlan)
    tool: ToolKind = ToolKind.GRAB
    tools: ToolSettings = field(default_factory=ToolSettings)
    keys: KeyBindings = DEFAULT_BINDINGS


def read_settings(
    pages: Mapping[str, Page], in_effect: Settings
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings on the pages of the preferences, and what of them cannot be had.

    Parameters
    ----------
    pages : mapping of a page's name (``work``, ``backups``, ``tools``, ``keys``) to its entries
        Entries that are missing stay as they are in effect; those unknown are passed over.
    in_effect : Settings
        What holds where an entry is of no use.

    Returns
    -------
    Settings
    sentences : tuple of str
    """
    work, tools = dict(pages.get("work", {})), dict(pages.get("tools", {}))
    known = {"goes_on", "keeps_zoom", "idle_seconds"} & work.keys()
    keys, problems = chosen_bindings(pages.get("keys", {}), in_effect.keys)
    try:
        tool, settings = _read_tools(tools, in_effect)
    except ValueError as error:
        tool, settings = in_effect.tool, in_effect.tools
        problems = (*problems, f"Tools: {error}.")
    chosen = {name: work[name] for name in known}
    try:
        chosen["annotator"] = _read_name(str(work.get("annotator", in_effect.annotator)))
    except ValueError as error:
        problems = (*problems, f"Your name: {error}.")
    backups = _read_plan(pages.get("backups", {}), in_effect.backups)
    settled = replace(in_effect, **chosen, tool=tool, tools=settings, keys=keys, backups=backups)
    return settled, problems


def write_tools(tool: ToolKind, settings: ToolSettings) -> dict[str, Any]:
    """Return the entries of the page ``tools`` that say this."""
    return {"tool": tool.value} | {e.name: e.written(settings) for e in remembered()}


def with_remembered(settings: ToolSettings, chosen: ToolSettings) -> ToolSettings:
    """Return settings with what the preferences keep as it was chosen; the rest stays."""
    for entry in remembered():
        settings = entry.held.write(settings, entry.held.read(chosen), None)
    return settings


def _read_name(written: str) -> str:
    return checked_name(written) if written.strip() else ""


def _read_plan(page: Page, in_effect: BackupPlan) -> BackupPlan:
    often = page.get("often", in_effect.often)
    return BackupPlan(
        often if often in OFTEN else in_effect.often,
        max(1, int(page.get("kept", in_effect.kept))),
        str(page.get("folder", in_effect.folder)).strip(),
    )


def _read_tools(page: Page, in_effect: Settings) -> tuple[ToolKind, ToolSettings]:
    settings = in_effect.tools
    for entry in remembered():
        if entry.name in page:
            settings = entry.read_into(settings, page[entry.name])
    return ToolKind(page.get("tool", in_effect.tool)), settings
