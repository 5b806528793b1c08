"""A bound on what several threads hold in memory together."""

from threading import Condition


class PixelBudget:
    """Pixels that may lie decoded at once; an image beyond the limit goes alone.

    A thread that holds some must not wait for more: two that do could wait for each other.

    Parameters
    ----------
    limit
        In pixels.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._given_back = Condition()

    def take(self, pixels: int, *, wait: bool) -> bool:
        """Take some pixels; return whether they could be had, which they always can by waiting."""
        with self._given_back:
            if not wait and not self._has(pixels):
                return False
            self._given_back.wait_for(lambda: self._has(pixels))
            self._used += pixels
            return True

    def give_back(self, pixels: int) -> None:
        """Give back what was taken."""
        with self._given_back:
            self._used -= pixels
            self._given_back.notify_all()

    def _has(self, pixels: int) -> bool:
        return self._used == 0 or self._used + pixels <= self._limit
