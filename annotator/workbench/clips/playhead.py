"""Where in a clip one is, and which frame is due while it plays. Values, no clocks of their own."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Playhead:
    """A frame of a clip.

    Attributes
    ----------
    times : (n,) float64
        When each frame is shown, in seconds from the first one, ascending.
    frame : int
        Counted from 0.
    """

    times: Times
    frame: int = 0

    @property
    def count(self) -> int:
        """How many frames the clip has."""
        return len(self.times)

    @property
    def time(self) -> float:
        """When the frame is shown, in seconds from the first one."""
        return float(self.times[self.frame]) if self.count else 0.0

    def at(self, frame: int) -> "Playhead":
        """Return it at another frame, or at the end that lies nearest to it."""
        return replace(self, frame=min(max(frame, 0), max(self.count - 1, 0)))

    def moved(self, by: int) -> "Playhead":
        """Return it so many frames on, or back; it ends at the clip's ends."""
        return self.at(self.frame + by)


@dataclass(frozen=True)
class PlayClock:
    """Which frame is due while a clip plays.

    Attributes
    ----------
    began_at : float
        By the clock of whoever plays, in seconds.
    began_with : float
        The time of the frame that was shown then, in seconds of the clip.
    """

    began_at: float
    began_with: float

    def due(self, now: float, times: Times) -> int:
        """Return the newest frame that should be on the screen by now."""
        elapsed = self.began_with + max(now - self.began_at, 0.0)
        return max(int(np.searchsorted(times, elapsed, side="right")) - 1, 0)

    def held_at(self, now: float, time: float) -> "PlayClock":
        """Return it as if the frame of this time was due now: it waits for whoever is late."""
        return PlayClock(now, time)


def time_text(seconds: float) -> str:
    """Return a time in a clip as people read it: ``4.10 s``, ``3:07.20``, ``1:02:07.20``."""
    hundredths = round(seconds * 100)
    whole, part = divmod(hundredths, 100)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minute:02}:{second:02}.{part:02}"
    return f"{minutes}:{second:02}.{part:02}" if minutes else f"{second}.{part:02} s"
