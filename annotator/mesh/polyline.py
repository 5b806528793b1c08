"""Lines drawn by hand: evened, with the jitter out and the corners kept.

Points in the image plane are complex numbers, x + iy, in px, so that turning is multiplying.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Lengths = NDArray[np.floating]

# All lengths in outer IOD. A hand trembles by some 0.3 %, and lids turn within 3 %.
_SPACING = 0.006
_TREMBLE = 0.012
_CALM = 0.005
_CORNER_REACH = 0.03
_CORNER = np.radians(50)
# A line is closed where its ends come within this share of its length of each other; the ends
# may cross, or run beside each other for this share of it.
_GAP = 0.12
_OVERSHOOT = 0.15
_MOST_POINTS = 1500


@dataclass(frozen=True, eq=False)
class DrawnLine:
    """A line as it was meant.

    Attributes
    ----------
    points : (k,) complex128
        About evenly spaced; the last point of a closed line is the one before its first.
    spacing
        Between the points, in px.
    closed
        Whether it goes all the way round.
    corners : (c,) intp
        Which points are sharp turns, in order.
    """

    points: Complex
    spacing: float
    closed: bool
    corners: Indices

    @property
    def length(self) -> float:
        """In px, round to the first point if it is closed."""
        return self.spacing * (len(self.points) - (not self.closed))

    def at(self, lengths: Lengths) -> Complex:
        """Return the points at these lengths along the line, beyond an end the end itself."""
        points = self.points
        if self.closed:
            points, lengths = np.append(points, points[0]), np.mod(lengths, self.length)
        return np.asarray(np.interp(lengths, self.spacing * np.arange(len(points)), points))


def drawn_line(drawn: Complex, iod: float, *, may_close: bool = True) -> DrawnLine | None:
    """Return the line that a hand meant, or None if it is too short to be one.

    Parameters
    ----------
    drawn : (n,)
        Where the pointer was, in order.
    iod
        Outer IOD of the face in px, which says how much a hand trembles.
    may_close
        Whether a line that ends where it began goes all the way round.
    """
    drawn = without_repeats(drawn)
    spacing = _SPACING * max(iod, 1.0)
    if len(drawn) < 2 or lengths_along(drawn)[-1] < 2 * spacing:
        return None
    points = evenly_spaced(drawn, max(spacing, lengths_along(drawn)[-1] / _MOST_POINTS))
    ends = _meeting_ends(points) if may_close else None
    if ends is not None:
        points = points[ends]
        count = max(round(float(lengths_along(np.append(points, points[0]))[-1]) / spacing), 8)
        points = evenly_spaced(np.append(points, points[0]), spacing, count + 1)[:-1]
    closed = ends is not None
    step = float(np.abs(np.diff(points)).mean())
    # Jitter can turn sharply too, but not when a little of it is taken out.
    calmed = _without_tremble(points, _CALM * iod / step, np.empty(0, np.intp), closed=closed)
    corners = sharp_turns(calmed, max(round(_CORNER_REACH * iod / step), 1), closed=closed)
    points = _without_tremble(points, _TREMBLE * iod / step, corners, closed=closed)
    return DrawnLine(points, float(np.abs(np.diff(points)).mean()), closed, corners)


def lengths_along(points: Complex) -> Floats:
    """Return the length along a line from its first point to each, (k,)."""
    return np.append(0.0, np.cumsum(np.abs(np.diff(points))))


def drawn_on(trail: Complex, at: complex, step: float) -> Complex:
    """Return a line being drawn, (k,), k >= 1, with the pointer at another place.

    Its last point is where the pointer is; the ones before stay at least a step apart.
    """
    kept = trail[:-1] if len(trail) > 1 and abs(trail[-1] - trail[-2]) < step else trail
    return np.append(kept, at)


def without_repeats(points: Complex) -> Complex:
    """Return the points without those that lie on the one before."""
    return np.asarray(points[np.diff(points, prepend=np.nan) != 0])


def evenly_spaced(points: Complex, spacing: float, count: int | None = None) -> Complex:
    """Return points along a line, about so far apart, its ends among them; at least two."""
    lengths = lengths_along(points)
    count = max(round(float(lengths[-1]) / spacing) + 1, 2) if count is None else count
    return np.asarray(np.interp(np.linspace(0, lengths[-1], count), lengths, points))


def directions(points: Complex, *, closed: bool = False) -> Complex:
    """Return the direction of a line at each of its points, as numbers of magnitude 1 or 0."""
    if closed:
        along = np.roll(points, -1) - np.roll(points, 1)
    else:
        padded = np.concatenate([points[:1], points, points[-1:]])
        along = padded[2:] - padded[:-2]
    return np.asarray(along / np.maximum(np.abs(along), 1e-12))


def sharp_turns(points: Complex, reach: int, *, closed: bool = False) -> Indices:
    """Return which of evenly spaced points are corners: the sharpest turn within their reach.

    Parameters
    ----------
    points : (k,)
    reach
        Over how many points to either side a turn is measured.
    closed
        Whether the line goes on from its last point to its first.
    """
    if len(points) <= 2 * reach:
        return np.empty(0, np.intp)
    into, out = points - np.roll(points, reach), np.roll(points, -reach) - points
    turns = np.abs(np.angle(out * into.conj()))
    if not closed:
        turns[:reach] = turns[-reach:] = 0
    around = np.arange(-reach, reach + 1)
    neighbours = turns[(np.arange(len(points))[:, None] + around) % len(points)]
    # Of turns of one size the first one stands for all.
    sharpest = neighbours.argmax(axis=1) == reach
    return np.flatnonzero(sharpest & (turns > _CORNER))


def curve_through(points: Complex, steps: int = 12) -> Complex:
    """Return a smooth line through clicked points, broken where it turns sharply.

    Between corners it is a cubic spline with centripetal knots, which stray little where points
    are unevenly spaced (Lee, *Choosing nodes in parametric curve interpolation*, 1989).

    Parameters
    ----------
    points : (k,)
    steps
        How many pieces each stretch between two points is made of.
    """
    points = without_repeats(points)
    if len(points) < 3:
        return points
    turns = np.abs(np.angle(np.diff(points)[1:] / np.diff(points)[:-1]))
    breaks = [0, *(np.flatnonzero(turns > _CORNER) + 1), len(points) - 1]
    pieces = [_spline(points[a : b + 1], steps)[:-1] for a, b in pairwise(breaks)]
    return np.concatenate([*pieces, points[-1:]])


def _spline(points: Complex, steps: int) -> Complex:
    """Return a smooth line through points (k,), k >= 2."""
    knots = np.append(0.0, np.cumsum(np.sqrt(np.abs(np.diff(points)))))
    within = np.interp(np.arange(steps * (len(points) - 1) + 1) / steps, range(len(points)), knots)
    return np.asarray(CubicSpline(knots, points)(within), np.complex128)


def _meeting_ends(points: Complex) -> slice | None:
    """Return the part of a line that goes once round, or None if its ends do not meet."""
    share = max(int(_OVERSHOOT * len(points)), 1)
    between = np.abs(points[:share, None] - points[None, -share:])
    first, last = np.unravel_index(int(between.argmin()), between.shape)
    spacing = abs(points[1] - points[0])
    if len(points) < 8 or between[first, last] > _GAP * len(points) * spacing:
        return None
    return slice(int(first), len(points) - share + int(last) + 1)


def _without_tremble(points: Complex, sigma: float, corners: Indices, *, closed: bool) -> Complex:
    """Return evenly spaced points smoothed by a Gaussian, its width given in points."""
    if closed and len(corners):
        turned = np.roll(points, -corners[0])
        ring = _without_tremble(
            np.append(turned, turned[0]), sigma, corners[1:] - corners[0], closed=False
        )
        return np.roll(ring[:-1], corners[0])
    reach = max(int(3 * sigma), 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    kernel /= kernel.sum()
    if closed:
        around = np.arange(-reach, len(points) + reach) % len(points)
        return np.convolve(points[around], kernel, "valid")
    pieces = [_smoothed_between(piece, kernel)[:-1] for piece in _pieces(points, corners)]
    return np.concatenate([*pieces, points[-1:]])


def _pieces(points: Complex, corners: Indices) -> Iterator[Complex]:
    for a, b in pairwise([0, *corners.tolist(), len(points) - 1]):
        yield points[a : b + 1]


def _smoothed_between(points: Complex, kernel: Floats) -> Complex:
    """Return points smoothed with their ends kept: the line goes on mirrored in them."""
    reach = len(kernel) // 2
    padded = np.pad(points, reach, mode="reflect", reflect_type="odd")
    return np.convolve(padded, kernel, "valid")


def is_inside(points: Complex, ring: Complex) -> NDArray[np.bool_]:
    """Return which points (n,) a closed line (k,) goes round, in either sense, (n,)."""
    a, b, at = ring, np.roll(ring, -1), points[:, None]
    upwards, downwards = ((a.imag <= at.imag) & (b.imag > at.imag) for a, b in ((a, b), (b, a)))
    # A point lies left of an edge where the cross product is positive.
    side = (b - a).real * (at - a).imag - (at - a).real * (b - a).imag
    winding = (upwards & (side > 0)).sum(axis=1) - (downwards & (side < 0)).sum(axis=1)
    return np.asarray(winding != 0)
