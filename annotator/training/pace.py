"""How long the parts of a run take, and how many steps fit into a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
"""Tells seconds from any beginning, as `time.monotonic` does."""

_SPARE = 0.9  # of the time that is left, planned for
_TICK = 1e-6  # seconds: no clock tells less
_VALIDATIONS = 10  # of a run that does not say how often


@dataclass(frozen=True, slots=True)
class Pace:
    """What takes how long, in seconds.

    Attributes
    ----------
    step
    judging
        One validation.
    ending
        What comes after the last step: each share of the weights is judged, and all faces are
        predicted for the table.
    """

    step: float
    judging: float
    ending: float

    def steps_within(self, seconds: float, every: int) -> int:
        """Return how many steps fit into a time, their validations and the end included.

        Parameters
        ----------
        seconds
        every
            Steps from one validation to the next; 0: there will be ten.
        """
        left = _SPARE * seconds - self.ending
        step = max(self.step, _TICK)
        if every:
            return max(1, int(left / (step + self.judging / every)))
        return max(1, int((left - _VALIDATIONS * self.judging) / step))


def validation_every(steps: int, every: int) -> int:
    """Return after how many steps validation looks each time; ``every`` as the settings have it."""
    return every or max(1, steps // _VALIDATIONS)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a run has to be done with everything.

    Attributes
    ----------
    clock
    until
        By the clock; None: whenever.
    """

    clock: Clock
    until: float | None = None

    def leaves(self, seconds: float) -> bool:
        """Return whether so much time is left."""
        return self.until is None or self.clock() + seconds <= self.until
