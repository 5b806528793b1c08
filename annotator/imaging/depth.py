"""Values deeper than 8 bits: which of them is white, and what becomes of them in 8 bits.

A file of 16 bits often holds the 10, 12 or 14 bits that a camera gives, and does not say so. Read
as 16 bits, such a photograph is black. Which value is white is told, in this order, by

1. what the file declares (significant bits, the largest sample value, bits that are no power of 2),
2. its values: none above 255, 1023 or 4095 means 8, 10 or 12 bits; a largest one within the
   topmost 256th of 14 bits means 14 bits. Read as 16 bits the former would be black, and the latter
   is where a camera's white lies and the brightest pixel of a dark photograph hardly ever,
3. the type: 65535 for 16 bits.

Values that were spread over 16 bits before (multiples of 256 or 257) are 16 bits whatever their
largest. A photograph is so judged by itself alone: one file always gives the same pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WHITE_16 = 2**16 - 1
_DARK_DEPTHS = (8, 10, 12)  # in bits, as the picture would be black otherwise
_TOPPED_DEPTH = 14  # only where the largest value shows it
_BAND = 2**20  # values: what is worked out of them takes eight times their room, and more
_STRETCHED = "values of no usual range, stretched from the smallest to the largest"


@dataclass(frozen=True)
class Depth:
    """What a file says of its samples, if they have more than 8 bits.

    Attributes
    ----------
    bits
        Of a stored sample.
    significant
        How many of them mean something, wherever in the sample they lie; None if unsaid.
    white
        The largest value, as declared; None if unsaid.
    inverted
        The smallest value is white.
    signed
        Half of the values that a sample can have are negative.
    """

    bits: int
    significant: int | None = None
    white: int | None = None
    inverted: bool = False
    signed: bool = False

    @property
    def largest(self) -> int:
        """The largest value that a sample can have."""
        return int(2 ** (self.bits - self.signed) - 1)


@dataclass(frozen=True)
class Scale:
    """Which values become black and white, and what a person is told where that is unusual."""

    black: float
    white: float
    note: str = ""

    @property
    def is_full_16_bit(self) -> bool:
        """Whether this is how 16 bits are meant."""
        return (self.black, self.white) == (0, _WHITE_16)

    def to_8_bit(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Return the values between black and white as 0..255; NaN becomes black."""
        factor = 255 / (self.white - self.black) if self.white > self.black else 0.0
        result = np.empty(values.shape, np.uint8)
        for rows in bands(values):
            numbers = np.nan_to_num(
                values[rows].astype(np.float64),
                nan=self.black,
                posinf=self.white,
                neginf=self.black,
            )
            result[rows] = np.clip(np.rint((numbers - self.black) * factor), 0, 255)
        return result


def bands(values: NDArray[np.generic]) -> Iterator[slice]:
    """Yield which rows to work on at once, so that a large photograph takes no room beside it."""
    height = max(1, _BAND * len(values) // max(1, values.size))
    for top in range(0, len(values), height):
        yield slice(top, top + height)


def scale_of(values: NDArray[np.generic], depth: Depth) -> Scale:
    """Return how values become 8 bits.

    Integers without a negative one, up to 65535, are judged as the module says. Real numbers
    within 0..1 are taken times 255 and within 0..255 as they are. Anything else is stretched
    from its smallest to its largest value.
    """
    if np.issubdtype(values.dtype, np.integer):
        low, high = int(values.min()), int(values.max())
        if low >= 0 and high <= _WHITE_16:
            return _integer_scale(values, high, depth)
        return Scale(low, high, _STRETCHED)
    finite = values[np.isfinite(values)].astype(np.float64)
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if least >= 0 and most <= 1:
        return Scale(0, 1)
    if least >= 0 and most <= 255:
        return Scale(0, 255)
    return Scale(least, most, _STRETCHED)


def _integer_scale(values: NDArray[np.generic], high: int, depth: Depth) -> Scale:
    full = min(depth.largest, _WHITE_16)
    white = _declared_white(high, depth)
    if white is None:
        white = _guessed_white(values, high)
    if white is None or white >= full:
        return Scale(0, full)
    if (white + 1) & white:
        return Scale(0, white, f"{depth.bits}-bit file whose white is {white}")
    return Scale(0, white, f"{depth.bits}-bit file with {white.bit_length()}-bit values")


def _declared_white(high: int, depth: Depth) -> int | None:
    """Return what the file says is white, unless its largest value proves it wrong."""
    if depth.white is not None and high <= depth.white:
        return depth.white
    if depth.significant is None:
        return None
    # PNG wants the significant bits at the top of the sample; many leave them at the bottom.
    white = 2**depth.significant - 1
    return white if high <= white else depth.largest


def _guessed_white(values: NDArray[np.generic], high: int) -> int | None:
    topped = 2**_TOPPED_DEPTH
    guess = next((2**bits - 1 for bits in _DARK_DEPTHS if high < 2**bits), None)
    if guess is None and topped - topped // 256 <= high < topped:
        guess = topped - 1
    if guess is None or guess == 255:
        return guess
    divisor = _greatest_divisor(values)
    return None if divisor and (divisor % 256 == 0 or divisor % 257 == 0) else guess


def _greatest_divisor(values: NDArray[np.generic]) -> int:
    """Return the largest number that all values up to 65535 are multiples of; 0 if all are 0."""
    there = np.zeros(2**16, np.bool_)
    for rows in bands(values):
        there[values[rows].astype(np.uint16)] = True
    return int(np.gcd.reduce(np.flatnonzero(there), initial=0))
