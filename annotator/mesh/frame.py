"""A frame around a selection, with handles to move, turn, scale and stretch it.

Points are complex numbers, x + iy in px of the image. A frame lies at the face's angle.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

Complex = NDArray[np.complex128]

# In pixels of the screen: around the selection, up to the knob, and how near a handle is hit.
_MARGIN = 14.0
_KNOB = 30.0
_HIT = 9.0
# A side shorter than this many hits has no handle in its middle.
_CROWDED = 5.0
_SMALLEST = 0.05


class HandleKind(StrEnum):
    """What pulling a handle does."""

    MOVE = "move"
    SCALE = "scale"
    STRETCH = "stretch"
    TURN = "turn"


@dataclass(frozen=True)
class Handle:
    """Where a frame can be taken hold of.

    Attributes
    ----------
    kind
    place
        In the frame, from its centre: 1 to its right side, 1j to its lower one. The knob to
        turn by is at -1j, and so is the handle below it.
    """

    kind: HandleKind
    place: complex = 0j


_INSIDE = Handle(HandleKind.MOVE)
_KNOB_HANDLE = Handle(HandleKind.TURN, -1j)
_CORNERS = tuple(Handle(HandleKind.SCALE, place) for place in (-1 - 1j, 1 - 1j, 1 + 1j, -1 + 1j))
_ENDS = tuple(Handle(HandleKind.STRETCH, place) for place in (-1j, 1j))
_SIDES = tuple(Handle(HandleKind.STRETCH, place) for place in (1 + 0j, -1 + 0j))


@dataclass(frozen=True, eq=False)
class Mapping:
    """A map of the plane that keeps lines straight: about + shift + p d + q conj(d), d from about.

    Attributes
    ----------
    about, shift, p, q : complex
    """

    about: complex = 0j
    shift: complex = 0j
    p: complex = 1 + 0j
    q: complex = 0j

    def __call__(self, points: Complex) -> Complex:
        """Return where points go."""
        offsets = points - self.about
        return np.asarray(self.about + self.shift + self.p * offsets + self.q * offsets.conj())


@dataclass(frozen=True)
class Frame:
    """An upright rectangle, upright as the face is.

    Attributes
    ----------
    centre
    axis
        Its direction to the right, of magnitude 1.
    width, height
        Half of either.
    pixel
        How many px of the image one pixel of the screen covers.
    """

    centre: complex
    axis: complex
    width: float
    height: float
    pixel: float

    @classmethod
    def around(cls, points: Complex, axis: complex, pixel: float) -> "Frame":
        """Return the frame at some distance around points, (k,), k >= 1."""
        upright = points * axis.conjugate()
        low = complex(upright.real.min(), upright.imag.min())
        high = complex(upright.real.max(), upright.imag.max())
        half, margin = (high - low) / 2, _MARGIN * pixel
        return cls((low + high) / 2 * axis, axis, half.real + margin, half.imag + margin, pixel)

    @property
    def handles(self) -> tuple[Handle, ...]:
        """The handles that there is room for, the knob first."""
        least = _CROWDED * _HIT * self.pixel
        ends = _ENDS if 2 * self.width >= least else ()
        sides = _SIDES if 2 * self.height >= least else ()
        return (_KNOB_HANDLE, *_CORNERS, *ends, *sides)

    def at(self, handle: Handle) -> complex:
        """Return where a handle is."""
        above = -1j * _KNOB * self.pixel if handle.kind is HandleKind.TURN else 0
        place = complex(handle.place.real * self.width, handle.place.imag * self.height)
        return self.centre + self.axis * (place + above)

    def handle_at(self, position: complex) -> Handle | None:
        """Return the handle that a press there takes hold of: inside the frame, to move it."""
        handles = self.handles
        away = [abs(self.at(handle) - position) for handle in handles]
        nearest = int(np.argmin(away))
        if away[nearest] <= _HIT * self.pixel:
            return handles[nearest]
        within = (position - self.centre) * self.axis.conjugate()
        inside = abs(within.real) <= self.width and abs(within.imag) <= self.height
        return _INSIDE if inside else None

    def mapping(
        self, handle: Handle, start: complex, position: complex, *, about_centre: bool = False
    ) -> Mapping:
        """Return what pulling a handle from one position to another does.

        Parameters
        ----------
        handle
        start, position
            Of the pointer.
        about_centre
            Whether scaling leaves the centre where it is, rather than the opposite corner or
            side.
        """
        if handle.kind is HandleKind.MOVE:
            return Mapping(shift=position - start)
        if handle.kind is HandleKind.TURN:
            return Mapping(self.centre, p=self._turn(start, position))
        opposite = self.at(Handle(handle.kind, -handle.place))
        about = self.centre if about_centre else opposite
        arm = self.at(handle) - about
        pulled = ((position - start) * arm.conjugate()).real / abs(arm) ** 2
        scale = max(1 + pulled, _SMALLEST)
        if handle.kind is HandleKind.SCALE:
            return Mapping(about, p=complex(scale))
        # Along one direction: z + (scale - 1) (z . direction) direction.
        direction = arm / abs(arm)
        more = (scale - 1) / 2
        return Mapping(about, p=complex(1 + more), q=more * direction**2)

    def outline(self, mapping: Mapping) -> tuple[Complex, ...]:
        """Return its lines as mapped: the rectangle, closed, and the stem of the knob."""
        corners = np.array([self.at(handle) for handle in (*_CORNERS, _CORNERS[0])])
        stem = np.array([self.at(_ENDS[0]), self.at(_KNOB_HANDLE)])
        return mapping(corners), mapping(stem)

    def _turn(self, start: complex, position: complex) -> complex:
        before, after = start - self.centre, position - self.centre
        turn = after * before.conjugate()
        return turn / abs(turn) if turn else 1 + 0j


def face_axis(landmarks: NDArray[np.floating], layout: MeshLayout) -> complex:
    """Return the direction from the outer corner of one eye to the other's, of magnitude 1.

    In an upright picture it is about 1. Where both lie on one spot it is 1.
    """
    eyes = layout.eye_corners
    x, y = (landmarks[eyes.left_outer, :2] - landmarks[eyes.right_outer, :2]).tolist()
    length = abs(complex(x, y))
    return complex(x, y) / length if length else 1 + 0j
