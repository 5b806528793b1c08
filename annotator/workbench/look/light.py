"""How bright the photograph is shown: what the shader computes, and how a drag sets it.

Only the picture on the screen changes, by a shader, and so at once whatever the photograph's
size; its pixels stay as they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_BRIGHTNESS = 1.0
# Contrast and gamma are factors; they go down as far as up.
MAX_FACTOR = 4.0
# So many pixels of the screen go from neutral to the end of the range.
_FULL_DRAG = 400.0


@dataclass(frozen=True)
class Light:
    """Brightness, contrast and gamma; the defaults change nothing.

    Attributes
    ----------
    brightness : float
        Added to every channel, in [-1, 1] where 1 is white.
    contrast : float
        Factor of the distance from middle grey, in [1/4, 4].
    gamma : float
        Channels are raised to its inverse, in [1/4, 4]; above 1 lightens the shadows.

    Raises
    ------
    ValueError
        If one of them lies outside its range.
    """

    brightness: float = 0.0
    contrast: float = 1.0
    gamma: float = 1.0

    def __post_init__(self) -> None:
        if not -MAX_BRIGHTNESS <= self.brightness <= MAX_BRIGHTNESS:
            raise ValueError(f"expected a brightness from -1 to 1, but got {self.brightness}")
        for name, factor in (("contrast", self.contrast), ("gamma", self.gamma)):
            if not 1 / MAX_FACTOR <= factor <= MAX_FACTOR:
                raise ValueError(f"expected a {name} from 0.25 to 4, but got {factor}")

    @property
    def is_neutral(self) -> bool:
        """Whether the photograph is shown as it is."""
        return self == Light()

    def applied_to(self, channels: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return what is shown of channels in [0, 1], any shape."""
        level = (np.asarray(channels, np.float64) - 0.5) * self.contrast + 0.5 + self.brightness
        return np.asarray(np.clip(level, 0.0, 1.0) ** (1 / self.gamma))

    def changed_by(
        self, *, brightness: float = 0.0, contrast: float = 0.0, gamma: float = 0.0
    ) -> "Light":
        """Return the light some shares of a range further, each within its range.

        A share of 1 is the way from neutral to the end; contrast and gamma go in factors.
        """
        limit = MAX_BRIGHTNESS
        return Light(
            min(max(self.brightness + brightness * limit, -limit), limit),
            _within(self.contrast * MAX_FACTOR**contrast),
            _within(self.gamma * MAX_FACTOR**gamma),
        )


@dataclass(frozen=True)
class LightDrag:
    """A drag that sets the light: right for contrast, up for brightness, with Shift for gamma.

    Attributes
    ----------
    before : Light
        As it was at the press, to which a cancelled drag returns.
    start : (x, y)
        Where the button was pressed, in pixels of the screen.
    """

    before: Light
    start: tuple[float, float]

    def light_at(self, position: tuple[float, float], *, with_shift: bool = False) -> Light:
        """Return the light with the pointer there, in pixels of the screen, y down."""
        right = (position[0] - self.start[0]) / _FULL_DRAG
        up = (self.start[1] - position[1]) / _FULL_DRAG
        if with_shift:
            return self.before.changed_by(gamma=up)
        return self.before.changed_by(contrast=right, brightness=up)


def _within(factor: float) -> float:
    return min(max(factor, 1 / MAX_FACTOR), MAX_FACTOR)
