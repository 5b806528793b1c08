"""A key that does one thing when tapped and another while held. No widgets here."""

from dataclasses import dataclass, replace

# Nobody who taps a key holds it so long, in seconds.
_TAP_S = 0.4


@dataclass(frozen=True)
class Hold:
    """A key that is down.

    Attributes
    ----------
    since : float
        When it was pressed, in seconds.
    is_used : bool
        Whether something was done with it meanwhile, or it was pressed in the midst of something.
    """

    since: float
    is_used: bool = False

    def used(self) -> "Hold":
        """Return it after something was done with it."""
        return replace(self, is_used=True)

    def is_tap(self, now: float) -> bool:
        """Return whether releasing it now makes it a tap."""
        return not self.is_used and now - self.since <= _TAP_S
