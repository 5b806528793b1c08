"""Which signals there are, and those of one sample as a value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

SIGNALS: tuple[str, ...] = (
    "spread",
    "mirror_spread",
    "grey_spread",
    "drift",
    "presence",
    "crop_presence",
    "shape",
    "yaw",
    "pitch",
    "roll",
    "size",
    "blur",
    "brightness",
    "contrast",
    "clipped",
    "jitter",
    "round_change",
)
"""The names of all signals, in order; ``docs/quality.md`` says what each of them is."""

_NOTHING: Mapping[str, float] = MappingProxyType(dict.fromkeys(SIGNALS, math.nan))


@dataclass(frozen=True, eq=False)
class Signals:
    """What is known of one sample's mesh that tells of its error.

    Attributes
    ----------
    values : mapping of str to float
        Every name of `SIGNALS`; NaN where it is not known. Lengths are in outer IOD, but ``size``
        in px; angles in degrees; the rest without a unit.
    vertex_spread : (n,) float32 or None
        How far the model's answers to slightly different crops spread about each vertex, in
        outer IOD: its standard deviation in the image plane. None where no crop was looked at.
        Read-only.

    Raises
    ------
    ValueError
        If a name is none of a signal.
    """

    values: Mapping[str, float]
    vertex_spread: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.values) - set(SIGNALS))
        if unknown:
            raise ValueError(f"expected names of signals, but got {', '.join(unknown)}")
        values = MappingProxyType({**_NOTHING, **self.values})
        object.__setattr__(self, "values", values)
        if self.vertex_spread is not None:
            spread = np.array(self.vertex_spread, np.float32)
            spread.flags.writeable = False
            object.__setattr__(self, "vertex_spread", spread)

    def known(self, **values: float | None) -> "Signals":
        """Return these with more of them known, by name; None is not known."""
        more = {name: math.nan if value is None else value for name, value in values.items()}
        return Signals({**self.values, **more}, self.vertex_spread)
