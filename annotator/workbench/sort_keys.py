"""What the list can be sorted by: each key with its title, its value and what a row says of it.

Adding one is a member here, as long as a `SampleSummary` holds what it sorts by.
"""

from collections.abc import Callable
from enum import StrEnum
from operator import attrgetter
from typing import Self

from annotator.project import SampleSummary


class SortKey(StrEnum):
    """A key to sort by; its value is its title.

    Attributes
    ----------
    number : callable or None
        Returns what a sample is sorted by. None for those that `SampleColumns` knows how to sort
        by: the order of the images, their names, and the states.
    text : callable or None
        Returns what a row says of it; None where it says that anyway.
    """

    number: Callable[[SampleSummary], float] | None
    text: Callable[[SampleSummary], str] | None

    def __new__(
        cls,
        title: str,
        number: Callable[[SampleSummary], float] | None = None,
        text: Callable[[SampleSummary], str] | None = None,
    ) -> Self:
        """Make a member that is equal to its title."""
        key = str.__new__(cls, title)
        key._value_ = title
        key.number, key.text = number, text
        return key

    IMAGE = "image order"
    NAME = "file name"
    STATE = "state"
    SCORE = "model score", attrgetter("presence"), lambda s: f"score {s.presence:.3f}"
    DISPLACEMENT = (
        "displacement", attrgetter("displacement"), lambda s: f"moved {s.displacement:.1%}"
    )  # fmt: skip
    TIME = "time spent", attrgetter("seconds_spent")
    STROKES = "strokes", attrgetter("stroke_count")
    CHANGE = (
        "round change",
        lambda s: -1.0 if s.round_change is None else s.round_change,
        lambda s: "" if s.round_change is None else f"changed {s.round_change:.1%}",
    )
