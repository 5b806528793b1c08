"""Handing things from one thread to another of which only the newest counts."""

from threading import Condition
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Newest(Generic[Item]):
    """Holds one thing, the newest: who is slow passes over what came meanwhile, and lags never.

    Any number of threads may put; one takes.

    Attributes
    ----------
    passed_over : int
        How many were replaced before anybody took them.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._item: Item | None = None
        self._is_poked = False
        self._is_closed = False
        self.passed_over = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will come."""
        return self._is_closed

    def put(self, item: Item) -> None:
        """Replace what is held, if anything is; after `close` nothing is taken in."""
        with self._changed:
            if self._is_closed:
                return
            self.passed_over += self._item is not None
            self._item = item
            self._changed.notify_all()

    def take(self) -> Item | None:
        """Wait for the next thing and return it; None if somebody poked, or closed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._item is not None or self._is_poked or self._is_closed
            )
            return self._taken()

    def take_if_there(self) -> Item | None:
        """Return what is held, or None; never waits."""
        with self._changed:
            return self._taken()

    def poke(self) -> None:
        """Wake whoever waits, with nothing."""
        with self._changed:
            self._is_poked = True
            self._changed.notify_all()

    def close(self) -> None:
        """Wake whoever waits: nothing more will come. What is held is dropped."""
        with self._changed:
            self._is_closed, self._item = True, None
            self._changed.notify_all()

    def _taken(self) -> Item | None:
        item, self._item, self._is_poked = self._item, None, False
        return item
