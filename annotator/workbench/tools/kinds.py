"""Which tools there are: the one registration of their cards."""

from collections.abc import Iterator
from enum import StrEnum
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Self

from annotator.workbench.tools import (
    contour,
    grab,
    guided,
    pin,
    relax,
    restore,
    smooth,
    transform,
    visibility,
)
from annotator.workbench.tools.card import ToolCard
from annotator.workbench.tools.option import Entry, Option, Setting


class ToolKind(StrEnum):
    """The tools to choose from, in the order of the panel; each is equal to its card's kind.

    Attributes
    ----------
    card : ToolCard
    """

    card: ToolCard

    def __new__(cls, card: ToolCard) -> Self:
        """Make a member of a card."""
        kind = str.__new__(cls, card.kind)
        kind._value_ = card.kind
        kind.card = card
        return kind

    GRAB = grab.CARD
    GUIDED = guided.CARD
    SMOOTH = smooth.CARD
    RELAX = relax.CARD
    RESTORE = restore.CARD
    TRANSFORM = transform.CARD
    CONTOUR = contour.CARD
    PIN = pin.CARD
    VISIBILITY = visibility.CARD


def all_options() -> tuple[Option, ...]:
    """Return the options of all tools once each, so that those of each tool are in its order."""
    order: TopologicalSorter[str] = TopologicalSorter()
    options = {option.name: option for option in _options()}
    for name in options:
        order.add(name)
    for kind in ToolKind:
        for before, after in pairwise(kind.card.options):
            order.add(after.name, before.name)
    return tuple(options[name] for name in order.static_order())


def remembered() -> tuple[Entry, ...]:
    """Return what the preferences keep of the tools' settings."""
    settings = {option.name: option for option in _options() if isinstance(option, Setting)}
    return tuple(setting.entry for setting in settings.values() if setting.entry is not None)


def _options() -> Iterator[Option]:
    for kind in ToolKind:
        yield from kind.card.options
