"""How fast live pictures go by, over the last moments: frames a second, and how old they are."""

from collections import deque
from statistics import median
from threading import Lock

_WINDOW_S = 2.0


class Pace:
    """Counts pictures as they go by; any thread may ask.

    Parameters
    ----------
    window : float
        Seconds that are looked back.
    """

    def __init__(self, window: float = _WINDOW_S) -> None:
        self._window = window
        self._shown: deque[tuple[float, float]] = deque()
        self._lock = Lock()
        self.count = 0

    def note(self, at: float, age: float = 0.0) -> None:
        """Count a picture.

        Parameters
        ----------
        at
            When it was shown, in seconds of a clock that does not jump.
        age
            Seconds since it was captured.
        """
        with self._lock:
            self._shown.append((at, age))
        self.count += 1

    def frames_a_second(self, now: float) -> float:
        """Return how many a second there were; 0 where nothing came for a while."""
        shown = self._recent(now)
        if len(shown) < 2:
            return 0.0
        first, last = shown[0][0], shown[-1][0]
        steps = len(shown) - 1
        # Where nothing came for longer than usual, that counts: what stands still gets slower.
        taken = max(last - first, now - first - (last - first) / steps)
        return steps / max(taken, 1e-9)

    def age(self, now: float) -> float | None:
        """Return how old pictures were when they were shown, the median in s; None without any."""
        shown = self._recent(now)
        return median(age for _, age in shown) if shown else None

    def worst_age(self, now: float) -> float | None:
        """Return how old the oldest was; None without any."""
        return max((age for _, age in self._recent(now)), default=None)

    def _recent(self, now: float) -> list[tuple[float, float]]:
        with self._lock:
            while self._shown and self._shown[0][0] < now - self._window:
                self._shown.popleft()
            return list(self._shown)
