"""What the list can be sorted by: each key with its title, its value and what a row says of it.

Adding one is a member here, as long as a `SampleSummary` holds what it sorts by, or something
that `annotator.workbench.measures` can measure.
"""

from collections.abc import Callable
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple, Self

from annotator.project import SampleSummary
from annotator.workbench.clips.playhead import time_text
from annotator.workbench.measures import ERROR, FINDINGS, GAIN


class Measured(NamedTuple):
    """Something that is measured: its name, and how a row says it.

    ``text`` is a format; where it is empty, a row says what error is expected, and why.
    """

    name: str
    text: str = ""


# More frames than a clip has.
_FRAMES = 1e9


def _in_clips(sample: SampleSummary) -> float:
    """Return where a sample lies in the clips of a project; photographs come before them all."""
    if sample.clip_id is None or sample.clip_frame is None:
        return -1.0
    return sample.clip_id * _FRAMES + sample.clip_frame


def _clip_time(sample: SampleSummary) -> str:
    return "" if sample.clip_time is None else time_text(sample.clip_time)


class SortKey(StrEnum):
    """A key to sort by; its value is its title.

    Attributes
    ----------
    number : callable or None
        Returns what a sample is sorted by. None for those that `SampleColumns` knows how to sort
        by: the order of the images, their names, and the states; and for what is measured.
    text : callable or None
        Returns what a row says of it; None where it says that anyway.
    measured : Measured or None
        What is measured for it; samples of which that is not known come last.
    """

    number: Callable[[SampleSummary], float] | None
    text: Callable[[SampleSummary], str] | None
    measured: Measured | None

    def __new__(
        cls,
        title: str,
        number: Callable[[SampleSummary], float] | None = None,
        text: Callable[[SampleSummary], str] | None = None,
        measured: Measured | None = None,
    ) -> Self:
        """Make a member that is equal to its title."""
        key = str.__new__(cls, title)
        key._value_ = title
        key.number, key.text, key.measured = number, text, measured
        return key

    IMAGE = "image order"
    NAME = "file name"
    STATE = "state"
    FRAME = "clip and frame", _in_clips, _clip_time
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
    GAIN = "likely gain", None, None, Measured(GAIN)
    ERROR = "likely error", None, None, Measured(ERROR)
    FINDINGS = "findings", None, None, Measured(FINDINGS, "severity {:.0f}")
    SPREAD = "spread", None, None, Measured("spread", "spread {:.1%}")
    SHAPE = "odd shape", None, None, Measured("shape", "shape {:.2f}")
    YAW = "turn", None, None, Measured("yaw", "turned {:.0f}°")
    PITCH = "tilt", None, None, Measured("pitch", "tilted {:.0f}°")
    ROLL = "roll", None, None, Measured("roll", "rolled {:.0f}°")
    JITTER = "jitter", None, None, Measured("jitter", "jitter {:.1%}")
    SIZE = "face size", None, None, Measured("size", "{:.0f} px")
    BLUR = "blur", None, None, Measured("blur", "blur {:.2f}")
    BRIGHTNESS = "brightness", None, None, Measured("brightness", "bright {:.0%}")
