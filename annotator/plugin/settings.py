"""What an annotator can choose: values, and what they are called in napari's preferences."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotator.mesh.brush import Brush, Metric
from annotator.mesh.falloff import Falloff
from annotator.plugin.keys import DEFAULT_BINDINGS, KeyBindings, chosen_bindings

# A page of the preferences: what its entries are called and what they hold.
Page = Mapping[str, Any]


@dataclass(frozen=True)
class ToolChoice:
    """What an annotator finds in hand the next time.

    Attributes
    ----------
    tool : str
        The tool's name.
    brush : Brush
    mirrors, guards_folds : bool
        Whether Grab moves both halves of the face, and whether tools keep the mesh from folding.
    soft_edge_iod : float
        How far around a selection the mesh follows a transformation, in outer IOD.
    """

    tool: str = "grab"
    brush: Brush = field(default_factory=Brush)
    mirrors: bool = False
    guards_folds: bool = True
    soft_edge_iod: float = 0.15


@dataclass(frozen=True)
class Settings:
    """Everything that the preferences hold.

    Attributes
    ----------
    goes_on : bool
        Whether a verdict brings up the next sample to do.
    keeps_zoom : bool
        Whether the next sample is shown at the zoom of the one before.
    idle_seconds : float
        After so long without a hand on mouse or keyboard, time does not count as work.
    tools : ToolChoice
    keys : KeyBindings
    """

    goes_on: bool = True
    keeps_zoom: bool = False
    idle_seconds: float = 60.0
    tools: ToolChoice = field(default_factory=ToolChoice)
    keys: KeyBindings = DEFAULT_BINDINGS


def read_settings(
    pages: Mapping[str, Page], in_effect: Settings
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings on the pages of the preferences, and what of them cannot be had.

    Parameters
    ----------
    pages : mapping of a page's name (``work``, ``tools``, ``keys``) to its entries
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
        choice = _read_tools(tools, in_effect.tools)
    except ValueError as error:
        choice = in_effect.tools
        problems = (*problems, f"Tools: {error}.")
    chosen = {name: work[name] for name in known}
    return replace(in_effect, **chosen, tools=choice, keys=keys), problems


def write_tools(choice: ToolChoice) -> dict[str, Any]:
    """Return the entries of the page ``tools`` that say this."""
    brush = choice.brush
    return {
        "tool": choice.tool,
        "radius": round(brush.radius_iod, 3),
        "radius_px": round(brush.radius_px or 0.0, 1),
        "strength": round(brush.strength, 3),
        "falloff": brush.falloff.value,
        "distance": brush.metric.value,
        "mirrors": choice.mirrors,
        "guards_folds": choice.guards_folds,
        "soft_edge": round(choice.soft_edge_iod, 3),
    }


def _read_tools(page: dict[str, Any], in_effect: ToolChoice) -> ToolChoice:
    entries = write_tools(in_effect) | page
    return ToolChoice(
        tool=entries["tool"],
        brush=Brush(
            radius_iod=entries["radius"],
            strength=entries["strength"],
            falloff=Falloff(entries["falloff"]),
            metric=Metric(entries["distance"]),
            radius_px=entries["radius_px"] or None,
        ),
        mirrors=entries["mirrors"],
        guards_folds=entries["guards_folds"],
        soft_edge_iod=entries["soft_edge"],
    )
