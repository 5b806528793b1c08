"""The one-euro filter: still values are held still, fast ones followed at once.

G. Casiez, N. Roussel, D. Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for Noisy Input
in Interactive Systems", CHI 2012. A first-order low-pass filter whose cut-off grows with the
speed; the speed is low-passed itself, at a cut-off that is fixed. As in MediaPipe (Apache-2.0), it
is told from the last raw value, not from the last filtered one, and by the true time between them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.temporal.checked import Floats

Speed = Callable[[Floats], Floats]
"""From velocities to the speeds that are told from them, in a shape that spreads over them."""


@dataclass(frozen=True)
class OneEuro:
    """How a one-euro filter is set.

    Attributes
    ----------
    least
        The cut-off of what stands still, in Hz.
    gain
        By how many Hz the cut-off grows for each unit of speed.
    derivative
        The cut-off of the velocity, in Hz.
    """

    least: float
    gain: float
    derivative: float = 1.0

    def __post_init__(self) -> None:
        numbers = (self.least, self.gain, self.derivative)
        usable = all(map(math.isfinite, numbers)) and self.least > 0 and self.gain >= 0
        if not usable or self.derivative <= 0:
            raise ValueError(
                "expected cut-offs above 0 Hz and a gain of 0 or more, but got "
                f"{self.least}, {self.gain} and {self.derivative}"
            )


def share(cutoff: NDArray[np.floating] | float, step: float) -> Floats:
    """Return how much of a new value a low-pass filter takes, from 0 to 1.

    1 / (1 + tau / T), tau = 1 / (2 pi cut-off), T the time since the last value.
    """
    turn = 2 * math.pi * step * np.asarray(cutoff, np.float64)
    return np.asarray(turn / (1 + turn))


def each(velocities: Floats) -> Floats:
    """Return a speed for each number by itself."""
    return np.abs(velocities)


def together(velocities: Floats) -> Floats:
    """Return one speed for the numbers of each row: all that moves together is filtered alike."""
    return np.asarray(np.linalg.norm(velocities, axis=-1, keepdims=True))


def advanced_velocity(velocity: Floats, moved: Floats, step: float, settings: OneEuro) -> Floats:
    """Return the low-passed velocity after a further step.

    Parameters
    ----------
    velocity
        As it was.
    moved
        From the last raw value to this one, in the unit that speeds are counted in.
    step
        Since then, in seconds.
    settings
    """
    taken = share(settings.derivative, step)
    return np.asarray(velocity + taken * (moved / step - velocity))


def taken_of_new(velocity: Floats, step: float, settings: OneEuro, speed: Speed) -> Floats:
    """Return how much of the new raw value is taken, from 0 to 1, by the velocity."""
    return share(settings.least + settings.gain * speed(velocity), step)
