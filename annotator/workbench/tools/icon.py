"""Icons as numbers: what to paint on a field of 24 by 24 units, x right, y down.

They are painted in the colour of the text around them, with a pen `PEN_WIDTH` units wide.
"""

from dataclasses import dataclass

FIELD = 24
PEN_WIDTH = 1.7

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """Straight from point to point."""

    points: tuple[Point, ...]


@dataclass(frozen=True)
class Curve:
    """Cubic Bézier curves, one after the other.

    Attributes
    ----------
    start : Point
    bends : tuple of three points each
        Two that the curve bends towards, and its end.
    """

    start: Point
    bends: tuple[tuple[Point, Point, Point], ...]


@dataclass(frozen=True)
class Dots:
    """Filled circles of one radius."""

    radius: float
    centres: tuple[Point, ...]


@dataclass(frozen=True)
class Arc:
    """A part of a circle's rim, in degrees from the right, counter-clockwise."""

    centre: Point
    radius: float
    start: float = 0.0
    length: float = 360.0


Shape = Line | Curve | Dots | Arc
Icon = tuple[Shape, ...]
