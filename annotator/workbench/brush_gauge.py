"""Changing the brush's radius or strength by moving the pointer, as F and Shift+F do."""

from dataclasses import dataclass
from enum import Enum, auto
from math import hypot

import numpy as np

from annotator.mesh.brush import Brush
from annotator.mesh.tools.base import Aim, Position


class Gauge(Enum):
    """What the pointer's distance from the circle's centre sets."""

    RADIUS = auto()
    STRENGTH = auto()


@dataclass(frozen=True)
class BrushGauge:
    """The circle stays, the pointer pulls its rim (radius) or an inner ring (strength).

    Attributes
    ----------
    kind : Gauge
    centre : (x, y) in px
    iod : float
        Outer inter-ocular distance of the face under the brush, in px.
    before : Brush
        The brush to return to on cancelling.
    """

    kind: Gauge
    centre: Position
    iod: float
    before: Brush

    @classmethod
    def started_at(cls, kind: Gauge, pointer: Position, iod: float, brush: Brush) -> "BrushGauge":
        """Place the centre so that the pointer begins at the present value: nothing jumps."""
        reach = brush.radius_on(iod)
        if kind is Gauge.STRENGTH:
            reach *= brush.strength
        return cls(kind, (pointer[0] - reach, pointer[1]), iod, brush)

    def brush_at(self, pointer: Position) -> Brush:
        """Return the brush with the pointer there."""
        distance = hypot(pointer[0] - self.centre[0], pointer[1] - self.centre[1])
        if self.kind is Gauge.RADIUS:
            return self.before.with_radius(distance, self.iod)
        return self.before.with_strength(distance / self.before.radius_on(self.iod))

    def aim(self, brush: Brush, aim: Aim | None, count: int) -> Aim:
        """Return what to draw for a brush: the circles, and the influence of an aim, (count,)."""
        radius = brush.radius_on(self.iod)
        inner = radius * brush.strength if self.kind is Gauge.STRENGTH else None
        influence = np.zeros(count) if aim is None else aim.influence
        return Aim(influence, self.centre, radius, inner)
