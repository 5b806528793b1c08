"""How long somebody works on a sample: pure arithmetic on times that are handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Seconds = float


@dataclass(frozen=True)
class Stay:
    """Somebody was at a sample.

    Attributes
    ----------
    sample_id : int
    started_at : datetime
        In UTC.
    seconds : float
        Of work; pauses and other windows do not count.
    strokes : int
        Made meanwhile, undone ones too.
    """

    sample_id: int
    started_at: datetime
    seconds: float
    strokes: int


class VisitClock:
    """Counts the time between signs of life while a sample is under edit.

    The time between two signs counts if it is no longer than a pause; a longer one does not count
    at all, as nobody knows when it began. Nothing counts while the window is not active.

    Parameters
    ----------
    clock : callable
        Returns seconds that only ever grow.
    left : callable
        Is handed each stay when it ends, if it lasted or strokes were made.
    now : callable
        Returns the time of day, with its zone.

    Attributes
    ----------
    idle_seconds : float
        The longest time without a sign of life that counts.
    """

    def __init__(
        self,
        clock: Callable[[], Seconds],
        left: Callable[[Stay], None],
        *,
        idle_seconds: Seconds = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.idle_seconds = idle_seconds
        self._clock = clock
        self._left = left
        self._now = now
        self._sample_id: int | None = None
        self._started_at = now()
        self._seconds = 0.0
        self._strokes = 0
        self._last_sign: Seconds | None = None

    def enter(self, sample_id: int | None) -> None:
        """Begin a stay at a sample, or at none; the one before ends."""
        if sample_id == self._sample_id:
            self.touch()
            return
        self._end()
        self._sample_id = sample_id
        self._started_at = self._now()
        self._seconds, self._strokes = 0.0, 0
        self._last_sign = self._clock()

    def touch(self) -> None:
        """Take note of a sign of life, such as a movement of the mouse."""
        now = self._clock()
        if self._last_sign is not None and 0 <= now - self._last_sign <= self.idle_seconds:
            self._seconds += now - self._last_sign
        self._last_sign = now

    def count_stroke(self) -> None:
        """Take note of a stroke."""
        self.touch()
        self._strokes += 1

    def pause(self) -> None:
        """Stop counting, as when another window comes to the front; the next sign goes on."""
        self.touch()
        self._last_sign = None

    def close(self) -> None:
        """End the stay under way."""
        self.enter(None)

    def _end(self) -> None:
        if self._sample_id is None:
            return
        if self._last_sign is not None:
            self.touch()
        if self._seconds > 0 or self._strokes:
            self._left(Stay(self._sample_id, self._started_at, self._seconds, self._strokes))
